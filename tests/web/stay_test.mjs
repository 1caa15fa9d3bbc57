// SPDX-License-Identifier: Apache-2.0
// One stay in a room: where it connects, whose words it shows as whose, how it ends, how it comes back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Clock, House, packet, page, Participant, Room, settled } from './played.mjs';

const kLiveKit = 'wss://livekit.example';
const here = await page('', 'stay.js'), there = await page(kLiveKit, 'stay.js', 'house.js');
const away = () => { throw new there.HouseError({ code: 'unreachable', message: 'The house does not answer.' }); };

async function stay(elsewhere, prepare = () => {}) {
  const out = { clock: new Clock(), house: new House(), drawn: 0 };
  Room.all = [];
  Room.barred = false;
  if (elsewhere) out.house.url = kLiveKit;
  prepare(out);
  out.stay = new (elsewhere ? there : here).Stay(out.house, 'R1', () => ++out.drawn);
  out.entered = out.stay.enter();
  await settled();
  return out;
}
const lines = (stay) => stay.chat.lines.map((one) => [one.author, one.name, one.text]);

test('on LiveKit the page goes where the house says, with the token of the house, and never puts it into an address', async () => {
  const w = await stay(true);
  assert.equal(w.stay.state, 'inside');
  assert.equal(Room.last.url, kLiveKit);
  assert.equal(Room.last.token, 'T1');
  assert.ok(!Room.last.url.includes('T1') && w.house.asked.every(([path]) => !path.includes('T1')));
  const own = await stay(false, (w) => { w.house.url = 'ws://another-name.example'; });
  assert.equal(own.stay.state, 'inside');
  assert.equal(Room.last.url, 'ws://house.example:8080');   // as the page was reached
});

test('on LiveKit a grant with the house’s own address means standing in line', async () => {
  const places = [{ state: 'waiting', place: 2, waiting: 3, retry_after_seconds: 1 }, { state: 'in' }];
  const w = await stay(true, (w) => {
    w.house.url = 'ws://house.example:8080';
    w.house.answers.line = () => places.shift() || { state: 'in' };
  });
  assert.equal(w.stay.state, 'line');
  assert.equal(Room.all.length, 0);
  w.house.url = kLiveKit;
  await w.clock.move(3000);
  assert.equal(w.stay.state, 'inside');
  assert.equal(Room.last.token, 'T2');
});

test('on LiveKit only what the house relays is chat', async () => {
  const w = await stay(true);
  const room = Room.last, ann = room.enter(new Participant('ann', 'Ann'));
  room.enter(new Participant('eve', 'Ann'));
  room.receive('parlour.packet', packet({ id: 'm1', n: 1, text: 'good evening', author: 'ann' }));
  assert.deepEqual(lines(w.stay), [['ann', 'Ann', 'good evening']]);
  // Everything else that can arrive there, from somebody in the roster and from somebody who is not.
  for (const from of ['eve', 'ghost']) {
    room.receive('parlour.packet', packet({ id: 'x' + from, n: 2, text: 'I resign', author: 'ann' }), from);
    room.receive('parlour.packet', packet({ id: 'm1', deleted: true }), from);
    room.receive('parlour.chat', '{"id":"m1","message":"refused"}', from);
    room.receive('parlour.reactions', '{"clap":1000}', from);
    room.emit('ChatMessage', { id: 'c' + from, timestamp: 1, message: 'I resign' }, room.remoteParticipants.get(from));
    await room.stream('s' + from, 'I resign', from);
    await room.stream('m1', 'I resign', from);
  }
  await settled();
  assert.deepEqual(lines(w.stay), [['ann', 'Ann', 'good evening']]);
  assert.equal(w.stay.counts.clap, 0);
  room.receive('parlour.packet', packet({ id: 'm1', deleted: true }));
  assert.equal(w.stay.chat.lines[0].deleted, true);
  assert.equal(ann.name, 'Ann');
});

test('a prompt, a count or an answer counts from the house alone, also where the sender is not in the roster', async () => {
  const w = await stay(false);
  const room = Room.last;
  room.localParticipant.attributes['parlour.seat'] = 'stage';
  room.emit('ParticipantAttributesChanged');
  for (const from of ['ghost', 'eve']) {
    if (from === 'eve') room.enter(new Participant('eve', 'Eve'));
    room.receive('parlour.ask', '{}', from);
    room.receive('parlour.reactions', '{"clap":1000}', from);
    room.receive('parlour.packet', packet({ id: 'x', n: 2, text: 'I resign', author: 'ann' }), from);
  }
  assert.equal(w.stay.asked, false);
  assert.equal(w.stay.counts.clap, 0);
  assert.deepEqual(lines(w.stay), []);
  room.receive('parlour.ask', '{}');
  room.receive('parlour.reactions', '{"clap":3}');
  assert.equal(w.stay.asked, true);
  assert.equal(w.stay.counts.clap, 3);
});

test('whose words they are the stamped sender says, under the name of the roster', async () => {
  const w = await stay(false);
  const room = Room.last;
  room.enter(new Participant('ann', 'Ann'));
  await room.stream('s1', 'from the stage', 'ann', { 'parlour.number': '1', author: 'host', name: 'Host' });
  room.emit('ChatMessage', { id: 'c1', timestamp: 1, message: 'old form', author: 'host' }, room.remoteParticipants.get('ann'));
  await room.stream('s2', 'gone by now', 'ben');
  await settled();
  assert.deepEqual(lines(w.stay), [['ann', 'Ann', 'from the stage'], ['ann', 'Ann', 'old form'], ['ben', 'ben', 'gone by now']]);
});

test('on LiveKit one writes through the house: sent, refused and sent again under the same id', async () => {
  let answer = { n: 1 };
  const w = await stay(true, (w) => {
    w.house.answers.chat = (path, body) => {
      if (!body) return { lines: [] };
      if (answer instanceof Error) throw answer;
      return { id: body.id, ...answer };
    };
  });
  assert.equal(await w.stay.say('hello'), true);
  const [path, body] = w.house.asked.at(-1);
  assert.equal(path, 'rooms/R1/chat');
  assert.equal(body.text, 'hello');
  assert.match(body.id, /^[A-Za-z0-9_-]{16}$/);
  Room.last.receive('parlour.packet', packet({ id: body.id, n: 1, text: 'hello', author: 'me' }));   // LiveKit leaves nobody out
  assert.deepEqual(w.stay.chat.lines.map((one) => [one.text, one.delivery, one.own, one.n]), [['hello', 'sent', true, 1]]);
  answer = new Error('The chat is in slow mode.');
  await w.stay.say('again');
  const line = w.stay.chat.lines[1];
  assert.deepEqual([line.delivery, line.refusal], ['refused', 'The chat is in slow mode.']);
  answer = { n: 2 };
  await w.stay.sayAgain(line);
  const sent = w.house.asked.filter(([, one]) => one?.text === 'again').map(([, one]) => one.id);
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  assert.deepEqual(w.stay.chat.lines.map((one) => [one.text, one.delivery]), [['hello', 'sent'], ['again', 'sent']]);
  assert.equal(Room.last.localParticipant.sent.length, 0);
});

test('reactions go by the room at home and by the house on LiveKit, a fifth of a second’s clicks together', async () => {
  const w = await stay(true);
  for (const word of ['clap', 'clap', 'heart']) w.stay.react(word);
  await w.clock.move(200);
  assert.deepEqual(w.house.asked.at(-1), ['rooms/R1/reactions', { reactions: { clap: 2, heart: 1 } }]);
  const own = await stay(false);
  own.stay.react('wow');
  await own.clock.move(200);
  assert.deepEqual(Room.last.localParticipant.sent, [{ data: 'wow', reliable: true, topic: 'parlour.reaction' }]);
  assert.equal(own.house.count('reactions'), 0);
});

test('who comes in on LiveKit is told the reactions so far by the history, unless the room was quicker', async () => {
  let give;
  const w = await stay(true, (w) => { w.house.answers.chat = () => ({ lines: [], reactions: { clap: 7 } }); });
  assert.deepEqual([w.stay.counts.clap, w.stay.counts.heart], [7, 0]);
  Room.last.receive('parlour.reactions', '{"clap":9}');
  assert.equal(w.stay.counts.clap, 9);
  w.house.answers.chat = () => new Promise((done) => { give = done; });
  Room.last.emit('Reconnected');
  await settled();
  Room.last.receive('parlour.reactions', '{"clap":12}');
  give({ lines: [], reactions: { clap: 11 } });
  await settled();
  assert.equal(w.stay.counts.clap, 12);
});

test('reactions that the house does not take are said in words', async () => {
  const w = await stay(true, (w) => {
    w.house.answers.reactions = () => { throw new there.HouseError({ code: 'reacting_too_fast', kind: 'exhausted', message: 'That was one reaction too many in a moment.', advice: 'Wait a second.' }); };
  });
  w.stay.react('clap');
  await w.clock.move(200);
  assert.equal(w.stay.problem, 'That was one reaction too many in a moment. Wait a second.');
});

test('down from the stage the microphone is closed and its mark is gone, also when one is up again', async () => {
  const w = await stay(true);
  const room = Room.last, me = room.localParticipant;
  const seat = (where) => {
    me.attributes['parlour.seat'] = where;
    room.emit('ParticipantAttributesChanged');
  };
  seat('stage');
  await w.stay.microphone(true);
  room.emit('ActiveSpeakersChanged', [me]);
  assert.deepEqual([w.stay.me.open, w.stay.me.speaking], [true, true]);
  seat('audience');
  await settled();
  assert.equal(me.audioTrackPublications.size, 0);
  seat('stage');
  await w.stay.microphone(true);
  assert.deepEqual([w.stay.me.open, w.stay.me.speaking], [true, false]);   // nobody has heard anything yet
  room.emit('ActiveSpeakersChanged', [me]);
  await w.stay.microphone(false);
  await w.stay.microphone(true);
  assert.equal(w.stay.me.speaking, false);
});

test('leaving while the connection is being taken up again is leaving', async () => {
  const w = await stay(true);
  const room = Room.last;
  room.emit('Reconnecting');
  assert.equal(w.stay.state, 'back');
  await w.stay.leave();
  room.emit('Reconnected');
  room.emit('ParticipantConnected');
  await w.clock.move(10000);
  assert.equal(w.stay.state, 'left');
  assert.equal(room.state, 'gone');
  assert.equal(w.house.count('leave'), 1);
  assert.equal(Room.all.length, 1);
});

test('leaving while one comes back in is leaving: no new connection, and the place is given back', async () => {
  const w = await stay(true);
  let give;
  w.house.answers.token = () => new Promise((done) => { give = done; });
  Room.last.emit('Disconnected', 'SIGNAL_CLOSE');
  await settled();
  await w.stay.leave();
  give({ url: kLiveKit, token: 'late' });
  await w.clock.move(10000);
  assert.equal(w.stay.state, 'left');
  assert.equal(Room.all.length, 1);
  assert.equal(w.house.count('leave'), 2);   // once more: the late token took a place
  // And in the middle of connecting.
  const again = await stay(true);
  Room.barred = true;
  Room.last.emit('Disconnected', 'SIGNAL_CLOSE');
  await settled();
  const coming = Room.last;
  assert.equal(coming.state, 'connecting');
  await again.stay.leave();
  await again.clock.move(10000);
  assert.equal(coming.state, 'gone');
  assert.equal(again.stay.state, 'left');
  assert.equal(again.house.count('line'), 0);
  assert.equal(Room.all.length, 2);
});

test('a house that does not hear the leaving is told again for a minute, but not after one has come back in', async () => {
  const w = await stay(true, (w) => { w.house.answers.leave = away; });
  await w.stay.leave();
  await w.clock.move(4000);
  assert.equal(w.house.count('leave'), 3);
  w.house.answers.leave = () => ({});
  await w.clock.move(60000);
  assert.equal(w.house.count('leave'), 4);
  const never = await stay(true, (w) => { w.house.answers.leave = away; });
  await never.stay.leave();
  await never.clock.move(120000);
  const tries = never.house.count('leave');
  assert.ok(tries > 6 && tries < 10, tries);
  const back = await stay(true, (w) => { w.house.answers.leave = away; });
  await back.stay.leave();
  back.stay.returning = true;
  await back.clock.move(60000);
  assert.equal(back.house.count('leave'), 1);
});

test('while LiveKit is away the page goes on asking, and gives up after a minute in words', async () => {
  const w = await stay(true);
  w.house.answers.token = () => { throw new there.HouseError({ kind: 'unavailable', code: 'media_unreachable', message: 'LiveKit is away.' }); };
  w.house.answers.line = () => ({ state: 'in' });
  Room.last.emit('Disconnected', 'SERVER_SHUTDOWN');
  await w.clock.move(30000);
  assert.equal(w.stay.state, 'back');
  delete w.house.answers.token;
  await w.clock.move(10000);
  assert.equal(w.stay.state, 'inside');
  w.house.answers.token = away;
  Room.last.emit('Disconnected', 'SERVER_SHUTDOWN');
  await w.clock.move(80000);
  assert.deepEqual([w.stay.state, w.stay.end], ['left', 'The room server cannot be reached. Look at your connection and try again.']);
});

test('a room that goes on under another name is followed with a new token, on the house’s word alone', async () => {
  const w = await stay(true);
  const room = Room.last;
  room.receive('parlour.moved', '', 'eve');
  assert.equal(w.stay.state, 'inside');
  room.receive('parlour.moved', '');
  await w.clock.move(100);
  assert.equal(w.stay.state, 'inside');
  assert.deepEqual([room.state, Room.all.length, Room.last.token], ['gone', 2, 'T2']);
});

test('after a reconnect the history fills the gap and nothing stands there twice', async () => {
  const all = Array.from({ length: 5 }, (_, i) => ({ id: 'm' + (i + 1), n: i + 1, author: 'ann', at_ms: 1, text: 'line ' + (i + 1) }));
  const w = await stay(false, (w) => {
    w.house.answers.chat = (path) => {
      const after = Number(/after=(\d+)/.exec(path)?.[1] || 0);
      const rest = (after ? all : all.slice(0, 2)).filter((one) => one.n > after);
      return { lines: rest.slice(0, 2), more: rest.length > 2 };
    };
  });
  const room = Room.last;
  room.enter(new Participant('ann', 'Ann'));
  assert.equal(w.stay.chat.lines.length, 2);
  room.emit('Reconnecting');
  room.emit('Reconnected');
  await room.stream('m3', 'line 3', 'ann', { 'parlour.number': '3' });   // the room repeats what it is not sure of
  await settled();
  assert.equal(w.stay.chat.lines.length, 5);
  await room.stream('m5', 'line 5', 'ann', { 'parlour.number': '5' });
  await settled();
  assert.deepEqual(w.stay.chat.lines.map((one) => one.text), all.map((one) => one.text));
  room.emit('Disconnected', 'SIGNAL_CLOSE');
  await w.clock.move(100);
  assert.equal(w.stay.state, 'inside');
  assert.notEqual(Room.last, room);
  assert.deepEqual(w.stay.chat.lines.map((one) => one.text), all.map((one) => one.text));
});

test('a sound that the SDK does not speak of after a reconnect is found', async () => {
  const w = await stay(true);
  const room = Room.last, ann = room.enter(new Participant('ann', 'Ann'));
  room.emit('Reconnecting');
  const track = ann.publish('TR_1'), picture = ann.publish('TR_2', 'video');
  room.emit('Reconnected');
  await w.clock.move(3000);
  assert.deepEqual([track.plays, picture.plays], [1, 0]);
  room.emit('TrackSubscribed', track);
  assert.equal(track.plays, 1);
  await w.stay.leave();
  assert.equal(track.plays, 0);
});
