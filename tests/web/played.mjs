// SPDX-License-Identifier: Apache-2.0
// The files of the page as they are, beside a played SDK, a played house and a clock that stands still.
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const kWeb = fileURLToPath(new URL('../../core/server/web/', import.meta.url));

/// Imports files of the page; `sound` = LiveKit's address, as a house on LiveKit serves it.
export async function page(sound, ...names) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-web-'));
  for (const name of fs.readdirSync(kWeb)) if (name.endsWith('.js')) fs.copyFileSync(path.join(kWeb, name), path.join(folder, name));
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  fs.writeFileSync(path.join(folder, 'played_sdk.js'), 'globalThis.LivekitClient = globalThis.playedSdk;');
  fs.writeFileSync(path.join(folder, 'sdk.js'), "export const SDK = './played_sdk.js';");
  if (sound) fs.writeFileSync(path.join(folder, 'sound.js'), `export const SOUND = '${sound}';`);
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  globalThis.playedSdk = kSdk;
  return Object.assign({}, ...(await Promise.all(['played_sdk.js', ...names].map((name) => import(pathToFileURL(path.join(folder, name)).href)))));
}

// ---- time

const turn = setImmediate;
/// All promises that can go on have gone on.
export async function settled() {
  for (let i = 0; i < 20; ++i) await new Promise((done) => turn(done));
}

export class Clock {
  constructor() {
    this.ms = 1_800_000_000_000;
    this.timers = [];
    Date.now = () => this.ms;
    globalThis.setTimeout = (work, after = 0) => this.timers.push({ at: this.ms + after, work });
  }
  async move(ms) {
    const end = this.ms + ms;
    for (;;) {
      await settled();
      const due = this.timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((one) => one !== due);
      this.ms = due.at;
      due.work();
    }
    this.ms = end;
  }
}

// ---- the SDK, as far as stay.js uses it

const names = ['ParticipantConnected', 'ParticipantDisconnected', 'ParticipantAttributesChanged', 'ParticipantNameChanged', 'ParticipantPermissionsChanged',
  'TrackPublished', 'TrackUnpublished', 'TrackMuted', 'TrackUnmuted', 'LocalTrackPublished', 'LocalTrackUnpublished', 'ActiveSpeakersChanged', 'RoomMetadataChanged',
  'AudioPlaybackStatusChanged', 'SignalConnected', 'TrackSubscribed', 'TrackUnsubscribed', 'SignalReconnecting', 'Reconnecting', 'Reconnected', 'Disconnected', 'ChatMessage', 'DataReceived'];

export class Participant {
  constructor(identity, name, attributes = {}) {
    Object.assign(this, { identity, name, attributes, permissions: {}, isSpeaking: false, joinedAt: new Date(0), audioTrackPublications: new Map() });
    this.sent = [];
  }
  publish(sid, kind = 'audio') {
    const track = { kind, plays: 0, attach() { ++this.plays; return {}; }, detach() { --this.plays; } };
    this.audioTrackPublications.set(sid, { track, isMuted: false });
    return track;
  }
  // of the local one
  async setMicrophoneEnabled(on) {
    if (!this.audioTrackPublications.size) this.publish('TR_own');
    for (const one of this.audioTrackPublications.values()) one.isMuted = !on;
  }
  async unpublishTrack(track) {
    for (const [sid, one] of this.audioTrackPublications) if (one.track === track) this.audioTrackPublications.delete(sid);
  }
  async sendText(text, options) {
    this.sent.push({ text, ...options });
    return { id: 'text' + this.sent.length };
  }
  async publishData(bytes, options) {
    this.sent.push({ data: new TextDecoder().decode(bytes), ...options });
  }
}

export class Room extends EventEmitter {
  static all = [];
  static barred = false;    // connect() does not get through until it is opened; 'sound': its server answers, and that is all
  constructor() {
    super();
    Object.assign(this, { remoteParticipants: new Map(), localParticipant: new Participant('me', 'Gast', { 'parlour.seat': 'audience' }), metadata: '{}', canPlaybackAudio: true,
      state: 'new', streams: new Map() });
    Room.all.push(this);
  }
  static get last() { return Room.all.at(-1); }
  async connect(url, token) {
    Object.assign(this, { url, token, state: 'connecting' });
    if (!Room.barred || Room.barred === 'sound') this.emit('SignalConnected');
    while (Room.barred && this.state === 'connecting') await new Promise((done) => turn(done));
    if (this.state !== 'connecting') throw new Error('Client initiated disconnect');
    this.state = 'connected';
  }
  async disconnect() {
    const was = this.state;
    this.state = 'gone';
    if (was === 'connected') this.emit('Disconnected', 'CLIENT_INITIATED');
  }
  registerTextStreamHandler(topic, handler) { this.streams.set(topic, handler); }
  enter(participant) {
    this.remoteParticipants.set(participant.identity, participant);
    this.emit('ParticipantConnected', participant);
    return participant;
  }
  /// A data packet as the SDK hands it on: `from` is the identity that the server stamped, '' for the server's own.
  receive(topic, payload, from = '') {
    this.emit('DataReceived', typeof payload === 'string' ? new TextEncoder().encode(payload) : payload, this.remoteParticipants.get(from), 0, topic, 0, from);
  }
  async stream(id, text, from, attributes = {}) {
    await this.streams.get('lk.chat')?.({ info: { id, timestamp: 1, attributes }, readAll: async () => text }, { identity: from });
  }
}

const kSdk = {
  Room, RoomEvent: Object.fromEntries(names.map((name) => [name, name])), Track: { Kind: { Audio: 'audio' } },
  DisconnectReason: { ROOM_DELETED: 'ROOM_DELETED', ROOM_CLOSED: 'ROOM_CLOSED', PARTICIPANT_REMOVED: 'PARTICIPANT_REMOVED', DUPLICATE_IDENTITY: 'DUPLICATE_IDENTITY' },
};
globalThis.RTCPeerConnection = class {};
globalThis.location = { protocol: 'http:', host: 'house.example:8080' };

// ---- the house

export class House {
  constructor() {
    this.asked = [];                              // [path, body]
    this.answers = { chat: () => ({ lines: [] }) };
    this.url = 'ws://house.example:8080';
    this.tokens = 0;
  }
  async ask(path, body) {
    this.asked.push([path, body]);
    const answer = this.answers[path.split('/')[2].split('?')[0]];
    return answer ? answer(path, body) : {};
  }
  leave(room) { return this.ask('rooms/' + room + '/leave', {}); }
  async token() {
    ++this.tokens;
    if (this.answers.token) return this.answers.token();
    return { url: this.url, token: 'T' + this.tokens };
  }
  count(what) { return this.asked.filter(([path]) => path.endsWith('/' + what)).length; }
}

// ---- what a house relays on LiveKit: a whole data packet (core/signal/livekit.proto)

const varint = (value) => {
  const out = [];
  for (let left = BigInt(value); ; left >>= 7n) {
    if (left < 128n) return [...out, Number(left)];
    out.push(Number(left & 127n) | 128);
  }
};
const tag = (number, kind) => varint((BigInt(number) << 3n) | BigInt(kind));
const bytes = (number, value) => {
  const raw = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [...tag(number, 2), ...varint(raw.length), ...raw];
};
const number = (n, value) => [...tag(n, 0), ...varint(value)];

export function packet({ id, n = 0, at = 1000, text = '', author = '', deleted = false }) {
  const chat = [...bytes(1, id), ...number(2, at), ...bytes(4, text), ...number(5, deleted ? 1 : 0), ...number(6, 0), ...(n ? number(10001, n) : [])];
  return Uint8Array.from([...number(1, 0), ...bytes(4, author), ...bytes(9, chat), ...bytes(17, 'PA_1')]);
}
