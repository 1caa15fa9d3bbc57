// SPDX-License-Identifier: Apache-2.0
// Making elements. Words of people only ever become text, never markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child !== undefined && child !== null && child !== false) element.append(child);
  return element;
}

export function show(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(Boolean));
}

/// A label above its field.
export function field(label, input, hint) {
  const id = 'f-' + label.toLowerCase().replace(/[^a-z]+/g, '-');
  input.id = id;
  const parts = [make('label', { for: id }, label), input];
  if (hint) {
    input.setAttribute('aria-describedby', id + '-hint');
    parts.push(make('small', { id: id + '-hint' }, hint));
  }
  return make('div', { class: 'field' }, parts);
}

export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = make('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function when(ms) {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'short' }) + ' (your time)';
}
