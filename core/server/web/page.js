// SPDX-License-Identifier: Apache-2.0
// Entry of the page behind every link. The secret is in the fragment, which no server sees, and leaves the address bar before
// anything else happens. Then: what kind of link is it?
import { post } from './house.js';
import { negotiate, announce } from './guest.js';

const byId = (id) => document.getElementById(id);
const hash = location.hash, path = location.pathname;
history.replaceState(null, '', path);

function openInApp() {
  const url = 'parlour://' + location.host + path + hash;
  const link = byId('open');
  link.href = url;
  link.hidden = false;
  return url;
}

async function start() {
  const match = /^#k=([A-Za-z0-9_-]{22})(&p=[A-Za-z0-9_-]{43})?$/.exec(hash);
  if (!match) {
    byId('text').textContent = 'This link is incomplete: its secret part is missing. Copy the whole link and try again.';
    return;
  }
  const link = { link: path.replace(/^\/i\//, ''), secret: match[1] };
  const url = openInApp();
  let preview;
  try {
    preview = await post('invitations/preview', { id: link.link, secret: link.secret });
  } catch (error) {
    byId('problem').textContent = error.message;
    return;
  }
  if (!preview.object) {
    const what = preview.room_title ? 'the room “' + preview.room_title + '”' : 'the house “' + preview.house_name + '”';
    byId('title').textContent = (preview.inviter_name || preview.house_name) + ' invites you to ' + what;
    if (preview.room_title) byId('status').textContent = 'You come as ' + preview.role + (preview.live ? '; people are talking now.' : '.');
    location.href = url;
    return;
  }
  byId('room').hidden = true;
  byId('guest').hidden = false;
  if (preview.kind === 'guest' || preview.kind === 'delegate') negotiate(link, preview, url);
  else announce(link, preview, url);
}

start();
