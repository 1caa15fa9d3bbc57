// SPDX-License-Identifier: Apache-2.0
// Packs the SDK for the page. A name with its hash may be kept for ever; the licences of everything inside come along.
//   node pack.mjs FOLDER_WITH_NODE_MODULES OUT
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [work, out] = process.argv.slice(2);
const modules = path.join(work, 'node_modules');

// No map beside it, so no word of one.
const sdk = fs.readFileSync(path.join(modules, 'livekit-client/dist/livekit-client.umd.js'), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
const name = 'livekit-client-' + createHash('sha256').update(sdk).digest('hex').slice(0, 16) + '.js';

const lock = JSON.parse(fs.readFileSync(path.join(work, 'package-lock.json'), 'utf8'));
let licences = 'The file ' + name + ' holds these programs, unchanged, under their licences.\n';
for (const [folder, about] of Object.entries(lock.packages)) {
  if (!folder) continue;
  const at = path.join(work, folder);
  const text = fs.readdirSync(at).find((one) => /^licen[cs]e/i.test(one));
  licences += '\n\n======== ' + folder.replace(/^.*node_modules\//, '') + ' ' + about.version + ' (' + about.license + ')\n\n' +
    (text ? fs.readFileSync(path.join(at, text), 'utf8') : 'No text beside it.\n');
}

const put = (file, text) => fs.writeFileSync(path.join(out, file + '.gz'), gzipSync(text, { level: 9 }));
put(name, sdk);
put('licences.txt', licences);
fs.writeFileSync(path.join(out, 'sdk.js'), "// SPDX-License-Identifier: Apache-2.0\nexport const SDK = '/web/" + name + "';\n");
