// SPDX-License-Identifier: Apache-2.0
// One stay in a room. The stock LiveKit SDK carries sound; hands, seats and history go over the house API, as the app's do. Chat
// and reactions go by the SDK, too, where the room is the house's own; on another LiveKit server (SOUND) they go over the house API,
// and only what the house says there counts. Knows no element of the page: it tells `changed` and is read.
import { HouseError } from './house.js';
import { isHouse, relayedChat } from './house_words.js';
import { keepToOwnServers } from './own_ways.js';
import { SDK } from './sdk.js';
import { SOUND } from './sound.js';
import { toBase64Url } from './statements.js';
import { Chat } from './chat.js';
import { Clicks, readCounts } from './reactions.js';
import { endWords, inOrder, microphoneWords, notEntered, personOf, placeInLine, roomOf, takesLong } from './room_state.js';

const kComeBackFor = 60000;   // the house keeps a seat for so long; who cannot come in by then is told so
const kSlow = 8000;           // a person who waits for longer is told what for
const kConnect = { websocketTimeout: 10000, peerConnectionTimeout: 10000 };   // ms; the SDK's own 15 s leave no time for another try
const kConnectWithin = 25000; // the SDK has given up by then; should it not, the page does
const kBackWithin = 30000;    // the SDK may stop trying without a word (livekit-client 2.23.0, docs/interop.md)
const kTopicChat = 'lk.chat';
const kScanAfter = 3000;      // the SDK may forget to say which sounds came right after it was back
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/// The house or its LiveKit is away: it will be back.
const passing = (error) => error instanceof HouseError && (error.code === 'unreachable' || error.kind === 'unavailable' || error.kind === 'unreachable');

/// This page was built with the SDK.
export const canListen = SDK !== '';

let loading;
function sdk() {
  loading ??= import(SDK).then(() => {
    if (SOUND) keepToOwnServers(SOUND);
    return globalThis.LivekitClient;
  }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/// `work`, or an error after so many milliseconds.
function within(ms, work) {
  let timer;
  const limit = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('no answer')), ms); });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

export class Stay {
  constructor(person, roomId, changed) {
    this.person = person;
    this.roomId = roomId;
    this.changed = changed;
    this.state = 'coming';    // coming, line, inside, back (coming back), left
    this.end = '';            // why it is over
    this.problem = '';
    this.line = undefined;
    this.reached = undefined; // the connection whose server answered last
    this.slow = '';           // what one who is coming in waits for, once it takes long
    this.asked = false;       // a moderator asks to unmute
    this.chat = new Chat();
    this.sounds = new Map();  // track -> what plays it
    this.people = [];
    this.speakers = new Set();
    this.counts = readCounts({});   // another object each time the room tells
    this.clicks = new Clicks((clicks) => this.sendReactions(clicks));
  }

  tell(problem) {
    if (problem !== undefined) this.problem = problem && problem.message ? problem.message : problem;
    this.changed();
  }

  // ---- coming and going

  async enter(grant) {
    this.begin();
    for (let waitMs = 1000; this.state !== 'left'; waitMs = Math.min(waitMs * 2, 10000)) {
      try {
        this.lk = await sdk();
        const given = grant || await this.person.token(this.roomId);
        if (this.state === 'left') return this.goodbye();   // the house has just kept a place for us
        await this.connect(given);
        return;
      } catch (error) {
        grant = undefined;   // a token opens the door once
        if (this.state === 'left') return;
        if (error instanceof HouseError && !passing(error)) return this.finish(error.message);
        if (error instanceof HouseError) this.reached = undefined;
        if (await this.inLine()) {
          waitMs = 500;
          continue;
        }
        if (this.state === 'left') return;
        if (Date.now() - this.since > kComeBackFor) return this.finish(notEntered(this.reached));
        await pause(waitMs);
      }
    }
  }

  /// From now on it is to be in within kComeBackFor. Meanwhile the person is told what takes long.
  async begin() {
    const since = this.since = Date.now();
    this.reached = undefined;
    this.slow = '';
    await pause(kSlow);
    while (since === this.since && this.state === 'coming') {
      this.slow = takesLong(this.reached);
      this.tell();
      await pause(1000);
    }
  }

  /// True after having stood in front of the door: it is our turn.
  async inLine() {
    for (;;) {
      let line;
      try {
        line = await this.person.ask('rooms/' + this.roomId + '/line', {});
      } catch (error) {
        if (error.code && !passing(error)) this.finish(error.message);
        return false;
      }
      if (this.state === 'left') return false;
      if (line.state !== 'waiting') {
        const turn = this.state === 'line';
        if (turn) {   // a line takes as long as it takes; the minute begins here
          this.state = 'coming';
          this.begin();
          this.tell();
        }
        return turn;
      }
      this.line = line;
      this.state = 'line';
      this.tell();
      await pause(Math.max(1, line.retry_after_seconds) * 1000);
      if (this.state === 'left') return false;
    }
  }

  async connect(grant) {
    // LiveKit's address comes with its token only when the person may come in; before that they stand in line.
    if (SOUND && grant.url !== SOUND) throw new Error('in line');
    const room = new this.lk.Room({ audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    this.listenTo(room);
    // Else the house's own address as this page was reached, so that nothing leaves for another name of it.
    const here = (location.protocol === 'https:' ? 'wss:' : 'ws:') + '//' + location.host;
    this.coming = room;
    try {
      await within(kConnectWithin, room.connect(SOUND || here, grant.token, kConnect));
    } catch (error) {
      if (this.reached !== room) this.reached = undefined;
      room.disconnect();
      throw error;
    } finally {
      this.coming = undefined;
    }
    if (this.state === 'left') return room.disconnect();
    this.room = room;
    this.since = 0;
    this.slow = '';
    this.state = 'inside';
    this.speakers.clear();
    this.refresh();
    await this.history();
    if (this.room === room && this.state !== 'left') this.refresh();   // the way may have been lost meanwhile
  }

  finish(words) {
    if (this.state === 'left') return;
    this.state = 'left';
    this.end = words;
    this.silence();
    this.room?.disconnect();
    this.coming?.disconnect();
    this.tell();
  }

  /// At once for the person, whatever the connection does; the house is told as soon as it can be.
  async leave() {
    this.state = 'left';
    this.end = 'You have left quietly.';
    this.tell();
    this.silence();
    this.goodbye();
    await Promise.allSettled([this.room?.disconnect(), this.coming?.disconnect()]);
  }

  async goodbye() {
    const until = Date.now() + kComeBackFor;
    for (let waitMs = 1000; !this.returning && Date.now() < until; waitMs = Math.min(waitMs * 2, 10000)) {
      try {
        return await this.person.leave(this.roomId);
      } catch (error) {
        if (!passing(error)) return undefined;
      }
      await pause(waitMs);
    }
    return undefined;
  }

  silence() {
    for (const track of this.sounds.keys()) track.detach();
    this.sounds.clear();
  }

  // ---- what the room says

  listenTo(room) {
    const E = this.lk.RoomEvent;
    const ours = (work) => (...values) => { if (this.room === room && this.state !== 'left') work(...values); };
    const again = ours(() => this.refresh());
    const play = (track) => {
      if (track?.kind === this.lk.Track.Kind.Audio && this.state !== 'left' && !this.sounds.has(track)) this.sounds.set(track, track.attach());
    };
    for (const event of [E.ParticipantConnected, E.ParticipantDisconnected, E.ParticipantAttributesChanged, E.ParticipantNameChanged, E.ParticipantPermissionsChanged,
      E.TrackPublished, E.TrackUnpublished, E.TrackMuted, E.TrackUnmuted, E.LocalTrackPublished, E.LocalTrackUnpublished, E.RoomMetadataChanged,
      E.AudioPlaybackStatusChanged]) room.on(event, again);
    room.on(E.ActiveSpeakersChanged, ours((speakers) => {
      this.speakers = new Set(speakers.map((one) => one.identity));
      this.refresh();
    }));
    room.on(E.SignalConnected, () => {
      if (this.coming === room) this.reached = room;
    });
    room.on(E.TrackSubscribed, play);
    room.on(E.TrackUnsubscribed, (track) => {
      track.detach();
      this.sounds.delete(track);
    });
    let away = 0, times = 0;   // how many times the way has been lost; away = 0: it is there
    const watch = ours(() => {
      if (away) return;
      const mine = away = ++times;
      setTimeout(ours(() => { if (away === mine) this.anew(); }), kBackWithin);
    });
    room.on(E.SignalReconnecting, watch);
    room.on(E.Reconnecting, ours(() => {
      watch();
      this.state = 'back';
      this.chat.doubt();
      this.tell();
    }));
    room.on(E.Reconnected, ours(() => {
      away = 0;
      this.state = 'inside';
      this.speakers.clear();
      this.history().then(again);
      setTimeout(ours(() => {
        for (const one of room.remoteParticipants.values()) for (const { track } of one.audioTrackPublications.values()) play(track);
      }), kScanAfter);
    }));
    room.on(E.Disconnected, ours((reason) => this.lost(reason)));
    room.on(E.DataReceived, ours((payload, from, kind, topic, encryption, identity) => this.data(payload, from, identity, topic)));
    if (SOUND) return;   // no house stands between the writer and us there: whatever people send is nobody's words
    room.on(E.ChatMessage, ours((message, from) => this.heard({ id: message.id, at: message.timestamp, text: message.message, author: from?.identity || '' })));
    room.registerTextStreamHandler(kTopicChat, async (reader, from) => {
      const text = await reader.readAll();
      const { id, timestamp, attributes } = reader.info;
      ours(() => this.heard({ id, at: timestamp, text, author: from.identity, n: Number(attributes?.['parlour.number']) || 0 }))();
    });
  }

  lost(reason) {
    this.silence();
    const words = endWords(reason, this.lk.DisconnectReason);
    if (words) return this.finish(words);
    this.chat.doubt();
    this.room = undefined;
    this.state = 'back';
    this.tell();
    this.enter();
  }

  /// With a new token into a new connection: the room goes on under another name on LiveKit, or the SDK does not come back.
  anew() {
    const room = this.room;
    this.lost();
    room.disconnect();
  }

  refresh() {
    const room = this.room, local = room.localParticipant;
    this.about = roomOf(room.metadata);
    const before = this.me;
    this.people = inOrder([personOf(local, true, this.speakers), ...[...room.remoteParticipants.values()].map((one) => personOf(one, false, this.speakers))]);
    this.me = this.people.find((one) => one.self);
    this.place = placeInLine(this.people, this.me);
    this.blocked = !room.canPlaybackAudio;
    if (this.me.seat !== 'stage' || this.me.held || this.me.open) this.asked = false;
    // Down from the stage the microphone is closed, not only unheard.
    if (before?.seat === 'stage' && this.me.seat !== 'stage') this.closeMicrophone();
    this.tell();
  }

  closeMicrophone() {
    this.speakers.delete(this.me.identity);   // LiveKit says no more of who does not publish
    for (const one of [...this.room.localParticipant.audioTrackPublications.values()])
      if (one.track) this.room.localParticipant.unpublishTrack(one.track, true).catch(() => {});
  }

  /// The name is the one of the roster, whatever the message says of its author.
  heard(line) {
    const local = this.room.localParticipant, own = line.author === local.identity;
    const from = own ? local : this.room.remoteParticipants.get(line.author);
    this.chat.add({ ...line, own, name: from?.name || line.author || 'Somebody who has left' });
    this.tell();
  }

  data(payload, from, identity, topic) {
    if (!isHouse(from, identity)) return;
    const said = new TextDecoder().decode(payload);
    if (topic === 'parlour.ask' && this.me?.seat === 'stage' && !this.me.open) this.asked = true;
    if (topic === 'parlour.chat') {
      try { this.chat.answered(JSON.parse(said)); } catch (e) { /* not ours */ }
    }
    if (topic === 'parlour.reactions') this.counts = readCounts(said) || this.counts;
    if (topic === 'parlour.moved' && SOUND) return this.anew();
    if (topic === 'parlour.packet' && SOUND) {
      const line = relayedChat(payload);
      if (line) return this.heard(line);
    }
    this.tell();
  }

  /// From the last line that we know on; what is there twice has the same id.
  async history() {
    const counted = this.counts;
    try {
      for (;;) {
        const last = this.chat.last();
        const page = await this.person.ask('rooms/' + this.roomId + '/chat' + (last ? '?after=' + last : ''));
        this.chat.take(page, this.room?.localParticipant.identity);
        if (this.counts === counted && page.reactions) this.counts = readCounts(page.reactions) || counted;
        if (!last || !page.more || this.chat.last() === last) break;
      }
      this.chat.settle();
    } catch (error) {
      if (error.code !== 'room_unknown' && !passing(error)) this.problem = error.message;
    }
  }

  // ---- what the person does

  async order(verb, note) {
    try {
      await this.person.ask('rooms/' + this.roomId + '/stage', note ? { verb, note } : { verb });
      this.tell('');
    } catch (error) {
      this.tell(error);
    }
  }
  raise(note) { return this.order('raise', note); }
  lower() { return this.order('lower'); }
  accept() { return this.order('accept'); }
  decline() { return this.order('decline'); }
  stepDown() { return this.order('down'); }

  async microphone(on) {
    this.asked = false;
    try {
      await this.room.localParticipant.setMicrophoneEnabled(on);
      if (!on) this.speakers.delete(this.me.identity);
      this.problem = '';
    } catch (error) {
      this.problem = microphoneWords(error);
    }
    this.refresh();
  }

  stayMuted() {
    this.asked = false;
    this.tell();
  }

  async sound() {
    await this.room.startAudio();
    this.refresh();
  }

  async say(text) {
    const me = this.room.localParticipant;
    const line = { at: Date.now(), text, author: me.identity, name: me.name, own: true, delivery: 'pending' };
    if (SOUND) return this.write({ ...line, id: toBase64Url(crypto.getRandomValues(new Uint8Array(12))) });
    try {
      const sent = await me.sendText(text, { topic: kTopicChat, compress: false });
      this.chat.add({ ...line, id: sent.id });
      this.tell('');
      return true;
    } catch (error) {
      this.tell('This message was not sent: ' + error.message);
      return false;
    }
  }

  /// Through the house. The same id sent again is not written twice.
  async write(line) {
    const { id } = this.chat.add(line);
    this.tell('');
    try {
      this.chat.answered(await this.person.ask('rooms/' + this.roomId + '/chat', { id, text: line.text }));
    } catch (error) {
      this.chat.answered({ id, message: error.message });
    }
    this.tell();
    return true;
  }

  /// A refused message goes out as a new one; through the house as the same, as that knows it again.
  sayAgain(line) {
    this.chat.lines = this.chat.lines.filter((one) => one !== line);
    if (!SOUND) return this.say(line.text);
    return this.write({ ...line, at: Date.now(), delivery: 'pending', refusal: '' });
  }

  react(word) {
    if (this.state === 'inside' && !this.clicks.click(word)) this.tell('That was one reaction too many in a moment. Wait a second.');
  }

  async sendReactions(clicks) {
    if (this.state !== 'inside') return;
    try {
      if (SOUND) await this.person.ask('rooms/' + this.roomId + '/reactions', { reactions: clicks });
      else
        for (const [word, count] of Object.entries(clicks))
          for (let i = 0; i < count; ++i) await this.room.localParticipant.publishData(new TextEncoder().encode(word), { reliable: true, topic: 'parlour.reaction' });
    } catch (error) {
      this.tell(error);
    }
  }
}
