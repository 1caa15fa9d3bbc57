// SPDX-License-Identifier: Apache-2.0
// Terms as a table, two versions side by side, and a form to change them.
import { FIELDS, LISTS, entriesOf, differences } from './statements.js';
import { make, field } from './dom.js';

const LABELS = {
  topic: 'Topic', questions: 'Questions', format: 'Format', when: 'When', length_minutes: 'Length in minutes', language: 'Language',
  audience_cap: 'Audience cap', recording: 'Recording', stage: 'On stage', excluded: 'Not talked about',
};

function shown(name, entry) {
  if (name === 'when') {
    const at = new Date(entry);
    return Number.isNaN(at.getTime()) ? entry : at.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'short' }) + ' (' + entry + ')';
  }
  return name === 'audience_cap' && entry === '0' ? 'no cap' : entry;
}

function cell(name, entries, marked, mark) {
  if (!entries.length) return make('td', { role: 'cell' }, '–');
  const of = (entry) => (marked.includes(entry) ? make(mark, {}, shown(name, entry)) : shown(name, entry));
  return make('td', { role: 'cell' }, LISTS.has(name) ? make('ul', {}, entries.map((entry) => make('li', {}, of(entry)))) : of(entries[0]));
}

export function termsTable(terms) {
  return make('table', { role: 'table' }, make('tbody', {}, FIELDS.map((name) => make('tr', { role: 'row', 'data-field': name }, make('th', { scope: 'row', role: 'rowheader' }, LABELS[name]), cell(name, entriesOf(terms, name), [], 'b')))));
}

export function compareTable(before, after) {
  const changes = new Map(differences(before.terms, after.terms).map(([name, removed, added]) => [name, { removed, added }]));
  const rows = FIELDS.map((name) => {
    const change = changes.get(name);
    return make('tr', { role: 'row', class: change && 'changed', 'data-changed': change && name }, make('th', { scope: 'row', role: 'rowheader' }, LABELS[name] + (change ? ' (changed)' : '')),
      cell(name, entriesOf(before.terms, name), change ? change.removed : [], 'del'), cell(name, entriesOf(after.terms, name), change ? change.added : [], 'ins'));
  });
  return make('table', { role: 'table' }, make('caption', {}, changes.size ? changes.size + (changes.size === 1 ? ' field differs' : ' fields differ') : 'No difference'),
    make('thead', {}, make('tr', { role: 'row' }, make('th', { scope: 'col', role: 'columnheader' }, 'Field'), make('th', { scope: 'col', role: 'columnheader' }, 'Version ' + before.version), make('th', { scope: 'col', role: 'columnheader' }, 'Version ' + after.version))),
    make('tbody', {}, rows));
}

/// { element, read() -> terms }
export function termsForm(terms) {
  const inputs = {};
  const rows = FIELDS.map((name) => {
    const entries = entriesOf(terms, name);
    if (name === 'recording') {
      inputs[name] = make('select', {}, make('option', { value: 'no' }, 'No recording'), make('option', { value: 'yes', selected: terms.recording }, 'May be recorded'));
    } else if (LISTS.has(name)) {
      inputs[name] = make('textarea', { rows: Math.max(2, entries.length + 1) });
      inputs[name].value = entries.join('\n');
    } else {
      const number = name === 'length_minutes' || name === 'audience_cap';
      inputs[name] = make('input', number ? { type: 'number', min: name === 'audience_cap' ? 0 : 1, max: name === 'audience_cap' ? 1000000 : 720, required: true }
        : { type: 'text', required: name === 'topic' });
      inputs[name].value = entries[0] || '';
    }
    inputs[name].name = name;
    const hint = name === 'when' ? 'One per line, like 2026-11-24T18:00:00Z or 2026-11-24T19:00+01:00.' : LISTS.has(name) ? 'One per line.' : name === 'audience_cap' ? '0 means no cap.' : undefined;
    return field(LABELS[name], inputs[name], hint);
  });
  const read = () => {
    const out = {};
    for (const name of FIELDS) {
      const value = inputs[name].value;
      if (name === 'recording') out[name] = value === 'yes';
      else if (LISTS.has(name)) out[name] = value.split('\n').map((line) => line.trim()).filter(Boolean);
      else if (inputs[name].type === 'number') out[name] = Number(value) || 0;
      else out[name] = value;
    }
    return out;
  };
  return { element: make('fieldset', {}, make('legend', {}, 'Your proposal'), rows), read };
}
