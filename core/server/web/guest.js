// SPDX-License-Identifier: Apache-2.0
// The guest's side of an invitation on terms, in a browser: reading, asking, proposing, signing, the code, the file; and what
// the public link shows to everybody else.
import { post, ownKey, knownKey, prove, sign } from './house.js';
import { termsStatement, safetyCode, calendarEntry } from './statements.js';
import { make, show, field, download, when } from './dom.js';
import { termsTable, compareTable, termsForm } from './terms.js';

const byId = (id) => document.getElementById(id);
const kEvery = 10000;

const STATES = {
  sent: 'You are invited.', opened: 'You are invited; your answer is awaited.', asked: 'Your question waits for the host.',
  countered: 'There is a new proposal.', held: 'This is on hold.', accepted: 'The terms are accepted; signatures are missing.',
  agreed: 'Agreed: both sides have signed.', declined: 'This invitation was declined.', expired: 'This invitation has expired.',
  revoked: 'This invitation was withdrawn by the host.', draft: 'This invitation is not sent yet.',
};
const ACTS = { ask: 'writes', counter: 'proposes other terms', hold: 'puts it on hold', accept: 'accepts', decline: 'declines', sign: 'signs', schedule: 'about the date:' };

function problem(error) {
  byId('problem').textContent = error ? error.message : '';
}

/// What is drawn anew does not take the keyboard away from whoever was there.
function comeBack(id) {
  const there = id && (!document.activeElement || document.activeElement === document.body) && byId(id);
  if (there) there.focus();
}

/// Runs what a button does; whatever goes wrong is said aloud, and the button comes back.
function doing(work) {
  return async (event) => {
    event.preventDefault();
    const button = event.submitter || event.currentTarget;
    problem();
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      problem(error);
    } finally {
      button.disabled = false;
      comeBack(button.id);
    }
  };
}

const late = (talk) => (talk.late_minutes ? ' It begins about ' + talk.late_minutes + ' minutes later.' : '');

class Negotiation {
  constructor(link, preview, appUrl, code) {
    this.link = link;
    this.code = code;
    this.appUrl = appUrl;
    this.delegate = preview.kind === 'delegate';
    this.publicLink = preview.kind !== 'guest' && !this.delegate;
    this.keyName = preview.house + '/' + preview.object + '/' + (this.delegate ? 'delegate' : 'guest');
    this.parts = {};
    for (const name of ['head', 'day', 'terms', 'compare', 'sign', 'answer', 'thread', 'seat']) this.parts[name] = make('section');
    show(byId('guest'), Object.values(this.parts));
  }

  /// The right to speak: the link, with the key where that matters.
  async as(withKey) {
    const out = { ...this.link };
    if (this.code) out.code = this.code;
    if (withKey && !this.delegate) {
      const key = withKey === 'make' ? await ownKey(this.keyName) : await knownKey(this.keyName);
      if (key) out.proof = await prove(key, 'claim ' + this.link.link);
    }
    return out;
  }

  async refresh() {
    this.take(await post('guests/open', await this.as(this.publicLink || !this.view ? 'known' : '')));
  }

  async answer(act, fields, withKey) {
    const view = await post('guests/open/answer', { act, version: this.view.version, ...fields, as: await this.as(withKey || (this.publicLink && 'make')) });
    this.settled();
    this.take(view);
  }

  async signNow() {
    const view = this.view, version = view.version, by = this.delegate ? 'delegate' : 'guest';
    const key = await ownKey(this.keyName);
    const signature = await sign(key, termsStatement(view, version, by, view.terms));
    const next = await post('guests/open/sign', { version, key: key.text, signature, as: await this.as() });
    this.settled();
    this.take(next);
  }

  /// The code has done its work once this key has the seat.
  settled() { this.code = undefined; }

  async file() {
    const file = await post('guests/open/terms', await this.as(this.publicLink && 'known'));
    download('terms-' + this.view.id + '.json', 'application/json', JSON.stringify(file, null, 2) + '\n');
  }

  /// Draws what changed; what somebody is writing stays.
  take(view) {
    const before = this.view;
    this.view = view;
    if (before && JSON.stringify(before) === JSON.stringify(view)) return;
    const focused = document.activeElement && document.activeElement.id;
    this.over = ['declined', 'expired', 'revoked'].includes(view.state);
    document.title = view.terms.topic + ' – invitation';
    byId('title').textContent = (this.delegate ? view.name + ' is invited to a talk: ' : 'You are invited to a talk: ') + view.terms.topic;
    const newest = view.versions.find((one) => one.version === view.version);
    const own = view.state === 'countered' && newest && newest.by !== 'host';
    byId('status').textContent = (own ? 'Your proposal waits for the host.' : STATES[view.state]) + (view.signed_by.length === 1 ? ' The ' + view.signed_by[0].side + '’s side has signed version ' + view.version + '.' : '');
    this.drawHead();
    this.drawDay();
    show(this.parts.terms, make('h2', {}, 'Terms, version ' + view.version), make('div', { class: 'card' }, termsTable(view.terms)));
    this.drawCompare();
    this.drawSign();
    if (!before || before.version !== view.version || before.state !== view.state || !this.parts.answer.firstChild) this.drawAnswer(before);
    this.drawThread();
    comeBack(focused);
    this.drawSeat().then(() => comeBack(focused));
  }

  drawHead() {
    const view = this.view;
    show(this.parts.head, make('p', {}, view.host_name + ' of “' + view.house_name + '” invites ' + view.name + '. ',
      this.delegate ? 'You answer as the delegate: you negotiate, and may sign on behalf of ' + view.name + '; it is marked so.'
        : 'You answer as ' + view.name + '. No account and no app is needed to agree on the terms.'),
    view.at_ms ? make('p', { id: 'date' }, 'The talk is on ' + when(view.at_ms) + '.' + late(view), view.ics ? [' ', make('a', { href: view.ics, id: 'ics' }, 'Put it into my calendar')] : null) : null,
    view.expires_ms ? make('p', {}, 'This invitation is open until ' + when(view.expires_ms) + '.') : null);
  }

  /// Once there is a room: the green room, the two lights, and what a delegate can do.
  drawDay() {
    const view = this.view;
    if (!view.green_room || this.over) return show(this.parts.day);
    const light = (on, who) => make('li', {}, who + ': ' + (on ? '● ready' : '○ not ready yet'));
    show(this.parts.day, make('h2', {}, 'On the day'),
      make('p', {}, 'In the green room you, ' + (this.delegate ? 'the guest' : 'your delegate') + ' and the host hear each other; the audience does not. ' +
        (view.started ? 'The audience is in the talk now.' : 'The audience waits in front of the talk and comes in when both sides are ready.')),
      make('p', {}, make('a', { class: 'button main', href: this.appUrl }, this.delegate || !view.started ? 'Enter the green room in Parlour' : 'Go on stage in Parlour')),
      make('ul', {}, light(view.guest_ready, 'Guest'), light(view.host_ready, 'Host')),
      make('button', { type: 'button', id: 'ready', 'aria-pressed': String(!!view.guest_ready), onclick: doing(async () =>
        this.take(await post('guests/open/ready', { on: !this.view.guest_ready, as: await this.as(this.publicLink && 'known') }))) }, view.guest_ready ? 'Not ready after all' : 'The guest is ready'),
      this.delegate ? make('button', { type: 'button', id: 'offstage', onclick: doing(async () => {
        await post('guests/open/offstage', await this.as());
        byId('status').textContent = 'The guest is off the stage.';
      }) }, 'Take the guest off the stage') : null);
  }

  drawCompare() {
    const view = this.view;
    if (view.versions.length < 2) return show(this.parts.compare);
    const numbers = view.versions.map((one) => one.version);
    const choice = (label, picked) => {
      const select = make('select', {}, view.versions.map((one) => make('option', { value: one.version, selected: one.version === picked }, 'Version ' + one.version + ', proposed by the ' + one.by)));
      return { select, row: field(label, select) };
    };
    const left = choice('Compare', numbers[numbers.length - 2]), right = choice('with', numbers[numbers.length - 1]);
    const table = make('div', { class: 'wide' });
    const draw = () => {
      const of = (select) => view.versions.find((one) => String(one.version) === select.value);
      show(table, compareTable(of(left.select), of(right.select)));
    };
    for (const select of [left.select, right.select]) select.addEventListener('change', draw);
    draw();
    show(this.parts.compare, make('h2', {}, 'What changed'), make('div', { class: 'card' }, left.row, right.row, table));
  }

  drawSign() {
    const view = this.view;
    const mine = view.signed_by.find((one) => one.side === 'guest');
    const parts = [make('h2', {}, 'Signatures')];
    for (const one of view.signed_by)
      parts.push(make('p', {}, 'Signed for the ' + one.side + ' by the ' + one.by + ', key ', make('span', { class: 'key' }, one.key), '.'));
    if (!view.signed_by.length) parts.push(make('p', {}, 'Nobody has signed version ' + view.version + ' yet. Only the newest version can be signed; a new proposal makes signatures void.'));
    if (!mine && !this.over && view.state !== 'agreed')
      parts.push(make('button', { type: 'button', class: 'main', id: 'sign', onclick: doing(() => this.signNow()) }, 'Sign version ' + view.version),
        make('small', {}, 'The key is made in this browser and stays in it. You sign exactly the terms shown above.'));
    if (view.state === 'agreed')
      parts.push(make('button', { type: 'button', class: 'main', id: 'file', onclick: doing(() => this.file()) }, 'Download the signed terms'),
        make('small', {}, 'Anybody can check the file without this house: parlourctl terms verify FILE'));
    show(this.parts.sign, parts);
  }

  drawAnswer(before) {
    const view = this.view;
    if (this.over) return show(this.parts.answer);
    const kept = byId('f-your-words') ? byId('f-your-words').value : '';
    const words = make('textarea', { rows: 4, maxlength: 2000 });
    if (before) words.value = before.messages.length === view.messages.length || !this.sent ? kept : '';
    this.sent = false;
    const said = () => ({ text: words.value });
    const send = (act, withKey) => doing(async () => {
      this.sent = true;
      await this.answer(act, said(), withKey);
      words.value = '';
    });
    const form = make('div', { hidden: true });
    const propose = make('button', { type: 'button', id: 'counter', 'aria-expanded': 'false', onclick: () => {
      form.hidden = !form.hidden;
      propose.setAttribute('aria-expanded', String(!form.hidden));
      if (!form.hidden) form.querySelector('input,textarea').focus();
    } }, 'Propose other terms');
    const fields = termsForm(view.terms);
    form.append(make('form', { onsubmit: doing(async () => {
      this.sent = true;
      await this.answer('counter', { ...said(), terms: fields.read() });
    }) }, fields.element, make('button', { class: 'main', id: 'send-proposal' }, 'Send proposal as version ' + (view.version + 1))));
    const agreed = view.state === 'agreed';
    show(this.parts.answer, make('h2', {}, 'Your answer'), field('Your words', words, 'Goes to the host with whatever you answer.'),
      make('div', {}, agreed ? null : make('button', { type: 'button', id: 'accept', onclick: send('accept', this.delegate ? '' : 'make') }, 'Accept'),
        make('button', { type: 'button', id: 'ask', onclick: send('ask') }, 'Ask or write'), propose,
        agreed ? null : make('button', { type: 'button', id: 'hold', onclick: send('hold') }, 'Put on hold'),
        make('button', { type: 'button', id: 'decline', onclick: doing(async () => {
          if (confirm('Decline for good? The invitation is over then.')) await this.answer('decline', said());
        }) }, 'Decline')), form);
  }

  drawThread() {
    const items = this.view.messages.map((one) => make('li', {}, make('b', {}, one.name || 'The ' + one.by), ' ' + (ACTS[one.act] || one.act) +
      (one.act === 'counter' || one.act === 'sign' ? ', version ' + one.version : '') + ' ', make('small', {}, when(one.at_ms)), one.text ? make('div', {}, one.text) : null));
    show(this.parts.thread, make('h2', {}, 'Conversation'), items.length ? make('ol', { class: 'thread' }, items) : make('p', {}, 'Nothing has been said yet. A question is a good beginning.'));
  }

  async drawSeat() {
    const view = this.view, key = await knownKey(this.keyName);
    const parts = [make('h2', {}, 'Seat and key')];
    if (this.delegate) parts.push(make('p', {}, 'The seat is the guest’s; a delegate’s link never takes it.'));
    else if (view.seat_taken && key && key.text === view.seat_key)
      parts.push(make('p', {}, 'The seat is yours, by the key in this browser.'), make('p', {}, 'Safety code, to compare with the host by telephone: ', make('b', { class: 'key' }, await safetyCode(view.house, key.text))),
        make('p', {}, view.verified === 'compared' ? 'The host has compared it.' : 'The host has not compared it yet.'));
    else if (view.seat_taken) parts.push(make('p', {}, 'The seat is taken by a key that is not in this browser. If that was not you, tell the host.'));
    else parts.push(make('p', {}, 'Accepting or signing takes the seat for this browser. You can also take it now.'),
      make('button', { type: 'button', id: 'claim', onclick: doing(async () => this.take(await post('guests/open/claim', await this.as('make')))) }, 'Take the seat'));
    if (key) parts.push(make('p', {}, 'Key in this browser: ', make('span', { class: 'key' }, key.text)));
    parts.push(make('p', {}, make('a', { href: this.appUrl }, 'Open in the Parlour app')));
    show(this.parts.seat, parts);
  }

  async run() {
    await this.refresh();
    setInterval(() => { if (!document.hidden && !this.over) this.refresh().then(() => {}, problem); }, kEvery);
  }
}

export function negotiate(link, preview, appUrl) {
  new Negotiation(link, preview, appUrl).run().catch(problem);
}

/// The public link: topic, who is invited, listening, a reminder; and the door for whoever has the code.
export async function announce(link, preview, appUrl) {
  const page = byId('guest');
  const own = location.origin + location.pathname + '#k=' + link.secret;
  const asGuest = (code) => {
    const talk = new Negotiation(link, preview, appUrl, code);
    return talk.run();
  };
  const known = await knownKey(preview.house + '/' + preview.object + '/guest');
  if (known) {
    try {
      await asGuest();
      return;
    } catch (error) { /* a key without the seat: like everybody */ }
  }
  let notice;
  try {
    notice = await post('guests/public', link);
  } catch (error) {
    return problem(error);
  }
  document.title = notice.topic + ' – invitation';
  byId('title').textContent = notice.name + ' is invited to a live talk: ' + notice.topic;
  byId('status').textContent = { open: 'The invitation is open; the terms are being talked about.', agreed: 'It is agreed. The date follows.',
    scheduled: 'It takes place on ' + when(notice.at_ms) + '.', closed: 'This invitation is closed.' }[notice.state];
  if (notice.state === 'scheduled') byId('status').textContent += late(notice) + (notice.started ? ' The audience is in.' : ' It starts when the guest is ready.');
  const at = notice.at_ms ? new Date(notice.at_ms) : notice.when && notice.when.length === 1 ? new Date(notice.when[0]) : null;
  const code = make('input', { autocomplete: 'one-time-code', autocapitalize: 'characters', spellcheck: 'false', maxlength: 20 });
  show(page, make('p', {}, notice.host_name + ' of “' + notice.house_name + '” invites ' + notice.name + '.'),
    make('h2', {}, 'Listen'),
    notice.can_listen ? make('p', {}, make('a', { class: 'button main', href: appUrl }, 'Listen in Parlour')) : make('p', {}, 'There is no room yet. Keep this link: it lets you in as a listener once there is one.'),
    notice.ics ? make('p', {}, make('a', { class: 'button', id: 'ics', href: notice.ics }, 'Put it into my calendar'), make('small', {}, 'The file reminds you a quarter of an hour before.'))
      : at ? make('button', { type: 'button', id: 'reminder', onclick: () => download('talk.ics', 'text/calendar', calendarEntry(notice, at, own)) }, 'Put it into my calendar') : null,
    notice.state === 'closed' ? null : make('form', { class: 'card', onsubmit: doing(async () => {
      const talk = new Negotiation(link, preview, appUrl, code.value);
      try {
        talk.take(await post('guests/open/claim', await talk.as('make')));
      } catch (error) {
        await announce(link, preview, appUrl);
        throw error;
      }
      talk.settled();
      await talk.run();
    }) }, make('h2', {}, 'Are you ' + notice.name + '?'), field('Code', code, '10 letters and digits that came to you in private. The code takes the seat for this browser.'),
      make('button', { id: 'enter-code' }, 'Continue as the guest')));
}
