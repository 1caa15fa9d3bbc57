// SPDX-License-Identifier: Apache-2.0
// livekit-server tells its clients STUN servers of others (Google, Twilio) unless its configuration names some: they would learn who
// listens where. LiveKit needs none to be reached, so the browser asks only LiveKit's own host, and relays, which it was given a
// password for.

/// The ICE servers of a configuration without the foreign ones; `sound`: LiveKit's address.
export function ownServers(servers, sound) {
  const host = new URL(sound.replace(/^ws/, 'http')).hostname;
  const own = (url) => {
    const [, scheme, where] = /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)/i.exec(url) || [];
    return scheme !== undefined && (scheme.toLowerCase().startsWith('turn') || where.toLowerCase() === host);
  };
  return (servers || []).map((one) => ({ ...one, urls: [one.urls || []].flat().filter(own) })).filter((one) => one.urls.length > 0);
}

/// Every connection that is made after this keeps to them.
export function keepToOwnServers(sound) {
  const own = (configuration) => ({ ...configuration, iceServers: ownServers(configuration?.iceServers, sound) });
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(configuration, ...more) { super(own(configuration), ...more); }
    setConfiguration(configuration) { super.setConfiguration(own(configuration)); }
  };
}
