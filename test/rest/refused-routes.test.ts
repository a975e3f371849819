import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';

import { ask, type Served, serveStub } from './client.ts';
import { format, rule, unserved } from './parsing.ts';

let served: Served;

test.before(async () => {
  served = await serveStub();
});

test.after.always(() => served.door.close());

/** Requests of features that come later: method, path, a body that is malformed and why, a body that is sound. */
const ROUTES: readonly (readonly [string, string, string, string, string, string])[] = [
  [
    'POST',
    '/collections/c/points/query/groups',
    '{"limit":1}',
    'missing field `group_by` at line 1 column 11',
    '{"group_by":"a"}',
    'Search by groups',
  ],
  [
    'POST',
    '/collections/c/points/search/groups',
    '5',
    'invalid type: integer `5`, expected struct SearchGroupsRequest at line 1 column 1',
    '{"vector":[1],"group_by":"a","group_size":1,"limit":1}',
    'Search by groups',
  ],
  [
    'POST',
    '/collections/c/points/recommend',
    '{"positive":[{"a":[1]}]}',
    'missing field `limit` at line 1 column 24',
    '{"positive":[1],"strategy":"sum_scores","limit":1}',
    'Recommendation',
  ],
  [
    'POST',
    '/collections/c/points/recommend/batch',
    '{"searches":[{"limit":1},{}]}',
    'missing field `limit` at line 1 column 27',
    '{"searches":[{"positive":[1],"top":1}]}',
    'Recommendation',
  ],
  [
    'POST',
    '/collections/c/points/recommend/groups',
    '{"group_by":"a b","group_size":1,"limit":1}',
    "Invalid json path: 'a b' at line 1 column 43",
    '{"group_by":"a","group_size":1,"limit":1,"with_payload":true}',
    'Recommendation',
  ],
  [
    'POST',
    '/collections/c/points/discover',
    '{"limit":"x"}',
    'invalid type: string "x", expected usize at line 1 column 13',
    '{"limit":1,"score_threshold":null,"params":{"exact":true},"with_vectors":true}',
    'Discovery',
  ],
  [
    'POST',
    '/collections/c/points/discover/batch',
    '{"searches":[5]}',
    'invalid type: integer `5`, expected struct DiscoverRequest at line 1 column 14',
    '{"searches":[]}',
    'Discovery',
  ],
  [
    'POST',
    '/collections/c/points/search/matrix/pairs',
    '{"filter":{"x":1}}',
    'unknown field `x`, expected one of `should`, `min_should`, `must`, `must_not` at line 1 column 18',
    '{"sample":2,"limit":1,"using":"a","filter":{}}',
    'A distance matrix',
  ],
  ['POST', '/collections/aliases', '{}', 'missing field `actions` at line 1 column 2', '{"actions":[]}', 'An alias'],
];

for (const [method, path, malformed, words, sound, feature] of ROUTES) {
  test(`${method} ${path} is checked, then refused by name`, async (t) => {
    const wrong = await ask(served.port, method, path, malformed);
    t.deepEqual(wrong, { status: 400, body: { status: { error: format(words).slice('400 '.length) } } });
    const refused = await ask(served.port, method, path, sound);
    t.deepEqual(refused, { status: 400, body: { status: { error: unserved(feature).slice('400 '.length) } } });
  });
}

const UNCHECKED: readonly (readonly [string, string, string])[] = [
  ['GET', '/collections/c/snapshots', 'A snapshot'],
  ['GET', '/collections/c/shards/0/snapshots/x', 'A snapshot'],
  ['GET', '/aliases', 'An alias'],
  ['GET', '/cluster', 'Cluster mode'],
  ['GET', '/telemetry', 'Telemetry'],
  ['GET', '/metrics', 'The metrics page'],
  ['PUT', '/quotas', 'Node quotas'],
];

/** Bodies of searches that Qdrant refuses for other reasons than their form. */
const SEARCHES: readonly (readonly [string, string, string])[] = [
  ['recommend', '{"limit":3}', '400 Bad request: At least one positive vector ID required with this strategy'],
  [
    'recommend',
    '{"limit":3,"strategy":"best_score"}',
    '400 Bad request: At least one positive or negative vector ID required with this strategy',
  ],
  [
    'recommend',
    '{"positive":[1],"limit":3,"strategy":"nope"}',
    format('unknown variant `nope`, expected one of `average_vector`, `best_score`, `sum_scores` at line 1 column 44'),
  ],
  [
    'recommend',
    '{"positive":5,"limit":1}',
    format('invalid type: integer `5`, expected a sequence at line 1 column 24'),
  ],
  ['recommend', '{"positive":[1],"limit":0}', rule('recommend_request.limit: value 0 invalid, must be 1 or larger')],
  [
    'recommend/batch',
    '{"searches":[{"limit":0,"positive":[1]}]}',
    rule('searches[0].recommend_request.limit: value 0 invalid, must be 1 or larger'),
  ],
  [
    'search/groups',
    '{"vector":[1],"group_by":"a","group_size":0,"limit":1}',
    rule('search_group_request.group_request.group_size: value 0 invalid, must be 1 or larger'),
  ],
  ['search/matrix/offsets', '{"sample":1}', rule('search_request.sample: value 1 invalid, must be 2 or larger')],
  ['search/matrix/pairs', '{"limit":0}', rule('search_request.limit: value 0 invalid, must be 1 or larger')],
];

test('rules of searches that come later hold already', async (t) => {
  for (const [search, body, expected] of SEARCHES) {
    const answer = await ask(served.port, 'POST', `/collections/c/points/${search}`, body);
    const { error } = (answer.body as { status: { error: string } }).status;
    t.is(`${answer.status} ${error}`, expected, body);
  }
});

test('what has no body to check is refused by name', async (t) => {
  for (const [method, path, feature] of UNCHECKED) {
    const refused = await ask(served.port, method, path);
    t.deepEqual(refused, { status: 400, body: { status: { error: unserved(feature).slice('400 '.length) } } }, path);
  }
});

test('the rule for names comes first', async (t) => {
  const refused = await ask(served.port, 'GET', '/collections/a%2Fb/snapshots');
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
