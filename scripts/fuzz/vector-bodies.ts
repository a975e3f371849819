import type { Template } from './bodies.ts';

/** Requests for a collection that has vectors of every kind, and for its settings. */

const DENSE = '[0.5,-1,2.25,1e-3]';
const MULTI = '[[1,2,3],[0.5,0,-1]]';
const SPARSE = '{"indices":[4294967295,7,12],"values":[0.5,1,-2]}';
const TEXT = '{"text":"running ü engines","model":"qdrant/bm25","options":{"k":1.2,"b":0.75,"language":"german"}}';
const NAMED = `{"a":${DENSE},"h":${DENSE},"u":[1,254.9,300,-4],"m":${MULTI},"s":${SPARSE},"t":${TEXT}}`;
const PATH = '/collections/many';

function post(route: string, body: string): Template {
  return { method: 'POST', path: `${PATH}/points/${route}`, body };
}

function put(route: string, body: string): Template {
  return { method: 'PUT', path: `${PATH}${route}`, body };
}

function patch(body: string): Template {
  return { method: 'PATCH', path: PATH, body };
}

const QUANTIZATIONS: readonly string[] = [
  '{"scalar":{"type":"int8","quantile":0.99,"always_ram":true}}',
  '{"product":{"compression":"x4","memory":"cold"}}',
  '{"binary":{"encoding":"one_and_half_bits","query_encoding":"scalar4bits"}}',
  '{"turbo":{"bits":"bits2"}}',
  '"Disabled"',
];

/** Each vector by name, as a query. */
const QUERIES: readonly (readonly [string, string])[] = [
  ['a', DENSE],
  ['h', DENSE],
  ['u', '[1,2,3,400]'],
  ['m', MULTI],
  ['m', '[1,2,3]'],
  ['s', SPARSE],
  ['t', TEXT],
  ['t', SPARSE],
  ['a', '1'],
  ['s', '2'],
];

const CREATED = `{"vectors":{"a":{"size":4,"distance":"Dot","quantization_config":{"turbo":{}}},"h":{"size":4,"distance":"Cosine","datatype":"float16","hnsw_config":{"m":4}},"u":{"size":4,"distance":"Euclid","datatype":"uint8","on_disk":true},"m":{"size":3,"distance":"Cosine","multivector_config":{"comparator":"max_sim"}}},"sparse_vectors":{"s":{},"t":{"modifier":"idf","index":{"on_disk":true,"datatype":"float16","full_scan_threshold":5}}},"strict_mode_config":{"enabled":false,"max_timeout":5}}`;

export const VECTOR_TEMPLATES: readonly Template[] = [
  put('', CREATED),
  put('', CREATED),
  put('', '{"vectors":{"size":4,"distance":"Manhattan"},"quantization_config":{"binary":{"encoding":"two_bits"}}}'),
  put('/points?wait=true', `{"points":[{"id":1,"vector":${NAMED}},{"id":2,"vector":{"s":${SPARSE},"a":${DENSE}}}]}`),
  put('/points?wait=true', `{"points":[{"id":3,"vector":{}},{"id":4,"vector":${DENSE}},{"id":5,"vector":${MULTI}}]}`),
  put(
    '/points?wait=true',
    `{"batch":{"ids":[6,7],"vectors":{"a":[${DENSE},${DENSE}],"m":[${MULTI},[[1,2,3]]],"s":[${SPARSE},${SPARSE}],"t":[${TEXT},${SPARSE}]}}}`,
  ),
  put('/points/vectors?wait=true', `{"points":[{"id":1,"vector":{"m":${MULTI},"s":{"indices":[],"values":[]}}}]}`),
  post('vectors/delete?wait=true', '{"points":[1,2],"vector":["a","s","m"],"filter":{"must":{"has_vector":"s"}}}'),
  ...QUERIES.map(([using, query]) =>
    post('query?timeout=5', `{"query":{"nearest":${query}},"using":"${using}","limit":3,"with_vector":["${using}"]}`),
  ),
  post(
    'query',
    `{"query":${SPARSE},"using":"t","params":{"idf":{"corpus":{"must":{"has_id":[1,2]}}},"quantization":{"ignore":false,"rescore":true,"oversampling":2.5}}}`,
  ),
  post('query', `{"query":1,"using":"a","lookup_from":{"collection":"many","vector":"h"}}`),
  post('search', `{"vector":{"name":"s","vector":${SPARSE}},"limit":2,"with_vector":true}`),
  post('search', `{"vector":{"name":"a","vector":${DENSE}},"limit":2,"params":{"quantization":{"ignore":true}}}`),
  post('scroll?timeout=5', '{"with_vector":["a","m","s","nope"],"limit":2}'),
  post('count', '{"filter":{"must":[{"has_vector":"m"},{"has_vector":"s"}]}}'),
  put('/vectors/b?wait=true', '{"dense":{"size":2,"distance":"Dot","multivector_config":{"comparator":"max_sim"}}}'),
  put('/vectors/z?wait=true', '{"sparse":{"modifier":"idf","datatype":"uint8"}}'),
  { method: 'DELETE', path: `${PATH}/vectors/b?wait=true`, body: '' },
  { method: 'DELETE', path: `${PATH}/vectors/s?wait=true`, body: '' },
  ...QUANTIZATIONS.map((quantization) =>
    patch(`{"quantization_config":${quantization},"vectors":{"a":{"quantization_config":${quantization}}}}`),
  ),
  patch(
    '{"vectors":{"h":{"hnsw_config":{"m":8},"on_disk":true}},"sparse_vectors":{"t":{"modifier":"none","index":{"on_disk":false}}},"params":{"on_disk_payload":false},"optimizers_config":{"max_optimization_threads":"auto","indexing_threshold":1},"strict_mode_config":{"max_query_limit":7},"metadata":{"a":null,"b":{"c":1}}}',
  ),
  { method: 'GET', path: PATH, body: '' },
  { method: 'GET', path: `${PATH}/optimizations?with=queued,completed,idle_segments&completed_limit=3`, body: '' },
  { method: 'GET', path: `${PATH}/memory`, body: '' },
  { method: 'DELETE', path: PATH, body: '' },
];
