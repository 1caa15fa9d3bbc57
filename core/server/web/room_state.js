// SPDX-License-Identifier: Apache-2.0
// What the attributes of people and the metadata of a room mean (core/api/stage.h), and the app's words for it. Pure.

/// A participant of the SDK as one person of the room; `speakers`: the identities last said to speak.
export function personOf(participant, self, speakers = new Set()) {
  const of = (name) => participant.attributes['parlour.' + name] || '';
  const publications = [...participant.audioTrackPublications.values()];
  const open = publications.some((one) => !one.isMuted);
  return {
    identity: participant.identity, name: participant.name || participant.identity, self,
    power: of('power'), seat: of('seat') || (participant.permissions?.canPublish ? 'stage' : 'audience'),
    hand: of('hand'), invitedUntil: Number(of('invited')) || 0, held: of('held') === '1', mutedBy: of('muted_by'),
    open, speaking: open && speakers.has(participant.identity), joined: participant.joinedAt?.getTime() ?? 0,
  };
}

const rank = (p) => (p.seat !== 'stage' ? 3 : p.power === 'host' ? 0 : p.power === 'moderator' ? 1 : 2);

/// Host, moderators, speakers, audience; each by arrival, the same order in every client.
export function inOrder(people) {
  return [...people].sort((a, b) => rank(a) - rank(b) || a.joined - b.joined || (a.identity < b.identity ? -1 : 1));
}

/// 1 = next; 0 = no hand.
export function placeInLine(people, me) {
  if (!me.hand) return 0;
  return people.filter((p) => p.hand && p.hand < me.hand).length + 1;
}

export function roomOf(metadata) {
  let json = {};
  try { json = JSON.parse(metadata || '{}') || {}; } catch (e) { /* not ours */ }
  const text = (name) => (typeof json[name] === 'string' ? json[name] : '');
  return { title: text('title'), house: text('house'), handsLocked: json.hands_locked === true, waitingForHost: json.waiting_for_host === true,
    elsewhere: Number.isInteger(json.elsewhere) ? json.elsewhere : 0, slow: Number.isInteger(json.chat_slow_s) ? json.chat_slow_s : 0,
    pinned: text('chat_pinned').startsWith('https:') ? text('chat_pinned') : '' };
}

export function ordinal(n) {
  const end = n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] || 'th';
  return n + end;
}

export function roleWords(p) {
  return p.power === 'host' ? 'Host' : p.power === 'moderator' ? 'Moderator' : p.seat === 'stage' ? 'Speaker' : 'Listener';
}

/// One's own state, as the app says it.
export function stateWords(me, room, people) {
  if (me.seat === 'stage') {
    if (me.held) return me.hand ? 'Held by a moderator · hand raised' : 'Held by a moderator';
    if (me.open) return 'Live: you are heard';
    return me.mutedBy && me.mutedBy !== me.identity ? 'Muted by a moderator' : 'On stage, muted';
  }
  if (me.invitedUntil) return 'Invited to speak';
  if (me.hand) return 'Hand raised · ' + ordinal(placeInLine(people, me)) + ' in line';
  return room.handsLocked ? 'Listening only · hands are closed' : 'Listening only';
}

const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter() : null;
const first = (word) => (graphemes ? graphemes.segment(word)[Symbol.iterator]().next().value?.segment : [...word][0]) || '?';

export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}\p{So}]/u.test(word));
  if (!words.length) return name ? first(name) : '?';
  return (first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : '')).toUpperCase();
}

/// A person's colour, the same as in the app: FNV-1a over the identity.
export function colorOf(identity) {
  let hash = 2166136261;
  for (const b of new TextEncoder().encode(identity)) hash = Math.imul(hash ^ b, 16777619) >>> 0;
  return (hash % 9973) % 10;
}

/// Why the stay is over; '' = it goes on by coming back.
export function endWords(reason, reasons) {
  switch (reason) {
    case reasons.ROOM_DELETED: case reasons.ROOM_CLOSED: return 'The room has ended.';
    case reasons.PARTICIPANT_REMOVED: return 'A moderator removed you from this room.';
    case reasons.DUPLICATE_IDENTITY: return 'You came into this room on another device, so this one left.';
    default: return '';
  }
}

/// Why nobody comes in; `reached`: the server of the room answers, but its sound does not come through.
export function notEntered(reached) {
  return reached
    ? 'The room answers, but its sound does not come through to this browser: the network between lets it through neither by UDP nor by TCP. Try again, try another network, or open the invitation in Parlour.'
    : 'The room server cannot be reached. Look at your connection and try again.';
}

/// The same while it is still tried.
export function takesLong(reached) {
  return reached ? 'Entering… The room answers, its sound does not come through yet.' : 'Entering… The room server has not answered yet.';
}

export function microphoneWords(error) {
  switch (error && error.name) {
    case 'NotAllowedError': case 'SecurityError': return 'The browser did not open the microphone. Allow it for this page beside the address, then press Unmute again.';
    case 'NotFoundError': case 'OverconstrainedError': return 'There is no microphone here. Plug one in, then press Unmute again.';
    case 'NotReadableError': case 'AbortError': return 'Another program has the microphone. Close it there, then press Unmute again.';
    default: return 'The microphone could not be sent: ' + ((error && error.message) || error) + '. Press Unmute again.';
  }
}
