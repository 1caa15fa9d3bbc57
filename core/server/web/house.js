// SPDX-License-Identifier: Apache-2.0
// Requests to the house, and this browser's key: Ed25519, made here, kept here, never sent anywhere.
import { personStatement, toBase64Url } from './statements.js';

const kAnswerWithin = 20000;   // ms; a house that says nothing for longer counts as away

export class HouseError extends Error {
  constructor(body) {
    super([body.message, body.advice].filter(Boolean).join(' ') || 'The house did not understand.');
    this.code = body.code || '';
    this.kind = body.kind || '';
    this.retryAfter = body.retryAfter || 0;   // seconds
  }
}

async function request(path, { signal, ...options }, session) {
  let response, text;
  const headers = { ...options.headers };
  if (session) headers.authorization = 'Bearer ' + session;
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, kAnswerWithin);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);   // AbortSignal.any() is too new for many browsers
  try {
    response = await fetch('/api/v1/' + path, { ...options, headers, cache: 'no-store', credentials: 'omit', signal: limit.signal });
    text = await response.text();
  } catch (e) {
    throw new HouseError({ code: 'unreachable', message: 'The house does not answer.', advice: 'Look at your connection and try again.' });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  let json = {};
  try { json = JSON.parse(text); } catch (e) { /* not JSON: the status says enough */ }
  if (!response.ok) throw new HouseError({ ...json, retryAfter: Number(response.headers.get('retry-after')) || 0 });
  return json;
}

const kMovingTries = 12;   // as the app: one a second; a takeover takes less than five

/// While another server takes the house over nothing is done: it says so (house_moved), and is asked again.
async function whileMoving(work, tries = kMovingTries) {
  for (let left = tries; ; --left) {
    try {
      return await work();
    } catch (error) {
      if (error.code !== 'house_moved' || left <= 1) throw error;
      await new Promise((done) => setTimeout(done, Math.max(1, error.retryAfter) * 1000));
    }
  }
}

/// `once`: not again while the house moves; `signal` (AbortSignal) breaks it off.
export const post = (path, body, session, { once = false, signal } = {}) => whileMoving(
  () => request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal }, session), once ? 1 : kMovingTries);
export const get = (path, session) => whileMoving(() => request(path, {}, session));

// ---- the key

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('parlour', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('keys');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function stored(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction('keys', mode);
      const request = work(transaction.objectStore('keys'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/// The key kept under this name; undefined when there is none or nothing can be kept.
export async function knownKey(name) {
  try {
    const pair = await stored('readonly', (keys) => keys.get(name));
    return pair && { pair, text: toBase64Url(await crypto.subtle.exportKey('raw', pair.publicKey)) };
  } catch (e) {
    return undefined;
  }
}

/// The same, made now if there is none. Throws where this browser cannot.
export async function ownKey(name) {
  const known = await knownKey(name);
  if (known) return known;
  if (!globalThis.crypto || !crypto.subtle)
    throw new HouseError({ code: 'no_ed25519', message: 'Signing needs a secure connection.', advice: 'Open the link with https, or answer with the Parlour app or parlourctl guest.' });
  let pair;
  try {
    pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch (e) {
    throw new HouseError({ code: 'no_ed25519', message: 'This browser cannot make Ed25519 signatures.', advice: 'Use a newer browser, the Parlour app, or parlourctl guest sign with the same link.' });
  }
  try {
    await stored('readwrite', (keys) => keys.put(pair, name));
  } catch (e) {
    throw new HouseError({ code: 'no_storage', message: 'This browser keeps nothing for this page, so a key made here would be lost.', advice: 'Leave private browsing, or answer with parlourctl guest.' });
  }
  return { pair, text: toBase64Url(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

export async function sign(key, bytes) {
  return toBase64Url(await crypto.subtle.sign({ name: 'Ed25519' }, key.pair.privateKey, bytes));
}

/// Shows the house that this key is ours, for one purpose.
export async function prove(key, purpose) {
  const challenge = await post('challenge', { client_nonce: toBase64Url(crypto.getRandomValues(new Uint8Array(24))), purpose });
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  const full = location.protocol + '//' + location.hostname + ':' + port;
  const origin = (challenge.origins || []).find((one) => one === location.origin || one === full) || location.origin;
  return {
    public_key: key.text, nonce: challenge.nonce, origin, expires_ms: challenge.expires_ms,
    signature: await sign(key, personStatement(challenge, origin, purpose)),
  };
}
