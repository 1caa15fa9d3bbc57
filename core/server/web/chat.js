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

  /// A message may come twice, by the room and by the history; the same id is the same message.
  add(line) {
    const known = this.find(line.id);
    if (known) {
      known.n = known.n || line.n;
      if (line.deleted || (!line.text && !known.own)) this.remove(line.id);
      else if (known.own) known.delivery = 'sent';
      return known;
    }
    if (!line.text && !line.deleted) return undefined;
    const added = { n: 0, own: false, deleted: false, delivery: 'sent', refusal: '', ...line };
    let at = this.lines.length;
    if (added.n) while (at > 0 && this.lines[at - 1].n > added.n) --at;
    this.lines.splice(at, 0, added);
    if (this.lines.length > kKept) this.lines.shift();
    const answer = this.early.get(added.id);
    if (answer) this.answered(answer);
    return added;
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
      line.n = answer.n;
      line.delivery = 'sent';
    } else {
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
