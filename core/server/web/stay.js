// SPDX-License-Identifier: Apache-2.0
// One stay in a room. The stock LiveKit SDK carries sound and words; hands, seats and history go over the house API, as the
// app's do. Knows no element of the page: it tells `changed` and is read.
import { HouseError } from './house.js';
import { SDK } from './sdk.js';
import { Chat } from './chat.js';
import { endWords, inOrder, microphoneWords, personOf, placeInLine, roomOf } from './room_state.js';

const kComeBackFor = 60000;   // the house keeps a seat for so long
const kTopicChat = 'lk.chat';
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/// This page was built with the SDK.
export const canListen = SDK !== '';

let loading;
function sdk() {
  loading ??= import(SDK).then(() => globalThis.LivekitClient);
  return loading;
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
    this.asked = false;       // a moderator asks to unmute
    this.chat = new Chat();
    this.sounds = new Map();  // track -> what plays it
    this.people = [];
  }

  tell(problem) {
    if (problem !== undefined) this.problem = problem && problem.message ? problem.message : problem;
    this.changed();
  }

  // ---- coming and going

  async enter(grant) {
    this.lk = await sdk();
    for (let waitMs = 1000; this.state !== 'left'; waitMs = Math.min(waitMs * 2, 10000)) {
      try {
        await this.connect(grant || await this.person.token(this.roomId));
        return;
      } catch (error) {
        grant = undefined;   // a token opens the door once
        if (error instanceof HouseError && error.code !== 'unreachable') return this.finish(error.message);
        if (await this.inLine()) {
          waitMs = 500;
          continue;
        }
        if (this.state === 'left') return;
        if (!this.lostAt) this.lostAt = Date.now();
        if (Date.now() - this.lostAt > kComeBackFor) return this.finish('The room server cannot be reached. Look at your connection and try again.');
        await pause(waitMs);
      }
    }
  }

  /// True after having stood in front of the door: it is our turn.
  async inLine() {
    for (;;) {
      let line;
      try {
        line = await this.person.ask('rooms/' + this.roomId + '/line', {});
      } catch (error) {
        if (error.code && error.code !== 'unreachable') this.finish(error.message);
        return false;
      }
      if (this.state === 'left') return false;
      if (line.state !== 'waiting') return this.state === 'line';
      this.line = line;
      this.state = 'line';
      this.tell();
      await pause(Math.max(1, line.retry_after_seconds) * 1000);
      if (this.state === 'left') return false;
    }
  }

  async connect(grant) {
    const room = new this.lk.Room({ audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    this.listenTo(room);
    // The house's own address as this page was reached, so that nothing leaves for another name of it.
    const here = (location.protocol === 'https:' ? 'wss:' : 'ws:') + '//' + location.host;
    await room.connect(here, grant.token);
    if (this.state === 'left') return room.disconnect();
    this.room = room;
    this.lostAt = 0;
    this.state = 'inside';
    await this.history();
    if (this.room === room) this.refresh();   // the way may have been lost meanwhile
  }

  finish(words) {
    if (this.state === 'left') return;
    this.state = 'left';
    this.end = words;
    this.silence();
    this.room?.disconnect();
    this.tell();
  }

  async leave() {
    this.state = 'left';
    this.end = 'You have left quietly.';
    this.tell();
    this.silence();
    await Promise.allSettled([this.person.ask('rooms/' + this.roomId + '/leave', {}), this.room?.disconnect()]);
  }

  silence() {
    for (const track of this.sounds.keys()) track.detach();
    this.sounds.clear();
  }

  // ---- what the room says

  listenTo(room) {
    const E = this.lk.RoomEvent;
    const ours = (work) => (...values) => { if (this.room === room) work(...values); };
    const again = ours(() => this.refresh());
    for (const event of [E.ParticipantConnected, E.ParticipantDisconnected, E.ParticipantAttributesChanged, E.ParticipantNameChanged, E.ParticipantPermissionsChanged,
      E.TrackPublished, E.TrackUnpublished, E.TrackMuted, E.TrackUnmuted, E.LocalTrackPublished, E.LocalTrackUnpublished, E.ActiveSpeakersChanged, E.RoomMetadataChanged,
      E.AudioPlaybackStatusChanged]) room.on(event, again);
    room.on(E.TrackSubscribed, (track) => {
      if (track.kind === this.lk.Track.Kind.Audio) this.sounds.set(track, track.attach());
    });
    room.on(E.TrackUnsubscribed, (track) => {
      track.detach();
      this.sounds.delete(track);
    });
    room.on(E.Reconnecting, ours(() => {
      this.state = 'back';
      this.tell();
    }));
    room.on(E.Reconnected, ours(() => {
      this.state = 'inside';
      this.history().then(() => { if (this.room === room) this.refresh(); });
    }));
    room.on(E.Disconnected, ours((reason) => this.lost(reason)));
    room.on(E.ChatMessage, ours((message, from) => this.heard(message.id, message.timestamp, message.message, from, 0)));
    room.on(E.DataReceived, ours((payload, from, kind, topic) => this.data(payload, from, topic)));
    room.registerTextStreamHandler(kTopicChat, async (reader, from) => {
      const text = await reader.readAll();
      const { id, timestamp, attributes } = reader.info;
      if (this.room === room) this.heard(id, timestamp, text, room.remoteParticipants.get(from.identity), Number(attributes?.['parlour.number']) || 0);
    });
  }

  lost(reason) {
    this.silence();
    if (this.state === 'left') return;
    const words = endWords(reason, this.lk.DisconnectReason);
    if (words) return this.finish(words);
    this.room = undefined;
    this.state = 'back';
    this.tell();
    this.enter();
  }

  refresh() {
    const room = this.room, local = room.localParticipant;
    this.about = roomOf(room.metadata);
    const before = this.me;
    this.people = inOrder([personOf(local, true), ...[...room.remoteParticipants.values()].map((one) => personOf(one, false))]);
    this.me = this.people.find((one) => one.self);
    this.place = placeInLine(this.people, this.me);
    this.blocked = !room.canPlaybackAudio;
    if (this.me.seat !== 'stage' || this.me.held || this.me.open) this.asked = false;
    // Down from the stage the microphone is closed, not only unheard.
    if (before?.seat === 'stage' && this.me.seat !== 'stage') this.closeMicrophone();
    this.tell();
  }

  closeMicrophone() {
    for (const one of [...this.room.localParticipant.audioTrackPublications.values()])
      if (one.track) this.room.localParticipant.unpublishTrack(one.track, true).catch(() => {});
  }

  heard(id, at, text, from, n) {
    this.chat.add({ id, n, at, text, author: from?.identity || '', name: from?.name || from?.identity || 'Somebody who has left' });
    this.tell();
  }

  data(payload, from, topic) {
    if (from) return;   // the house has no participant
    if (topic === 'parlour.ask' && this.me?.seat === 'stage' && !this.me.open) this.asked = true;
    if (topic === 'parlour.chat') {
      try { this.chat.answered(JSON.parse(new TextDecoder().decode(payload))); } catch (e) { /* not ours */ }
    }
    this.tell();
  }

  async history() {
    try {
      const last = this.chat.last();
      this.chat.take(await this.person.ask('rooms/' + this.roomId + '/chat' + (last ? '?after=' + last : '')), this.room?.localParticipant.identity);
    } catch (error) {
      if (error.code !== 'room_unknown') this.problem = error.message;
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
    try {
      const me = this.room.localParticipant;
      const sent = await me.sendText(text, { topic: kTopicChat });
      this.chat.add({ id: sent.id, at: Date.now(), text, author: me.identity, name: me.name, own: true, delivery: 'pending' });
      this.tell('');
      return true;
    } catch (error) {
      this.tell('This message was not sent: ' + error.message);
      return false;
    }
  }

  /// A refused message goes out as a new one.
  sayAgain(line) {
    this.chat.lines = this.chat.lines.filter((one) => one !== line);
    return this.say(line.text);
  }
}
