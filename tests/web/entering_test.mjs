// SPDX-License-Identifier: Apache-2.0
// Coming in that takes long: the person is told what for, it is tried again, and it ends in words, whatever never answers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Clock, House, page, Room, settled } from './played.mjs';

const kLiveKit = 'wss://livekit.example';
const { Stay, HouseError, post } = await page(kLiveKit, 'stay.js', 'house.js');
const never = () => new Promise(() => {});

async function comeIn(barred, prepare = () => {}) {
  const out = { clock: new Clock(), house: new House() };
  out.house.url = kLiveKit;
  out.house.answers.line = () => ({ state: 'in' });
  Room.all = [];
  Room.barred = barred;
  prepare(out);
  out.stay = new Stay(out.house, 'R1', () => {});
  out.stay.enter();
  await settled();
  return out;
}

test('a server that never answers is given up and tried again with a new token, in the open, and comes to an end in words', async () => {
  const w = await comeIn(true);
  assert.deepEqual([w.stay.state, w.stay.slow], ['coming', '']);
  await w.clock.move(8000);
  assert.equal(w.stay.slow, 'Entering… The room server has not answered yet.');
  await w.clock.move(19000);
  assert.deepEqual([Room.all.length, Room.all[0].state, Room.last.token], [2, 'gone', 'T2']);
  await w.clock.move(60000);
  assert.equal(w.stay.state, 'left');
  assert.equal(w.stay.end, 'The room server cannot be reached. Look at your connection and try again.');
  assert.ok(Room.all.every((room) => room.state === 'gone'));
});

test('a server that answers while its sound does not come through: other words', async () => {
  const w = await comeIn('sound');
  await w.clock.move(8000);
  assert.equal(w.stay.slow, 'Entering… The room answers, its sound does not come through yet.');
  await w.clock.move(80000);
  assert.equal(w.stay.state, 'left');
  assert.match(w.stay.end, /neither by UDP nor by TCP/);
});

test('as soon as it gets through one is inside, and nothing speaks of waiting', async () => {
  const w = await comeIn('sound');
  await w.clock.move(20000);
  Room.barred = false;
  await w.clock.move(10000);
  assert.deepEqual([w.stay.state, w.stay.slow], ['inside', '']);
  await w.clock.move(80000);
  assert.equal(w.stay.state, 'inside');
});

test('time in line is not time lost: the minute begins with the turn, and ends, too', async () => {
  let waiting = true;
  const w = await comeIn(false, (w) => {
    w.house.url = 'ws://house.example:8080';
    w.house.answers.line = () => (waiting ? { state: 'waiting', place: 1, waiting: 1, retry_after_seconds: 5 } : { state: 'in' });
  });
  await w.clock.move(300000);
  assert.deepEqual([w.stay.state, w.stay.slow], ['line', '']);
  waiting = false;
  w.house.url = kLiveKit;
  Room.barred = true;
  await w.clock.move(40000);
  assert.deepEqual([w.stay.state, w.stay.slow], ['coming', 'Entering… The room server has not answered yet.']);
  await w.clock.move(60000);
  assert.equal(w.stay.state, 'left');
});

test('one is inside when the connection stands, also while the house does not give out the history', async () => {
  const w = await comeIn(false, (w) => { w.house.answers.chat = never; });
  assert.equal(w.stay.state, 'inside');
  assert.equal(w.stay.me?.identity, 'me');
});

test('an SDK that does not come back by itself is replaced after half a minute, one that does is left alone', async () => {
  for (const lost of ['SignalReconnecting', 'Reconnecting']) {
    const w = await comeIn(false);
    const room = Room.last;
    room.emit(lost);
    await w.clock.move(20000);
    room.emit('Reconnected');
    await w.clock.move(20000);
    assert.deepEqual([w.stay.state, Room.all.length], ['inside', 1]);
    room.emit(lost);
    room.emit('Reconnecting');
    await w.clock.move(29000);
    assert.deepEqual([w.stay.state, Room.all.length], ['back', 1]);
    await w.clock.move(2000);
    assert.deepEqual([w.stay.state, room.state, Room.last.token], ['inside', 'gone', 'T2']);
    await w.clock.move(60000);
    assert.equal(Room.all.length, 2);
  }
});

test('a house that never answers counts as away after twenty seconds, also in the middle of an answer', async () => {
  const answers = [(signal) => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
    (signal) => Promise.resolve({ ok: true, text: () => new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason))) })];
  for (const answer of answers) {
    const clock = new Clock();
    globalThis.fetch = (path, { signal }) => answer(signal);
    let error;
    post('line', {}).catch((e) => { error = e; });
    await clock.move(19999);
    assert.equal(error, undefined);
    await clock.move(1);
    await settled();
    assert.ok(error instanceof HouseError);
    assert.equal(error.code, 'unreachable');
  }
});
