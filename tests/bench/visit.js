// SPDX-License-Identifier: Apache-2.0
// One visit to a room with an unchanged livekit-client: ms from the click to the connection, and to the first sound.
'use strict';
const lk = window.LivekitClient;
const kLoud = 0.01;      // of full scale
const kPatience = 30000; // ms
const kEar = `registerProcessor('ear', class extends AudioWorkletProcessor {
  process(inputs) {
    const sound = inputs[0][0];
    if (!this.heard && sound && sound.some((v) => Math.abs(v) > ${kLoud})) this.port.postMessage(this.heard = true);
    return true;
  } });`;
let context;

/// What does not depend on the server is there before the click: the clock of the sound, and who listens to it.
window.prepare = async () => {
  context = new AudioContext();
  await context.resume();
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([kEar], { type: 'text/javascript' })));
  return true;
};

window.visit = async (url, token) => {
  const times = {}, room = new lk.Room();
  let began;
  const since = (what) => { times[what] ??= performance.now() - began; };
  const heard = new Promise((done, fail) => {
    setTimeout(() => fail(new Error('nothing was heard')), kPatience);
    room.on(lk.RoomEvent.TrackSubscribed, (track) => {
      document.body.appendChild(track.attach());   // without a playing element Chromium feeds WebAudio silence
      const ear = new AudioWorkletNode(context, 'ear'), silent = new GainNode(context, { gain: 0 });
      ear.port.onmessage = () => done(since('sound'));
      context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(ear).connect(silent).connect(context.destination);
    });
  });
  began = performance.now();
  await room.connect(url, token);
  since('connected');
  await heard;
  await room.disconnect();
  return times;
};

/// The floor: a request to the same address that does nothing.
window.floor = async (url) => {
  const began = performance.now();
  await fetch(url, { mode: 'no-cors', cache: 'no-store' });
  return performance.now() - began;
};
