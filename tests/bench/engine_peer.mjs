// SPDX-License-Identifier: Apache-2.0
// The peer of parlour_bench_engine: two @livekit/rtc-node participants (libwebrtc) in one process, the same chirps in and out.
//   node engine_peer.mjs MOUTH_URL MOUTH_TOKEN EAR_URL EAR_TOKEN CHIRPS       -> one JSON line: {"delays":[ms ...]}
import { performance } from 'node:perf_hooks';
import { AudioFrame, AudioSource, AudioStream, LocalAudioTrack, Room, RoomEvent, TrackPublishOptions, TrackSource, dispose }
  from '@livekit/rtc-node';

const [mouthUrl, mouthToken, earUrl, earToken, count] = process.argv.slice(2);
const RATE = 48000, CHIRP = 5760, REACH = 19200;
const sweep = Float32Array.from({ length: CHIRP }, (_, i) => {
  const t = i / RATE;
  return 0.5 * (0.5 - 0.5 * Math.cos(2 * Math.PI * i / (CHIRP - 1))) * Math.sin(2 * Math.PI * (300 * t + 3500 / 0.24 * t * t));
});

/** Samples with the time (ms) of each block's first one. */
class Tape {
  samples = [];
  blocks = [];
  add(sound, begun) {
    this.blocks.push({ at: this.samples.length, begun });
    for (const s of sound) this.samples.push(s);
  }
  timeOf(sample) {
    const block = this.blocks.findLast((b) => b.at <= sample);
    return block.begun + (sample - block.at) / RATE * 1000;
  }
}

function find(sound, from, reach) {
  let best = 0, where = from, energy = 0;
  for (const s of sweep) energy += s * s;
  for (let at = from; at < from + reach && at + CHIRP <= sound.length; ++at) {
    let sum = 0, power = 1e-9;
    for (let i = 0; i < CHIRP; ++i) { sum += sound[at + i] * sweep[i]; power += sound[at + i] * sound[at + i]; }
    const likeness = Math.abs(sum) / Math.sqrt(power * energy);
    if (likeness > best) { best = likeness; where = at; }
  }
  return best > 0.6 ? where : null;
}

const wait = (ms) => new Promise((r) => setTimeout(r, ms));
const said = new Tape(), heard = new Tape();
const mouth = new Room(), ear = new Room();
ear.on(RoomEvent.TrackSubscribed, async (track) => {
  for await (const frame of new AudioStream(track, { sampleRate: RATE, numChannels: 1, frameSizeMs: 10 }))
    heard.add(Float32Array.from(frame.data, (s) => s / 32768), performance.now());
});
await mouth.connect(mouthUrl, mouthToken, { autoSubscribe: true, dynacast: false });
await ear.connect(earUrl, earToken, { autoSubscribe: true, dynacast: false });

const says = [], starts = [];
for (let i = 0, seed = 3; i < Number(count); ++i) {
  starts.push(says.length);
  for (const s of sweep) says.push(s);
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  for (let k = 21600 + seed % 21600; k > 0; --k) says.push(0);
}
const source = new AudioSource(RATE, 1, 0);   // nothing waits before the encoder
const track = LocalAudioTrack.createAudioTrack('mic', source);
const options = new TrackPublishOptions();
options.source = TrackSource.SOURCE_MICROPHONE;
await mouth.localParticipant.publishTrack(track, options);

const lead = 400, total = lead + Math.ceil(says.length / 480) + 70;   // blocks
const begin = performance.now();
for (let i = 0; i < total; ++i) {
  const ahead = begin + (i + 1) * 10 - performance.now();
  if (ahead > 0) await wait(ahead);
  const block = new Float32Array(480);
  for (let k = 0; k < 480 && i >= lead; ++k) block[k] = says[(i - lead) * 480 + k] ?? 0;
  said.add(block, performance.now() - 10);
  await source.captureFrame(new AudioFrame(Int16Array.from(block, (s) => s * 32767), RATE, 1, 480));
}
await wait(500);

const delays = [];
for (const start of starts) {
  const spoken = said.timeOf(lead * 480 + start);
  const block = heard.blocks.find((b) => b.begun >= spoken);
  const at = block ? find(heard.samples, block.at, REACH) : null;
  if (at !== null) delays.push(heard.timeOf(at) - spoken);
}
process.stdout.write(JSON.stringify({ delays }) + '\n');
await mouth.disconnect();
await ear.disconnect();
await dispose();
process.exit(delays.length ? 0 : 1);
