// SPDX-License-Identifier: Apache-2.0
// The six reactions of a room: how many the house has counted, and our own clicks on their way to it. Time is handed in.

/// Word on the wire (core/api/chat_types.h) and the app's word for it.
export const REACTIONS = [['clap', 'Clap'], ['heart', 'Heart'], ['laugh', 'Laugh'], ['wow', 'Wow'], ['agree', 'Agree'], ['thanks', 'Thanks']];

const kGatherMs = 200;
const kBurst = 5, kBurstMs = 2600;   // a little slower than the house allows: 5 at once, then 2 a second

/// What the house says, {"clap":12,…} as text or value; undefined when it is none.
export function readCounts(said) {
  try {
    const json = typeof said === 'string' ? JSON.parse(said) : said;
    if (!json || typeof json !== 'object' || Array.isArray(json)) return undefined;
    return Object.fromEntries(REACTIONS.map(([word]) => [word, Number.isSafeInteger(json[word]) && json[word] > 0 ? json[word] : 0]));
  } catch (e) {
    return undefined;
  }
}

/// One person's clicks: those of 200 ms go out together, as send({clap: 2, heart: 1}).
export class Clicks {
  constructor(send, now = () => Date.now(), later = (work, ms) => setTimeout(work, ms)) {
    Object.assign(this, { send, now, later });
    this.times = [];
    this.gathered = undefined;
  }

  /// False: one too many in a moment; it is not sent.
  click(word) {
    const now = this.now();
    this.times = this.times.filter((time) => now - time <= kBurstMs);
    if (this.times.length >= kBurst) return false;
    this.times.push(now);
    if (!this.gathered) {
      this.gathered = {};
      this.later(() => {
        const all = this.gathered;
        this.gathered = undefined;
        this.send(all);
      }, kGatherMs);
    }
    this.gathered[word] = (this.gathered[word] || 0) + 1;
    return true;
  }
}
