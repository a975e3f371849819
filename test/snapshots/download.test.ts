import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { config, CONTEXT, type TestHouse, upsertOf } from '../collections/house.ts';
import { contentOf, createSnapshot, ofCollection, readSnapshot, recover, refusalOf, withHouse } from './ground.ts';

const BOOKS = ofCollection('books');

async function withServer(
  answer: http.RequestListener,
  use: (url: string, house: TestHouse) => Promise<void>,
): Promise<void> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await withHouse((house) => use(`http://127.0.0.1:${port}`, house));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function fromUrl(house: TestHouse, url: string, apiKey?: string, checksum?: string): Promise<string | undefined> {
  return refusalOf(recover(house, BOOKS, { kind: 'url', url: new URL(url), apiKey }, checksum));
}

async function snapshotOf(house: TestHouse): Promise<Uint8Array> {
  await house.database.create('books', config(2, 'Dot'));
  await house.database.collection('books').update(CONTEXT, upsertOf('books', [{ id: 1, vector: [1, 2] }]));
  const { name } = await createSnapshot(house, BOOKS);
  const bytes = await readSnapshot(house, BOOKS, name);
  await house.database.delete('books');
  return bytes;
}

test('a snapshot is fetched, with the key for the host that it is meant for alone, and nothing of it is left', async (t) => {
  let file: Uint8Array = new Uint8Array(0);
  const keys: (string | undefined)[] = [];
  const elsewhere = http.createServer((request, response) => {
    keys.push(request.headers['api-key'] as string | undefined);
    response.end(file);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  const answer: http.RequestListener = (request, response) => {
    keys.push(request.headers['api-key'] as string | undefined);
    response.writeHead(302, { location: `http://127.0.0.1:${port}/there` }).end();
  };
  await withServer(answer, async (url, house) => {
    file = await snapshotOf(house);
    t.is(await fromUrl(house, `${url}/x.snapshot`, 'secret'), undefined);
    t.deepEqual(keys, ['secret', undefined]);
    t.is((await contentOf(house.database.collection('books'))).length, 1);
    t.regex(
      (await fromUrl(house, `${url}/x`, undefined, '0'.repeat(64))) ?? '',
      /^bad_input: Snapshot checksum mismatch/,
    );
    t.deepEqual(
      (await readdir(join(house.folder, 'snapshots_temp'))).filter((name) => name !== 'captures'),
      [],
    );
  });
  elsewhere.close();
});

test('nothing there, another status, a torn answer, a circle, another scheme: refused, and nothing is left', async (t) => {
  const answer: http.RequestListener = (request, response) => {
    switch (request.url ?? '') {
      case '/torn':
        response.writeHead(200, { 'content-length': '1000000' });
        response.write(Buffer.alloc(1000));
        setTimeout(() => response.destroy(), 20);
        return;
      case '/circle':
        response.writeHead(302, { location: '/circle' }).end();
        return;
      case '/file':
        response.writeHead(302, { location: 'file:///etc/passwd' }).end();
        return;
      case '/metadata':
        response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
        return;
      default:
        response.writeHead(404).end();
    }
  };
  await withServer(answer, async (url, house) => {
    t.is(
      await fromUrl(house, `${url}/x`),
      `bad_input: Failed to download snapshot from ${url}/x: status - 404 Not Found`,
    );
    t.regex(
      (await fromUrl(house, `${url}/torn`)) ?? '',
      /^internal: Http request error: error sending request for url \(http/,
    );
    t.regex((await fromUrl(house, `${url}/circle`)) ?? '', /^bad_input: .*too many redirects/);
    t.regex((await fromUrl(house, `${url}/file`)) ?? '', /^bad_input: .*redirected to file:/);
    t.regex((await fromUrl(house, `${url}/metadata`)) ?? '', /^forbidden: /);
    t.regex(
      (await fromUrl(house, 'http://127.0.0.1:1/x')) ?? '',
      /^internal: Http request error: error sending request for url \(http:\/\/127\.0\.0\.1:1\/x\)/,
    );
    t.deepEqual(house.database.names(), []);
    t.deepEqual(await readdir(join(house.folder, 'snapshots_temp')), []);
  });
});

test('a host is found by its name', async (t) => {
  let file: Uint8Array = new Uint8Array(0);
  const answer: http.RequestListener = (_request, response) => void response.end(file);
  await withServer(answer, async (url, house) => {
    file = await snapshotOf(house);
    t.is(await fromUrl(house, `${url.replace('127.0.0.1', 'localhost')}/x.snapshot`), undefined);
    t.is((await contentOf(house.database.collection('books'))).length, 1);
    const unknown = await fromUrl(house, 'http://no-such-host.invalid/x.snapshot');
    t.regex(
      unknown ?? '',
      /^internal: Http request error: error sending request for url \(http:\/\/no-such-host\.invalid\//,
    );
  });
});

test("the machine's own metadata is asked by no name", async (t) => {
  await withHouse(async (house) => {
    const hosts = [
      '169.254.169.254',
      '[::ffff:169.254.169.254]',
      '[fd00:ec2::254]',
      '[fe80::1]',
      '100.100.100.200',
      '2852039166',
      '0xa9fea9fe',
    ];
    for (const host of hosts)
      t.regex((await fromUrl(house, `http://${host}/latest/`)) ?? 'taken', /^forbidden: /, host);
  });
});
