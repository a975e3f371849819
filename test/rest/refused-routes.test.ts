import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';

import { ask, type Served, serveStub } from './client.ts';
import { unserved } from './parsing.ts';

let served: Served;

test.before(async () => {
  served = await serveStub();
});

test.after.always(() => served.door.close());

const UNCHECKED: readonly (readonly [string, string, string])[] = [
  ['GET', '/collections/c/shards', 'A shard key'],
  ['POST', '/cluster/recover', 'Cluster mode'],
  ['GET', '/telemetry', 'Telemetry'],
  ['GET', '/metrics', 'The metrics page'],
  ['PUT', '/quotas', 'Node quotas'],
];

test('what has no body to check is refused by name', async (t) => {
  for (const [method, path, feature] of UNCHECKED) {
    const refused = await ask(served.port, method, path);
    t.deepEqual(refused, { status: 400, body: { status: { error: unserved(feature).slice('400 '.length) } } }, path);
  }
});

test('what needs more than one node is refused as Qdrant refuses it where there is one', async (t) => {
  const disabled = 'Bad request: Distributed mode disabled';
  const missing = 'Format error in JSON body: missing field `shard_key` at line 1 column 2';
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['PUT', '/collections/c/shards', '{"shard_key":"a"}', disabled],
    ['PUT', '/collections/c/shards', '{}', missing],
    ['POST', '/collections/c/shards/delete', '{"shard_key":1}', disabled],
    ['POST', '/collections/c/cluster', '{"move_shard":{}}', disabled],
    ['DELETE', '/cluster/peer/7', '', `${disabled}.`],
  ];
  for (const [method, path, body, error] of cases) {
    t.deepEqual(await ask(served.port, method, path, body), { status: 400, body: { status: { error } } }, path);
  }
  const alone = { status: 200, body: { result: { status: 'disabled' }, status: 'ok' } };
  t.deepEqual(await ask(served.port, 'GET', '/cluster'), alone);
});

test('the rule for names comes first', async (t) => {
  const refused = await ask(served.port, 'GET', '/collections/a%2Fb/shards');
  t.is(refused.status, 422);
});

test('no route of the OpenAPI document is unknown', async (t) => {
  const file = path.join(import.meta.dirname, '../../../shared/qdrant/openapi-1.19.0.json');
  if (!existsSync(file)) {
    t.log(`left out: ${file} is not here`);
    t.pass();
    return;
  }
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Readonly<Record<string, object>> };
  for (const [pattern, methods] of Object.entries(paths)) {
    const url = pattern.replaceAll(/\{[a-z_]+\}/g, '7');
    for (const method of ['get', 'put', 'post', 'patch', 'delete']) {
      if (!(method in methods)) continue;
      const { status, body } = await ask(served.port, method.toUpperCase(), url, {});
      t.false(status === 404 && body === '', `${method} ${pattern}`);
    }
  }
});
