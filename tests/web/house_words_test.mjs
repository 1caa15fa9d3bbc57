// SPDX-License-Identifier: Apache-2.0
// Packets that a house relays on LiveKit, whole, cut and broken.
import assert from 'node:assert/strict';
import test from 'node:test';
import { packet, page } from './played.mjs';

const { isHouse, relayedChat } = await page('', 'house_words.js');
const kMost = Number.MAX_SAFE_INTEGER, kLastMs = 253402300799999;

test('a relayed message is read as the house wrote it', () => {
  const said = { id: 'm1', n: 12, at: 1_800_000_000_000, text: 'Grüße <b>', author: 'ann', deleted: false };
  assert.deepEqual(relayedChat(packet(said)), said);
  assert.equal(relayedChat(packet({ ...said, n: kMost })).n, kMost);
  assert.equal(relayedChat(packet({ ...said, n: BigInt(kMost) + 1n })).n, 0);
  assert.equal(relayedChat(packet({ ...said, at: kLastMs })).at, kLastMs);
  assert.equal(relayedChat(packet({ ...said, at: kLastMs + 1 })), undefined);
});

test('a deletion has no author; a message has one, an id and words', () => {
  assert.equal(relayedChat(packet({ id: 'm1', deleted: true })).deleted, true);
  assert.equal(relayedChat(packet({ id: 'm1', deleted: true, author: 'ann' })), undefined);
  for (const missing of [{ text: 'x', author: 'ann', id: '' }, { id: 'm', author: 'ann' }, { id: 'm', text: 'x' }])
    assert.equal(relayedChat(packet(missing)), undefined);
});

test('cut, garbled and foreign packets are nothing, and never an exception', () => {
  const whole = packet({ id: 'm1', n: 3, text: 'words', author: 'ann' });
  for (let cut = 0; cut < whole.length; ++cut) assert.doesNotThrow(() => relayedChat(whole.subarray(0, cut)));
  let seed = 1;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let i = 0; i < 20000; ++i) {
    const broken = Uint8Array.from(whole);
    for (let j = 0; j <= random(3); ++j) broken[random(broken.length)] = random(256);
    const out = relayedChat(broken);
    if (out) assert.ok(out.id && out.at <= kLastMs && Number.isSafeInteger(out.n) && (out.deleted || (out.author && out.text)));
  }
  assert.equal(relayedChat(new Uint8Array()), undefined);
  assert.equal(relayedChat(Uint8Array.from(Array(12).fill(255))), undefined);          // a number without end
  assert.equal(relayedChat(Uint8Array.from([0x4a, 0xff, 0xff, 0xff, 0xff, 0x7f])), undefined);   // longer than there is
  assert.equal(relayedChat(Uint8Array.from([0x48, 0x01])), undefined);                 // the chat as a number
  assert.equal(relayedChat(packet({ id: 'm', author: 'a', text: 'x' }).map((b) => (b === 120 ? 0xc3 : b))), undefined);   // not UTF-8
});

test('the house is who has neither a participant nor an identity', () => {
  assert.equal(isHouse(undefined, ''), true);
  assert.equal(isHouse(undefined, undefined), true);
  assert.equal(isHouse({ identity: 'eve' }, 'eve'), false);
  assert.equal(isHouse(undefined, 'eve'), false);   // somebody whom the SDK does not know
});
