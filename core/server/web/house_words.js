// SPDX-License-Identifier: Apache-2.0
// What the house says over a room's data channel, told apart from what people say there. Pure.

/// The house has no participant. Whoever the SDK does not know (yet, or any more) has none either, but an identity.
export const isHouse = (participant, identity) => !participant && !identity;

/// The fields of a protobuf message (protobuf.dev, "Encoding"): [number, value], value a BigInt or bytes. Throws on what is none.
function fields(bytes) {
  const out = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw new Error('cut');
      const b = bytes[at++];
      value |= BigInt(b & 127) << shift;
      if (b < 128) return BigInt.asUintN(64, value);
    }
    throw new Error('number');
  };
  const skip = (count) => {
    if (count > bytes.length - at) throw new Error('cut');
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const tag = varint(), number = Number(tag >> 3n), kind = Number(tag & 7n);
    if (kind === 0) out.push([number, varint()]);
    else if (kind === 1) skip(8);
    else if (kind === 2) out.push([number, skip(Number(varint()))]);
    else if (kind === 5) skip(4);
    else throw new Error('kind');
  }
  return out;
}

const kIdentity = 4, kChat = 9;   // of DataPacket, core/signal/livekit.proto
const kLastMs = 253402300799999;  // the year 9999

/// A message of the chat in a packet that the house passed on (topic parlour.packet): {id, n, at, text, author, deleted};
/// undefined for everything else.
export function relayedChat(packet) {
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    const text = (value) => (value instanceof Uint8Array ? utf8.decode(value) : '');
    const count = (value) => (typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : 0);
    const outer = new Map(fields(packet));
    const inside = outer.get(kChat);
    if (!(inside instanceof Uint8Array)) return undefined;
    const of = new Map(fields(inside));
    const out = { id: text(of.get(1)), n: count(of.get(10001)), at: count(of.get(2)), text: text(of.get(4)), author: text(outer.get(kIdentity)), deleted: count(of.get(5)) === 1 };
    return out.id && out.at <= kLastMs && (out.deleted ? !out.author : out.author && out.text) ? out : undefined;
  } catch (e) {
    return undefined;
  }
}
