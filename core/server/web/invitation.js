// SPDX-License-Identifier: Apache-2.0
// An invitation to a room or to the house: who sends it, what it leads to, three ways in; or why it leads nowhere.
import { make, show, field } from './dom.js';
import { lacking } from './person.js';
import { canListen } from './stay.js';
import { SOUND } from './sound.js';
import { listen } from './listen.js';

const byId = (id) => document.getElementById(id);

/// What the house says of a link, as a heading and as what to do.
const CLOSED = {
  invitation_expired: ['This invitation has expired', 'It was open for a limited time. Ask whoever sent it for a new one.'],
  invitation_revoked: ['This invitation was withdrawn', 'Whoever made it, or a moderator, has closed it. Ask them for a new one if you think it should be open.'],
  invitation_used: ['This invitation has been used up', 'It was for a limited number of people, and all places are taken. Ask whoever sent it for a new one.'],
  invitation_unknown: ['This invitation is not known here', 'Part of the link may be missing or changed. Copy the whole link and open it again, or ask whoever sent it.'],
  room_ended: ['This conversation is over', 'Its room has been closed. Ask whoever invited you whether there is another one.'],
  room_full: ['The room is full', 'Try again when somebody has left, or open it in Parlour, which keeps your place in line.'],
};
const AGAIN = new Set(['room_full', 'unreachable', 'too_many_tries', '']);

function getParlour() {
  return make('details', { id: 'get' }, make('summary', { id: 'get-parlour' }, 'Get Parlour'),
    make('p', {}, 'Parlour is a free program for the desktop, open source, under the Apache licence. Install the package “parlour” of your system, or build it from its source; whoever invited you can tell you where their house gets it. It needs no account.'),
    make('p', {}, 'Then open this link again, or paste it into the window of the app with ', make('b', {}, 'Join with a link'), '.'));
}

function openInParlour(appUrl, main) {
  return make('a', { class: main ? 'button main' : 'button', id: 'open', href: appUrl }, 'Open in Parlour');
}

/// A link that leads nowhere, or not now.
export function explain(error, appUrl, again) {
  const [title, words] = CLOSED[error.code] || ['This invitation cannot be opened now', error.message];
  document.title = title;
  byId('title').textContent = title;
  byId('status').textContent = words;
  const more = AGAIN.has(error.code) ? make('button', { type: 'button', id: 'again', onclick: again }, 'Try again') : null;
  show(byId('room'), make('p', {}, more, openInParlour(appUrl)),
    make('small', {}, 'Were you in this room before, with the app? It knows you and may still let you in.'), getParlour());
}

export function who(preview) {
  const name = preview.inviter_name || preview.house_name;
  return name + (preview.inviter_name && preview.inviter_handle ? ' (@' + preview.inviter_handle + ')' : '');
}

function chips(preview) {
  const out = [];
  if (preview.room_title) {
    out.push(preview.live ? 'People are talking now' : 'Nobody is talking yet', preview.listeners + ' listening', 'Join as ' + preview.role);
    if (preview.approval) out.push('Somebody lets you in');
  } else out.push('Membership');
  out.push((preview.house_name ? preview.house_name + ' · ' : '') + location.host);
  return make('ul', { class: 'chips', 'aria-label': 'About this invitation' }, out.map((words) => make('li', {}, words)));
}

/// The form behind "Listen here".
function form(link, preview, button) {
  const name = make('input', { maxlength: 64, autocomplete: 'nickname', required: true });
  const code = preview.needs_code ? make('input', { maxlength: 32, autocomplete: 'one-time-code', required: true }) : null;
  const enter = make('button', { class: 'main', id: 'enter' }, 'Enter room');
  const element = make('form', { class: 'card', id: 'come-in', hidden: true, onsubmit: async (event) => {
    event.preventDefault();
    byId('problem').textContent = '';
    enter.disabled = true;
    enter.textContent = 'Asking…';
    try {
      await listen(link, { name: name.value.trim(), code: code ? code.value.trim() : '' }, preview);
    } catch (error) {
      byId('problem').textContent = error.message;
    } finally {
      enter.disabled = false;
      enter.textContent = 'Enter room';
      if (!byId('stay').hidden) element.hidden = true;
      else enter.focus();
    }
  } }, field('Your name in the room', name), code ? field('Code', code, 'Code that you were told another way.') : null,
  make('p', { class: 'soft' }, 'You come in muted; no microphone is opened before you press Unmute. The key by which this house knows you is made in this browser and stays in it.'),
  make('div', {}, enter, make('button', { type: 'button', id: 'not-now', onclick: () => {
    element.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    button.focus();
  } }, 'Not now')));
  button.addEventListener('click', () => {
    element.hidden = !element.hidden;
    button.setAttribute('aria-expanded', String(!element.hidden));
    if (!element.hidden) name.focus();
  });
  return element;
}

/// True when one can also listen here.
export async function invite(link, preview, appUrl) {
  const what = preview.room_title ? 'the room “' + preview.room_title + '”' : 'the house “' + preview.house_name + '”';
  document.title = (preview.room_title || preview.house_name) + ' – invitation';
  byId('title').textContent = who(preview) + ' invites you to ' + what;
  byId('status').textContent = '';
  const missing = canListen && preview.room ? await lacking(SOUND) : '';
  const here = canListen && preview.room && !missing
    ? make('button', { type: 'button', id: 'listen', 'aria-expanded': 'false', 'aria-controls': 'come-in' }, 'Listen here') : null;
  show(byId('room'), chips(preview), preview.message ? make('p', { class: 'words' }, preview.message) : null,
    make('p', { class: 'soft' }, 'Nothing has been joined, and your microphone is off.'),
    make('p', { class: 'ways' }, openInParlour(appUrl, true), here),
    here ? form(link, preview, here) : null,
    missing ? make('p', { id: 'missing', class: 'note' }, missing) : null, getParlour());
  return !!here;
}
