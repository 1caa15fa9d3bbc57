// SPDX-License-Identifier: Apache-2.0
// An unchanged @livekit/rtc-node participant, driven by lines on stdin, telling events as JSON lines on stdout.
//   node rtc_node_peer.mjs URL TOKEN HEARD.wav
//   stdin: publish FILE.wav | unpublish | mute | unmute | want VALUE | say TEXT | data TEXT | lossy TEXT | listen | save | quit
//   listen forgets what was heard so far, save writes what was heard since.
import fs from 'node:fs';
import readline from 'node:readline';
import { AudioFrame, AudioSource, AudioStream, LocalAudioTrack, Room, RoomEvent, TrackPublishOptions, TrackSource, dispose }
  from '@livekit/rtc-node';

const [url, token, heardPath] = process.argv.slice(2);
const started = Date.now();
const tell = (event, fields = {}) => process.stdout.write(JSON.stringify({ t: (Date.now() - started) / 1000, event, ...fields }) + '\n');

// What is heard lands in one wav per person: HEARD.wav for the mix in order of arrival, HEARD-NAME.wav each.
const heard = new Map();
function keep(name, samples) {
  if (!heard.has(name)) heard.set(name, []);
  heard.get(name).push(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
}
function wav(chunks) {
  const data = Buffer.concat(chunks);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0); head.writeUInt32LE(36 + data.length, 4); head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22);
  head.writeUInt32LE(48000, 24); head.writeUInt32LE(96000, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34);
  head.write('data', 36); head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
function save() {
  for (const [name, chunks] of heard) fs.writeFileSync(heardPath.replace(/\.wav$/, `-${name}.wav`), wav(chunks));
}

const room = new Room();
const attributes = (p) => ({ name: p.name, identity: p.identity, attributes: { ...p.attributes } });
room.on(RoomEvent.ParticipantConnected, (p) => tell('participant', attributes(p)));
room.on(RoomEvent.ParticipantDisconnected, (p) => tell('gone', { name: p.name, identity: p.identity }));
room.on(RoomEvent.ParticipantAttributesChanged, (changed, p) => tell('attributes', { changed, ...attributes(p) }));
room.on(RoomEvent.TrackSubscribed, async (track, publication, p) => {
  tell('subscribed', { name: p.name, track: track.sid });
  const stream = new AudioStream(track, { sampleRate: 48000, numChannels: 1 });
  for await (const frame of stream) keep(p.name, frame.data);
});
room.on(RoomEvent.TrackUnsubscribed, (track, publication, p) => tell('unsubscribed', { name: p.name }));
room.on(RoomEvent.TrackMuted, (publication, p) => tell('track_muted', { name: p?.name }));
room.on(RoomEvent.TrackUnmuted, (publication, p) => tell('track_unmuted', { name: p?.name }));
room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => tell('speakers', { names: speakers.map((s) => s.name) }));
room.on(RoomEvent.DataReceived, (payload, p) => tell('data', { from: p?.name, text: new TextDecoder().decode(payload) }));
room.on(RoomEvent.ChatMessage ?? 'chatMessage', (message, p) => tell('chat', { from: p?.name, text: message.message }));
room.on(RoomEvent.Reconnecting, () => tell('reconnecting'));
room.on(RoomEvent.Reconnected, () => tell('reconnected'));
room.on(RoomEvent.Disconnected, (reason) => { tell('left', { reason }); finish(0); });

let finished = false;
async function finish(code) {
  if (finished) return;
  finished = true;
  save();
  try { await dispose(); } catch { /* the process ends anyway */ }
  process.exit(code);
}

let publication = null, playing = 0, asked = 0;
async function publish(file) {
  const bytes = fs.readFileSync(file);
  const at = bytes.indexOf('data') + 8;
  const pcm = new Int16Array(bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + bytes.length - ((bytes.length - at) % 2)));
  const source = new AudioSource(48000, 1, 1000);
  const track = LocalAudioTrack.createAudioTrack('mic', source);
  const options = new TrackPublishOptions();
  options.source = TrackSource.SOURCE_MICROPHONE;
  publication = await room.localParticipant.publishTrack(track, options);
  tell('published', { sid: publication.sid });
  const mine = ++playing;
  const begin = Date.now();
  for (let i = 0; mine === playing && !finished; ++i) {
    const frame = new Int16Array(480);
    for (let k = 0; k < 480; ++k) frame[k] = pcm[(i * 480 + k) % pcm.length];
    await source.captureFrame(new AudioFrame(frame, 48000, 1, 480));
    const ahead = begin + (i + 1) * 10 - 300 - Date.now();   // so much is queued: a busy machine makes no holes
    if (ahead > 0) await new Promise((r) => setTimeout(r, ahead));
  }
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const [verb, ...rest] = line.split(' ');
  const text = rest.join(' ');
  try {
    if (verb === 'publish') await publish(text);
    else if (verb === 'unpublish') { ++playing; await room.localParticipant.unpublishTrack(publication.sid); publication = null; }
    else if (verb === 'mute' || verb === 'unmute') {   // the SDK can, its JavaScript only does not pass it on
      globalThis._ffiClientInstance.request({ message: { case: 'localTrackMute',
        value: { trackHandle: publication.track.ffi_handle.handle, mute: verb === 'mute' } } });
    }
    else if (verb === 'want') { await room.localParticipant.setAttributes({ 'parlour.want': text }); tell('wanted', { value: text }); }
    else if (verb === 'data') await room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, topic: 'test' });
    else if (verb === 'lossy') await room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: false, topic: 'test' });
    else if (verb === 'listen') { heard.clear(); tell('listening', { number: ++asked }); }
    else if (verb === 'save') { save(); tell('saved', { number: ++asked }); }
    else if (verb === 'say') await room.localParticipant.sendChatMessage(text);
    else if (verb === 'quit') { await room.disconnect(); await finish(0); }
    else tell('error', { text: `unknown command ${verb}` });
  } catch (e) {
    tell('error', { command: verb, text: String(e?.message ?? e) });
  }
});
process.on('SIGTERM', () => finish(0));

try {
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  globalThis._ffiClientInstance.on('ffi_event', (event) => {   // the SDK is told of rights, its JavaScript does not pass it on
    const said = event.message.case === 'roomEvent' ? event.message.value.message : {};
    if (said.case === 'participantPermissionChanged' && said.value.participantIdentity === room.localParticipant.identity)
      tell('permission', { name: room.localParticipant.name, canPublish: said.value.permission?.canPublish });
  });
  tell('joined', { ...attributes(room.localParticipant), room: room.name,
    others: [...room.remoteParticipants.values()].map(attributes) });
} catch (e) {
  tell('refused', { text: String(e?.message ?? e) });
  await finish(3);
}
