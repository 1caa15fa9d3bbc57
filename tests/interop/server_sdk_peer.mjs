// SPDX-License-Identifier: Apache-2.0
// An unchanged livekit-server-sdk: RoomServiceClient by lines on stdin, webhooks by WebhookReceiver, JSON lines on stdout.
//   node server_sdk_peer.mjs KEY SECRET
//   stdin: {"id":1,"url":"http://…","method":"createRoom","args":[…],"secret":"…"}
import http from 'node:http';
import readline from 'node:readline';
import { RoomServiceClient, WebhookReceiver } from 'livekit-server-sdk';

const [key, secret] = process.argv.slice(2);
const tell = (event, fields = {}) => process.stdout.write(JSON.stringify({ event, ...fields },
  (_, value) => (typeof value === 'bigint' ? value.toString() : value)) + '\n');

const receiver = new WebhookReceiver(key, secret);
let refuse = 2;  // the first answers are 500: the sender has to try again
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (c) => chunks.push(c));
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString();
    if (refuse-- > 0) {
      tell('webhook_refused');
      response.writeHead(500).end();
      return;
    }
    try {
      const event = await receiver.receive(body, request.headers.authorization);
      tell('webhook', { what: event.event, id: event.id, room: event.room?.name, participant: event.participant?.name,
        track: event.track?.sid, type: request.headers['content-type'] });
      let tampered = 'passed';
      try { await receiver.receive(body + ' ', request.headers.authorization); } catch { tampered = 'refused'; }
      tell('tampered', { result: tampered });
      response.writeHead(200).end();
    } catch (e) {
      tell('bad_webhook', { text: String(e), body });
      response.writeHead(401).end();
    }
  });
});
server.listen(0, '127.0.0.1', () => tell('port', { port: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, url, method, args, secret: other } = JSON.parse(line);
  try {
    const client = new RoomServiceClient(url, key, other ?? secret);
    const data = args.map((a) => (a && a.bytes !== undefined ? new TextEncoder().encode(a.bytes) : a));
    tell('answer', { id, result: (await client[method](...data)) ?? null });
  } catch (e) {
    tell('answer', { id, error: { status: e.status, code: e.code, text: String(e.message ?? e) } });
  }
}).on('close', () => process.exit(0));
