import { QUERY_TEMPLATES } from './query-bodies.ts';
import { VECTOR_TEMPLATES } from './vector-bodies.ts';

/** Requests for the fuzzer: well-formed ones to start from, and what is done to them. */
export interface Template {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export const DIMENSION = 8;
const VECTOR = JSON.stringify(Array.from({ length: DIMENSION }, (_, index) => index / 8));
const UUID = '"00000000-0000-4000-8000-000000000001"';

const PLACE = '{"lon":13.4,"lat":52.5}';
const RING = '{"points":[{"lon":0,"lat":0},{"lon":9,"lat":0},{"lon":9,"lat":9},{"lon":0,"lat":0}]}';

/** Conditions of every kind. */
const CONDITIONS: readonly string[] = [
  '{"key":"a","match":{"value":1}}',
  '{"key":"c[].d","match":{"any":[1,18446744073709551615,-3]}}',
  '{"key":"b","match":{"except":["ü","x"]}}',
  '{"key":"b","match":{"text":"ü x"}}',
  '{"key":"b","match":{"text_any":"ü x"}}',
  '{"key":"b","match":{"phrase":"ü"}}',
  '{"key":"b","match":{"prefix":"ü"}}',
  '{"key":"a","range":{"gte":-1e300,"lt":9007199254740993}}',
  '{"key":"when","range":{"gt":"2020-02-29T23:59:60.5+01:30","lte":"2030-01-01"}}',
  `{"key":"place","geo_radius":{"center":${PLACE},"radius":1e7}}`,
  `{"key":"place","geo_bounding_box":{"top_left":${PLACE},"bottom_right":{"lon":-170,"lat":-80}}}`,
  `{"key":"place","geo_polygon":{"exterior":${RING},"interiors":[${RING}]}}`,
  '{"key":"c","values_count":{"gte":1,"lt":18446744073709551615}}',
  '{"key":"c","is_empty":false}',
  '{"key":"\\"a.b\\"[0]","is_null":true}',
  '{"is_empty":{"key":"c"}}',
  '{"is_null":{"key":"c[]"}}',
  `{"has_id":[1,2,${UUID}]}`,
  '{"has_vector":""}',
  '{"slice":{"total":3,"index":1}}',
  '{"nested":{"key":"c","filter":{"must_not":{"key":"d","match":{"value":1}}}}}',
];

const FILTER = `{"must":[${CONDITIONS.slice(0, 7).join(',')}],"should":[${CONDITIONS.slice(7, 13).join(',')}],"must_not":[${CONDITIONS.slice(13).join(',')}],"min_should":{"conditions":[${CONDITIONS[0]},{"should":[${CONDITIONS[1]}]}],"min_count":1}}`;

/** Each condition by itself, so that something matches now and then. */
const COUNTS: readonly Template[] = CONDITIONS.map((condition) => ({
  method: 'POST',
  path: '/collections/fuzzed/points/count?timeout=5',
  body: `{"filter":{"must":[${condition}]}}`,
}));

const FIELD_TYPES = ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'];

const INDEXES: readonly Template[] = FIELD_TYPES.map((type, at) => ({
  method: 'PUT',
  path: '/collections/fuzzed/index?wait=true',
  body: `{"field_name":"${['b', 'a', 'c[].d', 'place', 'b', 'flag', 'when', 'uid'][at]}","field_schema":{"type":"${type}","on_disk":true}}`,
}));

const OPERATIONS: readonly string[] = [
  `{"upsert":{"points":[{"id":3,"vector":${VECTOR},"payload":{"a":3}}],"update_filter":{"must":[${CONDITIONS[0]}]},"update_mode":"update_only"}}`,
  '{"set_payload":{"payload":{"a":[1,{"d":2}],"n":null},"points":[1],"key":"c[].e"}}',
  `{"overwrite_payload":{"payload":{"a":1},"filter":{"must":[${CONDITIONS[7]}]}}}`,
  '{"delete_payload":{"keys":["a","c[].d"],"points":[1,2]}}',
  '{"clear_payload":{"points":[2]}}',
  `{"update_vectors":{"points":[{"id":1,"vector":${VECTOR}}]}}`,
  '{"delete_vectors":{"points":[1],"vector":[""]}}',
  `{"delete":{"filter":{"must":[${CONDITIONS[17]}]}}}`,
];

/** The routes of payloads and vectors, with the bodies that the batch has for them. */
const PAYLOADS: readonly Template[] = [
  ['PUT', 'points', 0],
  ['POST', 'points/payload', 1],
  ['PUT', 'points/payload', 2],
  ['POST', 'points/payload/delete', 3],
  ['POST', 'points/payload/clear', 4],
  ['PUT', 'points/vectors', 5],
  ['POST', 'points/vectors/delete', 6],
  ['POST', 'points/delete', 7],
].map(([method, route, operation]) => ({
  method: String(method),
  path: `/collections/fuzzed/${route}?wait=true`,
  body: (OPERATIONS[Number(operation)] ?? '').replace(/^\{"[a-z_]+":/, '').slice(0, -1),
}));

export const TEMPLATES: readonly Template[] = [
  ...COUNTS,
  ...INDEXES,
  ...PAYLOADS,
  { method: 'POST', path: '/collections/fuzzed/points/batch', body: `{"operations":[${OPERATIONS.join(',')}]}` },
  { method: 'POST', path: '/collections/fuzzed/points/count', body: `{"filter":${FILTER},"exact":false}` },
  { method: 'DELETE', path: '/collections/fuzzed/index/c%5B%5D.d?wait=true', body: '' },
  {
    method: 'POST',
    path: '/collections/fuzzed/facet?timeout=5',
    body: '{"key":"b","limit":3,"exact":true,"filter":{}}',
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/scroll',
    body: `{"order_by":{"key":"a","direction":"desc","start_from":2.5},"filter":{"must":[${CONDITIONS[0]}]}}`,
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/query',
    body: `{"query":{"order_by":"when"},"filter":${FILTER}}`,
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/query',
    body: `{"query":${VECTOR},"filter":{"should":[${CONDITIONS.slice(0, 9).join(',')}]},"params":{"acorn":{"enable":true}}}`,
  },
  { method: 'PUT', path: '/collections/fuzzed', body: `{"vectors":{"size":${DIMENSION},"distance":"Cosine"}}` },
  {
    method: 'PUT',
    path: '/collections/fuzzed',
    body: `{"vectors":{"size":${DIMENSION},"distance":"Dot","hnsw_config":{"m":4}},"shard_number":2,"hnsw_config":{"ef_construct":16},"optimizers_config":{"indexing_threshold":1}}`,
  },
  { method: 'PATCH', path: '/collections/fuzzed', body: '{"optimizers_config":{"deleted_threshold":0.3}}' },
  { method: 'DELETE', path: '/collections/fuzzed', body: '' },
  { method: 'GET', path: '/collections/fuzzed', body: '' },
  {
    method: 'PUT',
    path: '/collections/fuzzed/points?wait=true',
    body: `{"points":[{"id":1,"vector":${VECTOR},"payload":{"a":1,"b":"ü","c":[null,{"d":18446744073709551615}],"place":{"lon":13.4,"lat":52.5},"when":"2025-01-01T00:00:00Z","flag":true,"uid":${UUID}}},{"id":${UUID},"vector":${VECTOR}}]}`,
  },
  {
    method: 'PUT',
    path: '/collections/fuzzed/points?wait=true&ordering=strong',
    body: `{"batch":{"ids":[1,${UUID}],"vectors":[${VECTOR},${VECTOR}],"payloads":[{"a":1},null]}}`,
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points',
    body: `{"ids":[1,2,${UUID}],"with_payload":["a"],"with_vector":true}`,
  },
  { method: 'GET', path: '/collections/fuzzed/points/1', body: '' },
  { method: 'POST', path: '/collections/fuzzed/points/delete?wait=true', body: `{"points":[1,2,${UUID}]}` },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/scroll?timeout=5',
    body: '{"limit":3,"offset":1,"with_payload":{"include":["a","c[].d"]},"with_vector":[""]}',
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/count',
    body: '{"exact":true,"filter":{"must":[{"key":"a","match":{"value":1}}]}}',
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/query?consistency=1',
    body: `{"query":${VECTOR},"limit":5,"offset":1,"score_threshold":0.1,"params":{"hnsw_ef":32,"exact":false,"indexed_only":true},"with_payload":{"exclude":["b"]}}`,
  },
  { method: 'POST', path: '/collections/fuzzed/points/query', body: `{"query":${UUID},"with_vector":true}` },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/query/batch',
    body: `{"searches":[{"query":${VECTOR},"limit":1},{"query":1}]}`,
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/search',
    body: `{"vector":${VECTOR},"limit":5,"with_payload":true}`,
  },
  {
    method: 'POST',
    path: '/collections/fuzzed/points/search/batch',
    body: `{"searches":[{"vector":${VECTOR},"limit":2}]}`,
  },
  ...VECTOR_TEMPLATES,
  ...QUERY_TEMPLATES,
];

/** What numbers, texts and structures go wrong with. */
const POISON = [
  '1e999',
  '-1',
  '-0',
  '1e-400',
  '18446744073709551616',
  '9007199254740993',
  '0.1e',
  '01',
  'NaN',
  'Infinity',
  'null',
  'true',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '[]',
  '{}',
  '\u0000',
  'é',
  '📚',
  '['.repeat(200),
  '{"a":'.repeat(200),
  '9'.repeat(400),
  `"${'x'.repeat(3000)}"`,
  '1e400',
  '[[1]]',
  '{"$":1}',
  '/*',
  '\\',
];

/** `body` after one to four random injuries; now and then bytes that have nothing to do with it. */
export function mutate(body: string, uniform: () => number): Buffer {
  if (uniform() < 0.05) return Buffer.from(Array.from({ length: below(uniform, 200) }, () => below(uniform, 256)));
  let bytes = Buffer.from(body);
  for (let injuries = 1 + below(uniform, 4); injuries > 0; injuries -= 1) bytes = injure(bytes, uniform);
  return bytes;
}

function injure(bytes: Buffer, uniform: () => number): Buffer<ArrayBuffer> {
  const at = below(uniform, bytes.length + 1);
  const end = Math.min(bytes.length, at + below(uniform, 20));
  const [head, cut, tail] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (below(uniform, 6)) {
    case 0:
      return Buffer.concat([head, Buffer.from([below(uniform, 256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([head, tail]);
    case 2:
      return Buffer.concat([head, cut, cut, tail]);
    case 3:
      return Buffer.from(head);
    default:
      return Buffer.concat([head, Buffer.from(POISON[below(uniform, POISON.length)] ?? ''), tail]);
  }
}

/** A whole number from 0 to `limit` - 1. */
export function below(uniform: () => number, limit: number): number {
  return Math.floor(uniform() * limit);
}
