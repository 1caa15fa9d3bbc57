// SPDX-License-Identifier: Apache-2.0
// Whom a browser asks for its way to LiveKit: nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './played.mjs';

const { ownServers, keepToOwnServers } = await page('', 'own_ways.js');
const kSound = 'wss://LiveKit.example:7443';

test('STUN servers of others are left out, LiveKit’s own and relays stay', () => {
  const given = [
    { urls: ['stun:global.stun.twilio.com:3478', 'stun:stun.l.google.com:19302'] },
    { urls: 'stun:stun1.l.google.com:19302' },
    { urls: ['stun:livekit.example:3478', 'stuns:LIVEKIT.example'] },
    { urls: ['turns:relay.example:443?transport=tcp', 'turn:relay.example:3478'], username: 'u', credential: 'p' },
    { urls: ['http://livekit.example', 'stun:livekit.example.evil:1', ''] }, {},
  ];
  assert.deepEqual(ownServers(given, kSound), [{ urls: ['stun:livekit.example:3478', 'stuns:LIVEKIT.example'] },
    { urls: ['turns:relay.example:443?transport=tcp', 'turn:relay.example:3478'], username: 'u', credential: 'p' }]);
  assert.deepEqual(ownServers([{ urls: 'stun:[::1]:3478' }, { urls: 'stun:[::2]' }], 'ws://[::1]:7880'), [{ urls: ['stun:[::1]:3478'] }]);
  assert.deepEqual(ownServers(undefined, kSound), []);
});

test('a connection keeps to them when it is made and when it is told others later', () => {
  const seen = [];
  globalThis.RTCPeerConnection = class {
    constructor(configuration) { seen.push(configuration); }
    setConfiguration(configuration) { seen.push(configuration); }
  };
  keepToOwnServers(kSound);
  const foreign = { iceServers: [{ urls: 'stun:stun.l.google.com:19302' }], iceTransportPolicy: 'all' };
  new RTCPeerConnection(foreign).setConfiguration(foreign);
  new RTCPeerConnection();
  assert.deepEqual(seen, [{ iceServers: [], iceTransportPolicy: 'all' }, { iceServers: [], iceTransportPolicy: 'all' }, { iceServers: [] }]);
});
