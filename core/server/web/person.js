// SPDX-License-Identifier: Apache-2.0
// Who this browser is in this house: one key, and a session that is made anew when it has ended.
import { HouseError, post, get, ownKey, knownKey, prove } from './house.js';
import { toBase64Url } from './statements.js';

const kName = 'person';
const kBase32 = 'abcdefghijklmnopqrstuvwxyz234567';
const kIdentityLength = 26;
const kFarewell = 5000;   // ms that who comes back waits for the answer to having left

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/// The house takes bursts of arrivals one after the other and says when to come again.
export async function patiently(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error.code !== 'arriving') throw error;
      await pause(Math.max(1, error.retryAfter) * (1 + Math.random() / 4));
    }
  }
}

/// Something proven; once more where the challenge came from a server that did not live to see the answer.
async function proven(work) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== 'nonce_unknown') throw error;
    return work();
  }
}

/// What this browser lacks to take part, in words; '' = nothing. `sound`: LiveKit's address, where the sound is not the house's own.
export async function lacking(sound = '') {
  if (!globalThis.isSecureContext)
    return 'Listening and speaking here need a protected connection: this page came over plain http, where browsers make no keys and open no microphone. Ask for a link that begins with https, or open the invitation in Parlour.';
  if (sound.startsWith('ws:') && location.protocol === 'https:')
    return 'The sound of this house comes from an address without TLS, which browsers refuse on a protected page. Open the invitation in Parlour, and tell whoever runs the house.';
  if (!globalThis.RTCPeerConnection) return 'This browser has no WebRTC, which carries the sound. Use Chromium or Firefox, or open the invitation in Parlour.';
  try {
    await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch (e) {
    return 'This browser cannot make Ed25519 signatures, by which a house knows its people. Use a newer Chromium or Firefox, or open the invitation in Parlour.';
  }
  return '';
}

/// The id under which a house knows a key: the beginning of its hash.
async function identityOf(key) {
  const raw = await crypto.subtle.exportKey('raw', key.pair.publicKey);
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  let bits = 0, held = 0, out = '';
  for (const b of bytes) {
    held = (held << 8) | b;
    for (bits += 8; bits >= 5; bits -= 5) out += kBase32[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return out.slice(0, kIdentityLength);
}


export class Person {
  constructor(key, identity) {
    this.key = key;
    this.identity = identity;
    this.session = '';
    this.farewells = new Set();   // leavings under way: {over, stop}
  }

  /// undefined: nobody in this browser was ever here.
  static async known() {
    const key = globalThis.crypto?.subtle && await knownKey(kName);
    return key && new Person(key, await identityOf(key));
  }
  static async own() {
    const key = await ownKey(kName);
    return new Person(key, await identityOf(key));
  }

  async redeem(link, name, code) {
    const redeemed = await patiently(() => proven(async () => post('invitations/redeem', {
      id: link.link, secret: link.secret, name, code, proof: await prove(this.key, 'redeem ' + link.link),
    })));
    this.session = redeemed.session;
    return redeemed;
  }

  async login() {
    const answer = await proven(async () => post('login', { proof: await prove(this.key, 'login') }));
    this.session = answer.session;
    return answer;
  }

  /// A request of this person; without a body a GET. `how`: as post() takes it.
  async ask(path, body, how) {
    for (let again = false; ; again = true) {
      if (!this.session) await this.login();
      try {
        return await (body ? post(path, body, this.session, how) : get(path, this.session));
      } catch (error) {
        if (again || !(error instanceof HouseError) || error.kind !== 'untrusted') throw error;
        this.session = '';
      }
    }
  }

  /// Gives the place up. One try: what comes late must not end a new stay.
  leave(room) {
    const stop = new AbortController();
    const work = this.ask('rooms/' + room + '/leave', {}, { once: true, signal: stop.signal });
    // Broken off, it is over at once, wherever it stands: what has not gone out by then does not go out any more.
    const broken = new Promise((done) => stop.signal.addEventListener('abort', done));
    const farewell = { stop, over: Promise.race([work.catch(() => {}), broken]).then(() => this.farewells.delete(farewell)) };
    this.farewells.add(farewell);
    return work;
  }

  /// A token. The house has heard of every leaving before, or never will: one that overtook it would throw the person out.
  async token(room, name) {
    for (const { over, stop } of [...this.farewells]) {
      const timer = setTimeout(() => stop.abort(), kFarewell);
      await over;
      clearTimeout(timer);
    }
    return patiently(() => this.ask('rooms/' + room + '/token', { name }));
  }
}
