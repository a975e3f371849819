/**
 * The HTTP/2 of the gRPC door against h2spec, the conformance suite for RFC 9113 and RFC 7541 (145 cases).
 * `npm run test:http2`. Needs Go, with which h2spec is built into node_modules/.cache; says so where it is not there, with
 * exit status 0 unless REQUIRE_H2SPEC is set.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { headerBlock } from '../src/grpc/http2/hpack.ts';
import { createHttp2Server } from '../src/grpc/http2/server.ts';

const VERSION = 'v2.2.1+incompatible';
const FOLDER = path.join(import.meta.dirname, '../node_modules/.cache/h2spec');
const PROGRAM = path.join(FOLDER, 'h2spec');

if (spawnSync('go', ['version']).error !== undefined) {
  console.log('h2spec: Go is not there to build it with, left out');
  process.exit(process.env['REQUIRE_H2SPEC'] === undefined ? 0 : 1);
}
if (!existsSync(PROGRAM)) {
  execFileSync('go', ['install', `github.com/summerwind/h2spec/cmd/h2spec@${VERSION}`], {
    env: { ...process.env, GOBIN: FOLDER },
    stdio: 'inherit',
  });
}

const head = headerBlock(200, { 'content-type': 'text/plain' });
const trailers = headerBlock(undefined, { 'grpc-status': '0' });
const { server, close } = createHttp2Server((stream) => {
  stream.events = {
    data: () => undefined,
    end: () => stream.answer(head, Buffer.from('as much as h2spec wants to be sent'), trailers),
    close: () => undefined,
  };
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const child = spawn(PROGRAM, ['--host', '127.0.0.1', '--port', String(port), '--timeout', '3'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
const [status] = (await once(child, 'close')) as [number | null];
const failures = output.indexOf('Failures:');
console.log(failures < 0 ? (output.trim().split('\n').at(-1) ?? '') : output.slice(failures));
await close();
process.exit(status === 0 && / 0 failed/.test(output) ? 0 : 1);
