// SPDX-License-Identifier: Apache-2.0
// Clicks on their way to the house, and what it says of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './played.mjs';

const { Clicks, REACTIONS, readCounts } = await page('', 'reactions.js');

function world() {
  const out = { ms: 0, sent: [], timers: [] };
  out.clicks = new Clicks((all) => out.sent.push(all), () => out.ms, (work, ms) => out.timers.push({ work, ms }));
  out.due = () => out.timers.splice(0).forEach((one) => one.work());
  return out;
}

test('clicks of 200 ms go out together', () => {
  const w = world();
  for (const word of ['clap', 'clap', 'heart']) assert.equal(w.clicks.click(word), true);
  assert.deepEqual(w.timers.map((one) => one.ms), [200]);
  assert.deepEqual(w.sent, []);
  w.due();
  assert.deepEqual(w.sent, [{ clap: 2, heart: 1 }]);
  w.clicks.click('wow');
  w.due();
  assert.deepEqual(w.sent, [{ clap: 2, heart: 1 }, { wow: 1 }]);
});

test('the fifth in a moment goes, the sixth does not', () => {
  const w = world();
  for (let i = 0; i < 5; ++i) assert.equal(w.clicks.click('clap'), true);
  assert.equal(w.clicks.click('clap'), false);
  w.due();
  assert.deepEqual(w.sent, [{ clap: 5 }]);
  w.ms = 2600;
  assert.equal(w.clicks.click('clap'), false);
  w.ms = 2601;
  assert.equal(w.clicks.click('clap'), true);
});

test('what the house says is six counts, whatever else it holds', () => {
  const none = Object.fromEntries(REACTIONS.map(([word]) => [word, 0]));
  assert.deepEqual(readCounts('{"clap":3,"bomb":9,"wow":-1,"heart":"many","laugh":1.5}'), { ...none, clap: 3 });
  assert.deepEqual(readCounts({ thanks: 2 }), { ...none, thanks: 2 });
  for (const broken of ['', '[]', 'null', '7', '{', undefined]) assert.equal(readCounts(broken), undefined);
});
