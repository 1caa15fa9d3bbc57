// SPDX-License-Identifier: Apache-2.0
// A room in the browser: draws a Stay (stay.js) and hands on what the person presses. Built once and then changed in place, so that
// nobody loses the keyboard's focus or what they are writing.
import { make, show, field, when } from './dom.js';
import { Person } from './person.js';
import { Stay } from './stay.js';
import { REACTIONS } from './reactions.js';
import { colorOf, initials, roleWords, stateWords } from './room_state.js';

const byId = (id) => document.getElementById(id);
const kDrawn = 60;   // of the audience; the others are counted
const kVisited = 'parlour.visited/';   // link -> room: no secret, for when the page is loaded again

const icon = (name) => make('span', { class: 'icon ' + name, 'aria-hidden': 'true' });

/// While its work is under way it takes no second press. It is not `disabled` then: that takes the keyboard away from it, and whoever
/// accepts or raises a hand would be nowhere on the page when the room's news come before the answer.
function button(id, iconName, words, work, kind) {
  const label = make('span', {}, words);
  const element = make('button', { type: 'button', id, class: kind, onclick: async () => {
    if (element.getAttribute('aria-disabled') === 'true') return;
    element.setAttribute('aria-disabled', 'true');
    try {
      await work();
    } finally {
      element.removeAttribute('aria-disabled');
      if (element.isConnected && !element.hidden && document.activeElement === document.body) element.focus();
    }
  } }, iconName ? icon(iconName) : null, label);
  element.label = label;
  return element;
}

class RoomPage {
  constructor(stay, name) {
    this.stay = stay;
    this.name = name;
    this.drawn = {};
    this.build();
    this.clock = setInterval(() => this.drawOffer(), 1000);
    addEventListener('pagehide', () => this.stay.room?.disconnect());
  }

  build() {
    const stay = this.stay;
    const said = (id) => make('p', { id, class: 'soft' });
    this.house = said('where');
    this.banner = make('p', { id: 'banner', class: 'banner', role: 'alert', hidden: true });
    this.start = button('start-sound', 'speaker', 'Start the sound', () => stay.sound(), 'main');
    this.stageTitle = make('h2', { id: 'stage-title' });
    this.stage = make('ul', { class: 'people stage', 'aria-labelledby': 'stage-title' });
    this.audienceTitle = make('h2', { id: 'audience-title' });
    this.audience = make('ul', { class: 'people', 'aria-labelledby': 'audience-title' });
    this.more = said('more');
    this.buildPrompts();
    this.buildReactions();
    this.buildChat();
    this.buildBar();
    this.inside = make('div', { id: 'inside', class: 'room' },
      make('div', { class: 'hall' }, this.start, this.stageTitle, this.stage, this.audienceTitle, this.audience, this.more, this.reactions), this.chatPanel);
    this.over = make('div', { id: 'over', hidden: true }, make('p', { class: 'soft' }, 'The invitation still knows you here; the sound has stopped and the microphone is closed.'),
      button('return', '', 'Come back in', () => this.comeBack(), 'main'));
    show(byId('stay'), this.house, this.banner, this.inside, this.over, this.bar);
    byId('room').hidden = true;
    byId('stay').hidden = false;
    document.body.classList.add('in-room');
  }

  buildPrompts() {
    const stay = this.stay;
    this.offerWords = make('p', { id: 'offer-words' });
    this.offer = make('div', { id: 'offer', class: 'prompt hand', role: 'group', 'aria-labelledby': 'offer-words', hidden: true }, this.offerWords,
      make('div', {}, button('decline', '', 'Decline', () => stay.decline()), button('accept', '', 'Accept', () => stay.accept(), 'main')));
    this.ask = make('div', { id: 'ask-unmute', class: 'prompt', role: 'group', 'aria-labelledby': 'ask-words', hidden: true },
      make('p', { id: 'ask-words' }, 'A moderator asks you to unmute.'),
      make('div', {}, button('stay-muted', '', 'Stay muted', () => stay.stayMuted()), button('unmute-now', 'mic', 'Unmute now', () => stay.microphone(true), 'main')));
    this.note = make('input', { maxlength: 140, autocomplete: 'off' });
    this.noteForm = make('form', { id: 'note', class: 'prompt', hidden: true, onsubmit: async (event) => {
      event.preventDefault();
      await stay.raise(this.note.value.replace(/\s+/g, ' ').trim());
      this.openNote(false);
      this.note.value = '';
    } }, field('Note to the moderators', this.note, 'What is it about? (up to 140 characters) Only moderators see the note, with your place in the line.'),
      make('div', {}, make('button', { type: 'button', id: 'no-note', onclick: () => this.openNote(false) }, 'Not now'), make('button', { class: 'main', id: 'raise-note' }, 'Raise with this note')));
    this.noteForm.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.openNote(false); });
  }

  openNote(open) {
    this.noteForm.hidden = !open;
    this.withNote.setAttribute('aria-expanded', String(open));
    if (open) this.note.focus();
    else (this.withNote.hidden ? this.hand : this.withNote).focus();
  }

  buildBar() {
    const stay = this.stay;
    this.chip = make('p', { id: 'state', class: 'chip', role: 'status', 'aria-live': 'polite' });
    this.hand = button('hand', 'hand', 'Raise hand', () => (stay.me.hand ? stay.lower() : stay.raise()));
    this.withNote = button('with-note', '', 'With a note…', () => this.openNote(this.noteForm.hidden));
    this.withNote.setAttribute('aria-expanded', 'false');
    this.withNote.setAttribute('aria-controls', 'note');
    this.microphone = button('microphone', 'mic-off', 'Unmute', () => stay.microphone(!stay.me.open), 'main');
    this.down = button('down', '', 'Step down to the audience', () => stay.stepDown());
    this.controls = make('div', { class: 'right' }, this.down, this.withNote, this.hand, this.microphone);
    this.bar = make('div', { id: 'bar', role: 'group', 'aria-label': 'Room controls' }, this.offer, this.ask, this.noteForm,
      make('div', { class: 'row' }, button('leave', 'leave', 'Leave', () => stay.leave(), 'danger'), this.chip, this.controls));
  }

  buildReactions() {
    this.counted = REACTIONS.map(([word]) => [word, make('span', { class: 'count' })]);
    const buttons = REACTIONS.map(([word, name], i) => make('button', { type: 'button', id: 'react-' + word, onclick: () => this.stay.react(word) }, icon('react-' + word), name, this.counted[i][1]));
    this.reactions = make('div', { id: 'reactions', role: 'group', 'aria-label': 'Reactions' }, buttons);
  }

  buildChat() {
    this.pinned = make('p', { class: 'soft', hidden: true });
    this.empty = make('p', { class: 'soft' }, 'Nothing written yet. Everybody in the room can read what you write.');
    this.log = make('ol', { id: 'chat', class: 'chat', role: 'log', 'aria-label': 'Chat messages', 'aria-live': 'polite', tabindex: 0 });
    this.message = make('textarea', { rows: 2, maxlength: 2000, autocomplete: 'off' });
    this.slow = make('small', { hidden: true });
    const send = button('send', 'send', 'Send', async () => {
      const text = this.message.value.trim();
      if (text && await this.stay.say(text)) this.message.value = '';
      this.message.focus();
    });
    this.message.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send.click();
    });
    this.chatPanel = make('section', { class: 'card talk', 'aria-labelledby': 'chat-title' }, make('h2', { id: 'chat-title' }, 'Chat'), this.pinned, this.empty, this.log,
      make('div', { class: 'compose' }, field('Message to the room', this.message), send), this.slow);
  }

  // ---- drawing

  draw() {
    const stay = this.stay;
    byId('problem').textContent = stay.problem || '';
    if (stay.state === 'left') return this.drawEnd();
    const coming = stay.state === 'coming' || stay.state === 'line';
    this.inside.hidden = coming || !stay.me;
    this.controls.hidden = !stay.me || stay.state !== 'inside';
    this.banner.hidden = stay.state !== 'back';
    this.say(this.banner, stay.state === 'back' ? 'The connection is lost. Reconnecting… Your seat and your hand are kept for a minute.' : '');
    if (coming) return this.drawComing();
    if (!stay.me) return;
    const host = stay.people.find((one) => one.power === 'host');
    const title = stay.about.title || this.title || 'Room';
    this.say(byId('title'), title);
    document.title = title;
    this.say(this.house, [stay.about.house, host ? 'hosted by ' + host.name : '', stay.about.waitingForHost ? 'the host is away' : ''].filter(Boolean).join(' · '));
    this.say(this.chip, stay.state === 'inside' ? stateWords(stay.me, stay.about, stay.people) : 'Connection lost');
    this.chip.className = 'chip' + (stay.me.seat === 'stage' && stay.me.open ? ' live' : stay.me.hand || stay.me.invitedUntil ? ' hand' : '');
    this.start.hidden = !stay.blocked;
    this.drawPeople();
    this.drawControls();
    this.drawOffer();
    for (const [word, element] of this.counted) this.say(element, stay.counts[word] ? ' ' + stay.counts[word] : '');
    this.drawChat();
  }

  /// Words only change when they are others: a screen reader reads changes aloud.
  say(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  drawComing() {
    const line = this.stay.line;
    this.say(this.chip, this.stay.state !== 'line' ? this.stay.slow || 'Entering…'
      : line.awaits === 'guest' ? 'The talk starts when the guest is ready. You come in by yourself.'
        : 'You are in line: ' + line.place + ' of ' + line.waiting + (line.moderated ? '. A moderator lets people in.' : '. You come in as soon as it is your turn.'));
  }

  drawEnd() {
    clearInterval(this.clock);
    this.say(byId('status'), this.stay.end);
    if (!this.over.hidden) return;
    this.inside.hidden = true;
    this.bar.hidden = true;
    this.banner.hidden = true;
    this.over.hidden = false;
    document.body.classList.remove('in-room');
    byId('return').focus();
  }

  drawPeople() {
    const { people, about } = this.stay;
    const shape = JSON.stringify([people, about.elsewhere]);
    if (this.drawn.people === shape) return;
    this.drawn.people = shape;
    const tile = (one) => {
      const onStage = one.seat === 'stage';
      const role = roleWords(one) + (one.self ? ' · you' : '');
      return make('li', { class: one.speaking && one.open ? 'speaking' : '' },
        make('span', { class: 'face c' + colorOf(one.identity), 'aria-hidden': 'true' }, initials(one.name),
          onStage && !one.open ? make('span', { class: 'badge' }, icon('mic-off')) : one.hand ? make('span', { class: 'badge hand' }, icon('hand')) : null),
        make('span', { class: 'name' }, one.name), onStage || one.self ? make('span', { class: 'role' }, role) : null,
        make('span', { class: 'unseen' }, [onStage ? (one.open ? (one.speaking ? 'speaking' : 'microphone open') : 'muted') : '', one.hand ? 'hand raised' : ''].filter(Boolean).map((words) => ', ' + words).join('')));
    };
    const stage = people.filter((one) => one.seat === 'stage'), audience = people.filter((one) => one.seat !== 'stage');
    this.say(this.stageTitle, 'On stage · ' + stage.length);
    show(this.stage, stage.length ? stage.map(tile) : make('li', { class: 'soft alone' }, 'The stage is empty.'));
    this.say(this.audienceTitle, 'Listening · ' + (audience.length + about.elsewhere));
    const mine = audience.filter((one) => one.self), others = audience.filter((one) => !one.self);
    show(this.audience, [...mine, ...others].slice(0, kDrawn).map(tile));
    const rest = audience.length + about.elsewhere - Math.min(audience.length, kDrawn);
    this.say(this.more, rest > 0 ? 'and ' + rest + ' more' : '');
  }

  drawControls() {
    const { me, about, asked } = this.stay;
    const focused = document.activeElement;
    const onStage = me.seat === 'stage', canRaise = !onStage || me.held;
    this.hand.hidden = !canRaise || !!me.invitedUntil;
    this.hand.label.textContent = me.hand ? 'Lower hand' : 'Raise hand';
    this.hand.className = me.hand ? 'raised' : 'main';
    this.hand.disabled = !me.hand && about.handsLocked;
    this.withNote.hidden = this.hand.hidden || !!me.hand || about.handsLocked;
    if (this.withNote.hidden && !this.noteForm.hidden && this.hand.hidden) this.noteForm.hidden = true;
    this.microphone.hidden = !onStage;
    this.microphone.disabled = me.held;
    this.microphone.label.textContent = me.open ? 'Mute' : 'Unmute';
    this.microphone.firstChild.className = 'icon ' + (me.open ? 'mic' : 'mic-off');
    this.down.hidden = !onStage || me.power === 'host';
    this.ask.hidden = !asked;
    // Who just came on stage finds the keyboard on the microphone, not lost.
    if (focused && focused !== document.body && focused.closest('[hidden]')) (onStage ? this.microphone : this.hand).focus();
  }

  drawOffer() {
    const me = this.stay.me;
    const offered = me && this.stay.state === 'inside' && me.seat !== 'stage' ? me.invitedUntil : 0;
    if (offered && this.offered?.until !== offered) {
      // The clock of this computer may be wrong: an offer lasts 30 s, and while it stands it can be accepted.
      const span = offered - Date.now();
      this.offered = { until: offered, ends: Date.now() + (span > 0 && span <= 30000 ? span : 30000) };
    }
    const left = offered ? Math.max(1, Math.ceil((this.offered.ends - Date.now()) / 1000)) : 0;
    const had = this.offer.contains(document.activeElement);
    if (left > 0 && this.offer.hidden) this.say(byId('status'), 'You are invited to speak.');
    if (left <= 0 && !this.offer.hidden) this.say(byId('status'), '');
    this.offer.hidden = left <= 0;
    if (left > 0) this.say(this.offerWords, 'You are invited to speak. You come on stage muted. · ' + left + ' s left');
    if (had && this.offer.hidden) (me && me.seat === 'stage' ? this.microphone : this.hand).focus();
  }

  drawChat() {
    const { chat, about } = this.stay;
    this.slow.hidden = !about.slow;
    this.say(this.slow, about.slow ? 'Slow mode: one message every ' + about.slow + ' s.' : '');
    if (this.drawn.pinned !== about.pinned) {
      this.drawn.pinned = about.pinned;
      this.pinned.hidden = !about.pinned;
      show(this.pinned, 'Pinned: ', about.pinned ? make('a', { href: about.pinned, target: '_blank', rel: 'noreferrer noopener' }, about.pinned) : null);
    }
    const shape = JSON.stringify(chat.lines);
    if (this.drawn.chat === shape) return;
    this.drawn.chat = shape;
    this.empty.hidden = chat.lines.length > 0;
    this.log.hidden = !chat.lines.length;
    const end = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    const known = new Map([...this.log.children].map((item) => [item.line, item]));
    const items = chat.lines.map((line) => {
      const own = JSON.stringify(line);
      const old = known.get(line);
      if (old && old.shape === own) return old;
      const item = make('li', { class: line.own ? 'own' : '' }, make('b', {}, line.name), ' ', make('small', { title: when(line.at) }, new Date(line.at).toLocaleTimeString(undefined, { timeStyle: 'short' })),
        make('div', { class: 'words' }, line.deleted ? 'Deleted' : line.text),
        line.delivery === 'pending' ? make('small', {}, 'Sending…') : null,
        line.delivery === 'refused' ? make('small', { class: 'problem' }, line.refusal, ' ', make('button', { type: 'button', class: 'small', onclick: () => this.stay.sayAgain(line) }, 'Send again')) : null);
      item.line = line;
      item.shape = own;
      return item;
    });
    show(this.log, items);
    if (end) this.log.scrollTop = this.log.scrollHeight;
  }

  // ---- again

  async comeBack() {
    byId('status').textContent = '';
    this.stay.returning = true;
    await open(this.stay.person, this.stay.roomId, this.name, this.title);
  }
}

/// Enters a room; resolves when one is inside, in line, or refused.
async function open(person, roomId, name, title, grant) {
  const stay = new Stay(person, roomId, () => page.draw());
  const page = new RoomPage(stay, name);
  page.title = title;
  page.draw();
  byId('title').focus();
  await stay.enter(grant);
}

export async function listen(link, form, preview) {
  const person = await Person.own();
  const redeemed = await person.redeem(link, form.name, form.code);
  try {
    sessionStorage.setItem(kVisited + link.link, redeemed.join.room);
  } catch (e) { /* then a page that is loaded again asks for the link */ }
  open(person, redeemed.join.room, redeemed.name, preview.room_title, redeemed.join.token ? redeemed.join : undefined);
}

/// The page of this link was loaded again: the key is enough. False when there is nobody to come back.
export async function comeBack(id) {
  let room = null;
  try { room = sessionStorage.getItem(kVisited + id); } catch (e) { /* nothing is kept here */ }
  const person = room && await Person.known();
  if (!person) return false;
  try {
    const known = (await person.login()).rooms.find((one) => one.room === room);
    if (!known) return false;
    byId('title').textContent = 'You were in “' + known.title + '”';
    show(byId('room'), make('p', { class: 'soft' }, 'The page was loaded again. You come in muted.'),
      make('p', {}, make('button', { type: 'button', class: 'main', id: 'return', onclick: () => open(person, room, '', known.title) }, 'Come back in')));
    return true;
  } catch (error) {
    return false;
  }
}
