/** Requests for the fuzzer: well-formed ones to start from, and what is done to them. */
export interface Template {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export const DIMENSION = 8;
const VECTOR = JSON.stringify(Array.from({ length: DIMENSION }, (_, index) => index / 8));
const UUID = '"00000000-0000-4000-8000-000000000001"';

export const TEMPLATES: readonly Template[] = [
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
    body: `{"points":[{"id":1,"vector":${VECTOR},"payload":{"a":1,"b":"ü","c":[null,{"d":18446744073709551615}]}},{"id":${UUID},"vector":${VECTOR}}]}`,
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
