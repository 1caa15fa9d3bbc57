// SPDX-License-Identifier: Apache-2.0
// Entry of the page behind every link. The secret is in the fragment, which no server sees, and leaves the address bar before
// anything else happens. Then: what kind of link is it?
import { post } from './house.js';
import { negotiate, announce } from './guest.js';
import { explain, invite } from './invitation.js';
import { comeBack } from './listen.js';
import { Person } from './person.js';

const byId = (id) => document.getElementById(id);
const hash = location.hash, path = location.pathname;
history.replaceState(null, '', path);

const appUrl = 'parlour://' + location.host + path + hash;
const id = path.replace(/^\/i\//, '');
const parts = /^#k=([A-Za-z0-9_-]{22})(&p=[A-Za-z0-9_-]{43})?$/.exec(hash);

async function start(first) {
  // Loaded again, a page has no secret any more; whoever came in by this link before needs none.
  if (!parts) {
    if (!hash && await comeBack(id)) return;
    byId('text').textContent = 'This link is incomplete: its secret part is missing. Copy the whole link and try again.';
    return;
  }
  const link = { link: id, secret: parts[1] };
  let preview;
  byId('problem').textContent = '';
  try {
    const known = await Person.known();
    preview = await post('invitations/preview', { id, secret: link.secret, ...(known ? { identity: known.identity } : {}) });
  } catch (error) {
    return explain(error, appUrl, () => start(false));
  }
  if (!preview.object) {
    // Where there is a choice it is the person's; the browser's question about the app would take the keyboard away from it.
    if (!await invite(link, preview, appUrl) && first) location.href = appUrl;
    return;
  }
  byId('room').hidden = true;
  byId('guest').hidden = false;
  if (preview.kind === 'guest' || preview.kind === 'delegate') negotiate(link, preview, appUrl);
  else announce(link, preview, appUrl);
}

start(true);
