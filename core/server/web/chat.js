// SPDX-License-Identifier: Apache-2.0
// The chat of a room as this browser knows it: what others wrote, what we wrote and what became of it. Pure.

const kKept = 500;

export class Chat {
  constructor() {
    this.lines = [];          // {id, n, author, name, at, text, own, deleted, delivery: 'sent'|'pending'|'refused', refusal}
    this.early = new Map();   // answers that came before we knew the id
  }

  find(id) { return this.lines.find((line) => line.id === id); }
  last() { return this.lines.reduce((most, line) => Math.max(most, line.n), 0); }

  /// A message may come twice, by the room and by the history; the same id is the same message. Nobody confirms, numbers or
  /// takes away what somebody else wrote: that is the house's alone, which has no author.
  add(line) {
    const known = this.find(line.id);
    const away = line.deleted || !line.text;
    if (known) {
      if (line.author ? line.author !== known.author : !away) return known;
      if (!known.n && line.n) this.place(known, line.n);
      if (away && (line.deleted || !line.author)) this.remove(line.id);
      else if (known.own) this.delivered(known);
      return known;
    }
    if (away && !line.deleted) return undefined;
    const added = { n: 0, own: false, deleted: false, delivery: 'sent', refusal: '', ...line };
    this.place(added, added.n);
    if (this.lines.length > kKept) this.lines.shift();
    const answer = this.early.get(added.id);
    if (answer) this.answered(answer);
    return added;
  }

  /// Where its number says; without one, last.
  place(line, n) {
    this.lines = this.lines.filter((one) => one !== line);
    line.n = n || 0;
    let at = this.lines.length;
    if (n) while (at > 0 && this.lines[at - 1].n > n) --at;
    this.lines.splice(at, 0, line);
  }

  delivered(line) {
    line.delivery = 'sent';
    line.refusal = '';
  }

  /// The connection that our messages went by is gone: those without an answer may be lost with it.
  doubt() {
    for (const line of this.lines) if (line.delivery === 'pending') line.doubted = true;
  }

  /// The history has been read since: what it lacks was lost.
  settle() {
    for (const line of this.lines) {
      if (line.doubted && line.delivery === 'pending') {
        line.delivery = 'refused';
        line.refusal = 'This message was lost with the connection.';
      }
      delete line.doubted;
    }
  }

  remove(id) {
    const line = this.find(id);
    if (!line) return;
    line.deleted = true;
    line.text = '';
  }

  /// What the house says to one of our messages.
  answered(answer) {
    const line = this.find(answer.id);
    if (!line) {
      if (this.early.size < 16) this.early.set(answer.id, answer);
      return;
    }
    this.early.delete(answer.id);
    if (answer.n) {
      this.place(line, answer.n);
      this.delivered(line);
    } else if (!line.n) {
      line.delivery = 'refused';
      line.refusal = [answer.message, answer.advice].filter(Boolean).join(' ') || 'The house did not take it.';
    }
  }

  /// A page of the house's history.
  take(page, self) {
    for (const line of page.lines)
      this.add({ id: line.id, n: line.n, author: line.author, name: line.name || line.author, at: line.at_ms, text: line.text || '', deleted: !!line.deleted, own: line.author === self });
  }
}
