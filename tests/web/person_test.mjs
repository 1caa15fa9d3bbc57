// SPDX-License-Identifier: Apache-2.0
// Requests of this browser: what is asked again by itself while another server takes the house over, and what must not overtake what.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Clock, page, settled } from './played.mjs';

const { Person, post, HouseError } = await page('', 'person.js', 'house.js');

const moved = { status: 503, retryAfter: 1, body: { code: 'house_moved', kind: 'unavailable', message: 'Another server takes this house over; nothing was changed.' } };

/// A house behind fetch(): answers by path, and what was asked.
async function house() {
  const out = { clock: new Clock(), asked: [], answers: {}, aborted: [] };
  globalThis.fetch = (url, options) => {
    const path = url.replace('/api/v1/', '');
    if (options.signal?.aborted) return Promise.reject(new Error('aborted'));
    out.asked.push(path);
    return new Promise((done, fail) => {
      options.signal?.addEventListener('abort', () => {
        out.aborted.push(path);
        fail(new Error('aborted'));
      });
      Promise.resolve(out.answers[path]?.(JSON.parse(options.body || '{}')) ?? {}).then(({ status = 200, retryAfter, body = {} }) => done({
        ok: status === 200, status, headers: new Headers(retryAfter ? { 'retry-after': String(retryAfter) } : {}), text: async () => JSON.stringify(body),
      }));
    });
  };
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  out.person = new Person({ pair, text: 'KEY' }, 'me');
  out.person.session = 'S';
  out.count = (path) => out.asked.filter((one) => one === path).length;
  return out;
}

test('while another server takes the house over a request is made again each second, as long as the app does', async () => {
  const w = await house();
  let left = 3;
  w.answers['rooms/R1/stage'] = () => (left-- > 0 ? moved : { body: { version: 7 } });
  const done = w.person.ask('rooms/R1/stage', { verb: 'raise' });
  await w.clock.move(900);
  assert.equal(w.count('rooms/R1/stage'), 1);
  await w.clock.move(2200);
  assert.deepEqual(await done, { version: 7 });
  assert.equal(w.count('rooms/R1/stage'), 4);
  w.answers['rooms/R1/hands'] = () => moved;
  const never = w.person.ask('rooms/R1/hands').catch((error) => error);
  await w.clock.move(60000);
  assert.equal((await never).code, 'house_moved');
  assert.equal(w.count('rooms/R1/hands'), 12);
  // Anything else is said at once.
  w.answers.rooms = () => ({ status: 503, body: { code: 'media_unreachable', kind: 'unavailable', message: 'The sound server does not answer.' } });
  await assert.rejects(post('rooms', {}), (error) => error instanceof HouseError && error.code === 'media_unreachable');
  assert.equal(w.count('rooms'), 1);
});

test('a challenge of a server that did not live to see the answer is asked for once more', async () => {
  const w = await house();
  let logins = 0;
  w.answers.challenge = () => ({ body: { nonce: 'TggjMiZVsHHVl02yJ5xHlw', house: 'h', expires_ms: 1, origins: [] } });
  w.answers.login = () => (++logins === 1 ? { status: 401, body: { code: 'nonce_unknown', kind: 'untrusted', message: 'The challenge is not known.' } } : { body: { session: 'S2', rooms: [] } });
  await w.person.login();
  assert.equal(w.person.session, 'S2');
  assert.deepEqual([w.count('challenge'), logins], [2, 2]);
  logins = -10;
  w.answers.login = () => ({ status: 401, body: { code: 'nonce_unknown', kind: 'untrusted', message: 'The challenge is not known.' } });
  await assert.rejects(w.person.login(), (error) => error.code === 'nonce_unknown');
});

test('nobody asks to come in while an own leaving is under way: the house hears it first', async () => {
  const w = await house();
  let heard;
  w.answers['rooms/R1/leave'] = () => new Promise((done) => { heard = () => done({}); });
  const left = w.person.leave('R1');
  await settled();
  const coming = w.person.token('R1');
  await w.clock.move(1000);
  assert.equal(w.count('rooms/R1/token'), 0);
  heard();
  await left;
  await coming;
  assert.deepEqual(w.asked, ['rooms/R1/leave', 'rooms/R1/token']);
  assert.deepEqual(w.aborted, []);
});

test('a leaving that is not answered is broken off by who comes back, so that it cannot arrive later', async () => {
  const w = await house();
  w.answers['rooms/R1/leave'] = () => new Promise(() => {});
  const left = w.person.leave('R1').catch((error) => error);
  await settled();
  const coming = w.person.token('R1');
  await w.clock.move(4999);
  assert.deepEqual([w.count('rooms/R1/token'), w.aborted.length], [0, 0]);
  await w.clock.move(1);
  await coming;
  assert.deepEqual(w.aborted, ['rooms/R1/leave']);
  assert.deepEqual(w.asked, ['rooms/R1/leave', 'rooms/R1/token']);
  assert.equal((await left).code, 'unreachable');
});

test('a leaving that still stands at the door is given up by who comes back, and does not go out later', async () => {
  const w = await house();
  w.person.session = '';
  w.answers.challenge = () => moved;   // for half a minute
  const left = w.person.leave('R1').catch((error) => error);
  await w.clock.move(100);
  w.person.session = 'S3';
  const coming = w.person.token('R1');
  await w.clock.move(5000);
  await coming;
  w.answers.challenge = () => ({ body: { nonce: 'TggjMiZVsHHVl02yJ5xHlw', house: 'h', expires_ms: 1, origins: [] } });
  w.answers.login = () => ({ body: { session: 'S4', rooms: [] } });
  await w.clock.move(60000);
  assert.equal((await left).code, 'unreachable');
  assert.equal(w.count('rooms/R1/leave'), 0);
});

test('while the house moves a leaving is tried once: whoever comes back meanwhile is not thrown out by it', async () => {
  const w = await house();
  w.answers['rooms/R1/leave'] = () => moved;
  await assert.rejects(w.person.leave('R1'), (error) => error.code === 'house_moved');
  assert.equal(w.count('rooms/R1/leave'), 1);
  await w.person.token('R1');
  await w.clock.move(60000);
  assert.equal(w.count('rooms/R1/leave'), 1);
});
