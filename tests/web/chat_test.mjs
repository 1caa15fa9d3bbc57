// SPDX-License-Identifier: Apache-2.0
// The chat's list of lines: what is one message, who may change it, where it stands.
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './played.mjs';

const { Chat } = await page('', 'chat.js');
const line = (id, author, text, more = {}) => ({ id, author, name: author, at: 1, text, ...more });
const texts = (chat) => chat.lines.map((one) => one.text);

test('a message that comes by the room and by the history is one', () => {
  const chat = new Chat();
  chat.add(line('a', 'ann', 'one'));
  chat.add(line('b', 'ben', 'two'));
  chat.take({ lines: [{ id: 'a', n: 1, author: 'ann', at_ms: 1, text: 'one' }, { id: 'b', n: 2, author: 'ben', at_ms: 1, text: 'two' }] }, 'me');
  chat.take({ lines: [{ id: 'b', n: 2, author: 'ben', at_ms: 1, text: 'two' }] }, 'me');
  assert.deepEqual(texts(chat), ['one', 'two']);
  assert.equal(chat.last(), 2);
});

test('lines stand as the house numbered them, also when the number comes late', () => {
  const chat = new Chat();
  chat.add(line('c', 'me', 'mine', { own: true, delivery: 'pending' }));
  chat.add(line('d', 'ben', 'later', { n: 4 }));
  chat.answered({ id: 'c', n: 5 });
  assert.deepEqual(texts(chat), ['later', 'mine']);
  chat.add(line('b', 'ann', 'earlier', { n: 3 }));
  assert.deepEqual(texts(chat), ['earlier', 'later', 'mine']);
  chat.add(line('e', 'ann', 'without'));
  chat.add(line('f', 'ann', 'last', { n: 7 }));
  chat.take({ lines: [{ id: 'e', n: 8, author: 'ann', at_ms: 1, text: 'without' }] }, 'me');
  assert.deepEqual(texts(chat), ['earlier', 'later', 'mine', 'last', 'without']);
});

test('nobody confirms, numbers or takes away what somebody else wrote', () => {
  const chat = new Chat();
  chat.add(line('m', 'me', 'mine', { own: true, delivery: 'pending' }));
  chat.add(line('m', 'eve', 'not yours', { n: 9 }));
  chat.add(line('m', 'eve', '', { deleted: true }));
  chat.add(line('m', '', 'the house writes nothing'));
  assert.deepEqual(texts(chat), ['mine']);
  assert.equal(chat.lines[0].delivery, 'pending');
  assert.equal(chat.last(), 0);
  chat.add(line('m', '', ''));   // the house's word that it is gone
  assert.equal(chat.lines[0].deleted, true);
  assert.deepEqual(texts(chat), ['']);
});

test('what was on its way when the connection went is sent if the history has it, and lost if not', () => {
  const chat = new Chat();
  for (const id of ['there', 'lost', 'refused']) chat.add(line(id, 'me', id, { own: true, delivery: 'pending' }));
  chat.answered({ id: 'refused', message: 'Too fast.' });
  chat.doubt();
  chat.take({ lines: [{ id: 'there', n: 7, author: 'me', at_ms: 1, text: 'there' }] }, 'me');
  chat.settle();
  assert.deepEqual(chat.lines.map((one) => [one.id, one.delivery]).sort(), [['lost', 'refused'], ['refused', 'refused'], ['there', 'sent']]);
  chat.settle();   // asked once is asked once
  chat.add(line('new', 'me', 'new', { own: true, delivery: 'pending' }));
  chat.settle();
  assert.equal(chat.find('new').delivery, 'pending');
});

test('a message that the room has shown is not called refused when only its answer is lost', () => {
  const chat = new Chat();
  chat.add(line('m', 'me', 'mine', { own: true, delivery: 'pending' }));
  chat.add(line('m', 'me', 'mine', { n: 3 }));
  chat.answered({ id: 'm', message: 'The house does not answer.' });
  assert.equal(chat.lines[0].delivery, 'sent');
});
