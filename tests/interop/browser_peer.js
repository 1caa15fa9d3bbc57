// SPDX-License-Identifier: Apache-2.0
// The page's side of peers.py: an unchanged livekit-client with the same commands and events as rtc_node_peer.mjs.
// window.told is what happened so far; peer.start() joins, peer.order() is one command, peer.heard() the sound of one person.
'use strict';
const lk = window.LivekitClient, E = lk.RoomEvent;
const began = performance.now();
window.told = [];
const tell = (event, fields = {}) => window.told.push({ t: (performance.now() - began) / 1000, event, ...fields });
window.addEventListener('error', (e) => tell('error', { text: String(e.message) }));

// How many connections the SDK really makes, and over which path it signals.
const made = { connections: 0, paths: [] }, connections = [], sockets = [];
window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, { construct(target, args) {
  ++made.connections;
  connections.push(new target(...args));
  return connections.at(-1);
} });
window.WebSocket = new Proxy(window.WebSocket, { construct(target, args) {
  made.paths.push(new URL(args[0]).pathname);
  sockets.push(new target(...args));
  return sockets.at(-1);
} });

const about = (p) => ({ name: p.name, identity: p.identity, attributes: { ...p.attributes } });
const chunks = {}, taps = {};   // by name
let room, context;

// A browser that takes no file as its microphone gets one made of the same sound; the SDK asks for it as for any other.
async function microphoneOf(address) {
  const sound = await context.decodeAudioData(await (await fetch(address)).arrayBuffer());
  navigator.mediaDevices.getUserMedia = async () => {
    const player = new AudioBufferSourceNode(context, { buffer: sound, loop: true }), out = context.createMediaStreamDestination();
    player.connect(out);
    player.start();
    return out.stream;
  };
}

function watch() {
  room.on(E.ParticipantConnected, (p) => tell('participant', about(p)));
  room.on(E.ParticipantDisconnected, (p) => tell('gone', { name: p.name, identity: p.identity }));
  room.on(E.ParticipantAttributesChanged, (changed, p) => tell('attributes', { changed, ...about(p) }));
  room.on(E.ParticipantPermissionsChanged, (before, p) => tell('permission', { name: p.name, canPublish: p.permissions?.canPublish }));
  room.on(E.TrackMuted, (publication, p) => tell('track_muted', { name: p?.name }));
  room.on(E.TrackUnmuted, (publication, p) => tell('track_unmuted', { name: p?.name }));
  room.on(E.ActiveSpeakersChanged, (s) => tell('speakers', { names: s.map((x) => x.name) }));
  room.on(E.ChatMessage, (m, p) => tell('chat', { from: p?.name, text: m.message }));
  room.on(E.DataReceived, (payload, p) => tell('data', { from: p?.name, text: new TextDecoder().decode(payload) }));
  room.on(E.SignalReconnecting, () => tell('signal_reconnecting'));
  room.on(E.Reconnecting, () => tell('reconnecting'));
  room.on(E.Reconnected, () => tell('reconnected'));
  room.on(E.Disconnected, (reason) => tell('left', { reason }));
  room.on(E.TrackUnsubscribed, (track, publication, p) => tell('unsubscribed', { name: p.name }));
  room.on(E.TrackSubscribed, (track, publication, p) => {
    tell('subscribed', { name: p.name, track: track.sid });
    document.body.appendChild(track.attach());   // without a playing element Chromium feeds WebAudio silence
    const tap = new AudioWorkletNode(context, 'tap'), silent = new GainNode(context, { gain: 0 });
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(tap).connect(silent).connect(context.destination);
    if (taps[p.name]) taps[p.name].port.onmessage = null;   // of a track that went
    taps[p.name] = tap;
    tap.port.onmessage = (m) => (chunks[p.name] ??= []).push(m.data);
  });
}

const publicationOf = (name) => [...room.remoteParticipants.values()].find((p) => p.name === name).trackPublications.values().next().value;
const send = (text, reliable) => room.localParticipant.publishData(new TextEncoder().encode(text), { reliable, topic: 'test' });
const orders = {
  publish: async () => { await room.localParticipant.setMicrophoneEnabled(true); tell('published'); },
  unmute: () => room.localParticipant.setMicrophoneEnabled(true),
  mute: () => room.localParticipant.setMicrophoneEnabled(false),
  want: async (value) => { await room.localParticipant.setAttributes({ 'parlour.want': value }); tell('wanted', { value }); },
  say: (text) => room.localParticipant.sendChatMessage(text),
  data: (text) => send(text, true),
  lossy: (text) => send(text, false),
  listen: () => { for (const name of Object.keys(chunks)) delete chunks[name]; },
  cut: () => sockets.at(-1).close(4000),
  deafen: (name) => publicationOf(name).setEnabled(false),
  unsubscribe: (name) => publicationOf(name).setSubscribed(false),
  // The codecs of all descriptions; getStats names the Opus inside of RED.
  negotiated: () => tell('negotiated', { lines: connections.flatMap((pc) =>
    [pc.currentLocalDescription, pc.currentRemoteDescription].flatMap((d) => (d?.sdp ?? '').split('\r\n').filter((l) => l.startsWith('a=rtpmap')))) }),
  leave: () => room.disconnect(),
};

window.peer = {
  async start(url, token, { dual, trace, microphone }) {
    try {
      if (trace) lk.setLogLevel('debug');
      context = new AudioContext();
      await context.resume();
      const code = `registerProcessor('tap', class extends AudioWorkletProcessor {
        process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice(0)); return true; } });`;
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      if (microphone) await microphoneOf(microphone);
      room = new lk.Room({
        ...(dual ? { singlePeerConnection: false } : {}),
        audioCaptureDefaults: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      watch();
      await room.connect(url, token);
      tell('joined', { ...about(room.localParticipant), room: room.name, made, others: [...room.remoteParticipants.values()].map(about) });
    } catch (e) {
      tell('refused', { text: String(e?.message ?? e) });
    }
  },
  async order(verb, text) {
    try {
      await orders[verb](text);
    } catch (e) {
      tell('error', { command: verb, text: String(e?.message ?? e) });
    }
  },
  /** {name: base64 of 16-bit samples}, and the rate they have. */
  heard() {
    const out = {};
    for (const [name, parts] of Object.entries(chunks)) {
      const pcm = new Int16Array(parts.reduce((n, c) => n + c.length, 0));
      let at = 0;
      for (const c of parts) for (const v of c) pcm[at++] = Math.max(-1, Math.min(1, v)) * 32767;
      const bytes = new Uint8Array(pcm.buffer);
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      out[name] = btoa(text);
    }
    return { rate: context.sampleRate, sound: out };
  },
};
