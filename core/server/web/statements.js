// SPDX-License-Identifier: Apache-2.0
// The bytes that are signed, as core/api/guest_terms.h and house_json.h say them, and the small encodings around them. Pure.

const encoder = new TextEncoder();

export const FIELDS = ['topic', 'questions', 'format', 'when', 'length_minutes', 'language', 'audience_cap', 'recording', 'stage', 'excluded'];
export const LISTS = new Set(['questions', 'when', 'stage', 'excluded']);

export function toBase64Url(bytes) {
  let text = '';
  for (const b of new Uint8Array(bytes)) text += String.fromCharCode(b);
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

class Writer {
  constructor() { this.parts = []; }
  number(n) {
    this.parts.push(new Uint8Array([(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]));
  }
  field(text) {
    const bytes = encoder.encode(text);
    this.number(bytes.length);
    this.parts.push(bytes);
  }
  bytes() {
    const out = new Uint8Array(this.parts.reduce((sum, p) => sum + p.length, 0));
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

/// The entries of one field, as people read them: one per line of a list.
export function entriesOf(terms, field) {
  const value = terms[field];
  if (LISTS.has(field)) return value || [];
  if (field === 'recording') return [value ? 'yes' : 'no'];
  if (field === 'length_minutes' || field === 'audience_cap') return [String(value ?? 0)];
  return value ? [value] : [];
}

/// What the guest ("guest") or the delegate ("delegate") signs of a view of the house.
export function termsStatement(view, version, by, terms) {
  const out = new Writer();
  for (const text of ['parlour-terms-v1', view.house, view.id, view.name, String(version), by]) out.field(text);
  for (const field of FIELDS) {
    const entries = entriesOf(terms, field);
    if (LISTS.has(field)) {
      out.number(entries.length);
      for (const entry of entries) out.field(entry);
    } else {
      out.field(entries.length ? entries[0] : '');
    }
  }
  return out.bytes();
}

/// What proves a key to the house for one purpose.
export function personStatement(challenge, origin, purpose) {
  const out = new Writer();
  for (const text of ['parlour-auth-v1', challenge.house, origin, purpose, challenge.nonce, String(challenge.expires_ms)]) out.field(text);
  return out.bytes();
}

/// 6 groups of 5 digits, compared over another channel: the same that the host sees for this key.
export async function safetyCode(house, key) {
  const out = new Writer();
  for (const text of ['parlour-safety-v1', house, key]) out.field(text);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', out.bytes()));
  const groups = [];
  for (let group = 0; group < 6; ++group) {
    let value = 0n;
    for (let i = 0; i < 5; ++i) value = (value << 8n) | BigInt(digest[group * 5 + i]);
    groups.push(String(value % 100000n).padStart(5, '0'));
  }
  return groups.join(' ');
}

/// Entries only in one of two versions: [[field, removed, added]…] of the fields that differ.
export function differences(before, after) {
  const out = [];
  const onlyIn = (of, other) => {
    const rest = [...other];
    return of.filter((line) => {
      const at = rest.indexOf(line);
      if (at < 0) return true;
      rest.splice(at, 1);
      return false;
    });
  };
  for (const field of FIELDS) {
    const old = entriesOf(before, field), now = entriesOf(after, field);
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    const removed = onlyIn(old, now), added = onlyIn(now, old);
    out.push(removed.length || added.length ? [field, removed, added] : [field, old, now]);
  }
  return out;
}

/// A calendar entry; `at` is a Date.
export function calendarEntry(notice, at, url) {
  const stamp = (d) => d.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  const escape = (text) => text.replace(/\\/g, '\\\\').replace(/;/g, '\\;').replace(/,/g, '\\,').replace(/\r?\n/g, '\\n');
  const end = new Date(at.getTime() + (notice.length_minutes || 60) * 60000);
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Parlour//guest//EN', 'METHOD:PUBLISH', 'BEGIN:VEVENT', 'UID:' + notice.id + '@parlour',
    'DTSTAMP:' + stamp(new Date()), 'DTSTART:' + stamp(at), 'DTEND:' + stamp(end), 'SUMMARY:' + escape(notice.topic + ': ' + notice.name),
    'DESCRIPTION:' + escape('Live talk in ' + notice.house_name), 'URL:' + url, 'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT15M',
    'DESCRIPTION:' + escape(notice.topic), 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR'];
  const fold = (line) => {
    // 75 bytes a line; a character is never cut.
    const parts = [];
    let part = '';
    for (const character of line) {
      if (encoder.encode(part + character).length > (parts.length ? 74 : 75)) {
        parts.push(part);
        part = '';
      }
      part += character;
    }
    return [...parts, part].join('\r\n ');
  };
  return lines.map(fold).join('\r\n') + '\r\n';
}
