// SPDX-License-Identifier: Apache-2.0
// An unchanged livekit-client in headless Chromium, with the same commands and events as rtc_node_peer.mjs.
//   node browser_peer.mjs URL TOKEN HEARD.wav MICROPHONE.wav [v0|tcp]   v0: two peer connections; else the SDK's own choice; tcp: no UDP
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';
import { chromium } from 'playwright-core';

const [url, token, heardPath, microphone, version] = process.argv.slice(2);
const started = Date.now();
const tell = (event, fields = {}) => process.stdout.write(JSON.stringify({ t: (Date.now() - started) / 1000, event, ...fields }) + '\n');

const bundle = path.join(process.cwd(), 'node_modules/livekit-client/dist/livekit-client.umd.js');
const page_html = '<!doctype html><title>peer</title><script src="/livekit.js"></script><body></body>';
const server = http.createServer((request, response) => {
  if (request.url === '/livekit.js') {
    response.setHeader('content-type', 'text/javascript');
    fs.createReadStream(bundle).pipe(response);
  } else {
    response.setHeader('content-type', 'text/html');
    response.end(page_html);
  }
});
await new Promise((r) => server.listen(0, '127.0.0.1', r));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  ignoreDefaultArgs: ['--mute-audio'],
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
    '--allow-loopback-in-peer-connection', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${microphone}`,
    ...(version === 'tcp' ? ['--force-webrtc-ip-handling-policy=disable_non_proxied_udp'] : [])],
});
const page = await (await browser.newContext()).newPage();
page.on('pageerror', (e) => tell('error', { text: String(e) }));
if (process.env.PARLOUR_TRACE) page.on('console', (m) => process.stderr.write(m.text() + '\n'));
await page.exposeFunction('tell', (event, fields) => tell(event, fields));
await page.goto(`http://127.0.0.1:${server.address().port}/`);

await page.evaluate(async ([dual, trace]) => {
  // How many connections the SDK really makes, and over which path it signals.
  window.made = { connections: 0, paths: [] };
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Connection, { construct(target, args) { ++window.made.connections; const pc = new target(...args); (window.pcs ??= []).push(pc); return pc; } });
  const Socket = window.WebSocket;
  window.WebSocket = new Proxy(Socket, { construct(target, args) { window.made.paths.push(new URL(args[0]).pathname); window.sockets = [...(window.sockets ?? []), new target(...args)]; return window.sockets.at(-1); } });
  const lk = window.LivekitClient;
  if (trace) lk.setLogLevel('debug');
  const room = (window.room = new lk.Room({
    ...(dual ? { singlePeerConnection: false } : {}),
    audioCaptureDefaults: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  }));
  window.heard = {};
  const attributes = (p) => ({ name: p.name, identity: p.identity, attributes: { ...p.attributes } });
  window.attributes = attributes;
  const E = lk.RoomEvent;
  room.on(E.ParticipantConnected, (p) => window.tell('participant', attributes(p)));
  room.on(E.ParticipantDisconnected, (p) => window.tell('gone', { name: p.name, identity: p.identity }));
  room.on(E.ParticipantAttributesChanged, (changed, p) => window.tell('attributes', { changed, ...attributes(p) }));
  room.on(E.ParticipantPermissionsChanged, (before, p) => window.tell('permission', { name: p.name, canPublish: p.permissions?.canPublish }));
  room.on(E.TrackMuted, (publication, p) => window.tell('track_muted', { name: p?.name }));
  room.on(E.TrackUnmuted, (publication, p) => window.tell('track_unmuted', { name: p?.name }));
  room.on(E.ActiveSpeakersChanged, (s) => window.tell('speakers', { names: s.map((x) => x.name) }));
  room.on(E.ChatMessage, (m, p) => window.tell('chat', { from: p?.name, text: m.message }));
  room.on(E.Reconnecting, () => window.tell('reconnecting', {}));
  room.on(E.Reconnected, () => window.tell('reconnected', {}));
  room.on(E.Disconnected, (reason) => window.tell('left', { reason }));
  const context = new AudioContext({ sampleRate: 48000 });
  await context.resume();
  const code = `registerProcessor('tap', class extends AudioWorkletProcessor {
    process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice(0)); return true; } });`;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  room.on(E.TrackSubscribed, (track, publication, p) => {
    window.tell('subscribed', { name: p.name, track: track.sid });
    const element = track.attach();  // without a playing element Chromium feeds WebAudio silence
    document.body.appendChild(element);
    const node = context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack]));
    const tap = new AudioWorkletNode(context, 'tap');
    const silent = context.createGain();
    silent.gain.value = 0;
    node.connect(tap).connect(silent).connect(context.destination);
    const chunks = (window.heard[p.name] ??= []);
    tap.port.onmessage = (m) => chunks.push(m.data);
  });
  room.on(E.TrackUnsubscribed, (track, publication, p) => window.tell('unsubscribed', { name: p.name }));
}, [version === 'v0', Boolean(process.env.PARLOUR_TRACE)]);

async function save() {
  const all = await page.evaluate(() => Object.fromEntries(Object.entries(window.heard).map(([name, chunks]) => {
    const total = chunks.reduce((n, c) => n + c.length, 0);
    const pcm = new Int16Array(total);
    let at = 0;
    for (const c of chunks) for (const v of c) pcm[at++] = Math.max(-1, Math.min(1, v)) * 32767;
    let text = '';
    const bytes = new Uint8Array(pcm.buffer);
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return [name, btoa(text)];
  })));
  for (const [name, base64] of Object.entries(all)) {
    const data = Buffer.from(base64, 'base64');
    const head = Buffer.alloc(44);
    head.write('RIFF', 0); head.writeUInt32LE(36 + data.length, 4); head.write('WAVEfmt ', 8);
    head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22);
    head.writeUInt32LE(48000, 24); head.writeUInt32LE(96000, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34);
    head.write('data', 36); head.writeUInt32LE(data.length, 40);
    fs.writeFileSync(heardPath.replace(/\.wav$/, `-${name}.wav`), Buffer.concat([head, data]));
  }
}

let finished = false;
async function finish(code) {
  if (finished) return;
  finished = true;
  try { await save(); } catch (e) { tell('error', { text: String(e) }); }
  await browser.close();
  server.close();
  process.exit(code);
}
process.on('SIGTERM', () => finish(0));

try {
  const joined = await page.evaluate(async ([u, t]) => {
    await window.room.connect(u, t);
    return { ...window.attributes(window.room.localParticipant), room: window.room.name, made: window.made,
      others: [...window.room.remoteParticipants.values()].map(window.attributes) };
  }, [url, token]);
  tell('joined', joined);
} catch (e) {
  tell('refused', { text: String(e?.message ?? e) });
  await finish(3);
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const [verb, ...rest] = line.split(' ');
  const text = rest.join(' ');
  try {
    if (verb === 'publish' || verb === 'unmute') await page.evaluate(() => window.room.localParticipant.setMicrophoneEnabled(true));
    else if (verb === 'mute') await page.evaluate(() => window.room.localParticipant.setMicrophoneEnabled(false));
    else if (verb === 'want') {
      await page.evaluate((v) => window.room.localParticipant.setAttributes({ 'parlour.want': v }), text);
      tell('wanted', { value: text });
    } else if (verb === 'say') await page.evaluate((v) => window.room.localParticipant.sendChatMessage(v), text);
    else if (verb === 'cut') await page.evaluate(() => window.sockets.at(-1).close(4000));
    else if (verb === 'deafen') await page.evaluate((v) => window.room.remoteParticipants.values().find((p) => p.name === v)
      .trackPublications.values().next().value.setEnabled(false), text);
    else if (verb === 'unsubscribe') await page.evaluate((v) => window.room.remoteParticipants.values().find((p) => p.name === v)
      .trackPublications.values().next().value.setSubscribed(false), text);
    else if (verb === 'negotiated') {   // the codecs of all descriptions; getStats names the Opus inside of RED
      tell('negotiated', { lines: await page.evaluate(() => window.pcs.flatMap((pc) =>
        [pc.currentLocalDescription, pc.currentRemoteDescription].flatMap((d) => (d?.sdp ?? '').split('\r\n').filter((l) => l.startsWith('a=rtpmap'))))) });
    } else if (verb === 'quit') { await page.evaluate(() => window.room.disconnect()); await finish(0); }
    else tell('error', { text: `unknown command ${verb}` });
    if (verb === 'publish') tell('published');
  } catch (e) {
    tell('error', { command: verb, text: String(e?.message ?? e) });
  }
});
