import test from 'ava';

import { idAt, idText, numberId } from '../../src/core/ids.ts';
import type { PointColumns, UpdatePoints } from '../../src/core/requests.ts';
import type { InferenceObject, Vector } from '../../src/core/vectors.ts';
import { parseChanges } from '../../src/rest/parse/change-body.ts';
import { parseChange } from '../../src/rest/parse/changes.ts';
import { change, format, noShard, parsePointColumns, refusal, rule, vectorsAt, wire } from './parsing.ts';

const parseUpsert = parseChange('upsert');

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';

/** What shows of a vector: its numbers, with indices before the values of a sparse one, as rows of a multivector. */
function shown(vector: Vector): unknown {
  const values = [...vector.values];
  if (vector.kind === 'dense') return values;
  if (vector.kind === 'sparse') return { indices: [...vector.indices], values };
  const rows = values.length / vector.dimension;
  return Array.from({ length: rows }, (_, row) => values.slice(row * vector.dimension, (row + 1) * vector.dimension));
}

/** Columns as one plain object a point. */
function rows(points: PointColumns): readonly unknown[] {
  const { ids, payloads, payloadStarts, inferred } = points;
  return Array.from({ length: ids.count }, (_, index) => {
    const payload = Buffer.from(payloads.slice(payloadStarts[index], payloadStarts[index + 1])).toString();
    const vectors = vectorsAt(points, index).map(({ name, vector }) => [name, shown(vector)]);
    const objects = inferred.filter(({ pointIndex }) => pointIndex === index).map(({ name, object }) => [name, object]);
    return [idText(idAt(ids, index)), payload, Object.fromEntries([...vectors, ...objects])];
  });
}

function inferredText(text: string, model: string, options?: string): InferenceObject {
  return { kind: 'text', text, model, options };
}

/** Bodies that are accepted, and the points in them: id, raw payload, vectors by name. */
const ACCEPTED: readonly (readonly [string, readonly unknown[]])[] = [
  ['{"points":[]}', []],
  ['{"points":[{"id":1,"vector":[1,2]}]}', [['1', '', { '': [1, 2] }]]],
  [
    '{"points":[{"vectors":[0.1,-2e3],"id":999999999999999}]}',
    [['999999999999999', '', { '': [Math.fround(0.1), -2000] }]],
  ],
  [
    `{"points":[{"id":1,"vector":[1],"payload":{"a": 1.0000000000000000001}},{"id":"${UUID}","vector":[3],"payload":null},{"id":18446744073709551615,"vector":{},"payload":{}}]}`,
    [
      ['1', '{"a": 1.0000000000000000001}', { '': [1] }],
      [UUID, '', { '': [3] }],
      ['18446744073709551615', '{}', {}],
    ],
  ],
  ['{"points":[{"id":1,"vector":{"":[1,2]}}]}', [['1', '', { '': [1, 2] }]]],
  [
    '{"points":[{"id":1,"vector":[ [1,2] ,[3,4]]}]}',
    [
      [
        '1',
        '',
        {
          '': [
            [1, 2],
            [3, 4],
          ],
        },
      ],
    ],
  ],
  ['{"points":[{"id":1,"vector":{"text":"x","model":"bm25"}}]}', [['1', '', { '': inferredText('x', 'bm25') }]]],
  [
    '{"points":[{"id":1,"vector":{"a":[1,2],"s":{"indices":[4294967295,7 , 16777217],"values":[0.5,1,2]},"m":[[1],[3]],"d":{"text":"x","model":"y","options":{"k": 1.20}},"e":{"indices":[],"values":[]}}}]}',
    [
      [
        '1',
        '',
        {
          a: [1, 2],
          s: { indices: [7, 16_777_217, 4_294_967_295], values: [1, 2, 0.5] },
          m: [[1], [3]],
          d: inferredText('x', 'y', '{"k": 1.20}'),
          e: { indices: [], values: [] },
        },
      ],
    ],
  ],
  [
    '{"points":[{"id":1,"vector":{"i":{"image":{"b":[1]},"model":"y","options":null},"o":{"object":{"payload":{}},"model":"y"}}}]}',
    [
      [
        '1',
        '',
        {
          i: { kind: 'image', text: undefined, model: 'y', options: undefined },
          o: { kind: 'object', text: undefined, model: 'y', options: undefined },
        },
      ],
    ],
  ],
  // Names that points have no order for, and names that mean something elsewhere.
  [
    '{"points":[{"id":1,"vector":{"a":[1],"b":[2]}},{"id":2,"vector":{"b":[3]}},{"id":3,"vector":{"\\u0062":[4],"payload":[[5]],"a":{"indices":[1],"values":[6]}}},{"id":4,"vector":[7]}]}',
    [
      ['1', '', { a: [1], b: [2] }],
      ['2', '', { b: [3] }],
      ['3', '', { b: [4], payload: [[5]], a: { indices: [1], values: [6] } }],
      ['4', '', { '': [7] }],
    ],
  ],
  [
    '{"points":[{"id":1,"vector":{"payload":{"indices":[1],"values":[1]}}}]}',
    [['1', '', { payload: { indices: [1], values: [1] } }]],
  ],
  ['{"points":[{"id":1,"vector":{"a":[1],"a":[[2]]}}]}', [['1', '', { a: [[2]] }]]],
  ['{"points":[{"id":1,"vector":[1]}],"update_mode":"upsert","update_filter":{},"other":1}', [['1', '', { '': [1] }]]],
  [
    '{"points":[{"id":1,"vector":[1]}],"shard_key":null,"update_filter":null,"update_mode":null}',
    [['1', '', { '': [1] }]],
  ],
  // What is given twice counts as given last.
  [
    '{"points":[{"id":9,"id":1,"vector":[1,2],"vector":[3],"payload":{"a":1},"payload":{}}]}',
    [['1', '{}', { '': [3] }]],
  ],
  ['{"points":[{"id":1,"vector":{"a":[1]},"vector":{"b":[3]}}]}', [['1', '', { b: [3] }]]],
  ['{"points":[{"id":1,"vector":[1],"payload":{"a":1},"payload":null}]}', [['1', '', { '': [1] }]]],
  ['{"points":5,"points":[{"id":1,"vector":[1]}]}', [['1', '', { '': [1] }]]],
  ['{"batch":{"ids":[],"vectors":[]},"points":5}', []],
  [
    '{"batch":{"ids":[1,2],"vectors":[[1,2],[3,4]],"payloads":[{"a":1},null]}}',
    [
      ['1', '{"a":1}', { '': [1, 2] }],
      ['2', '', { '': [3, 4] }],
    ],
  ],
  [
    `{"batch":{"ids":[1,"${UUID}"],"vectors":{"":[[1,2],[3,4]],"a":[[1],[[2]]]},"payloads":null}}`,
    [
      ['1', '', { '': [1, 2], a: [1] }],
      [UUID, '', { '': [3, 4], a: [[2]] }],
    ],
  ],
  ['{"batch":{"ids":[1],"vectors":[[[1],[2]]]}}', [['1', '', { '': [[1], [2]] }]]],
  [
    '{"batch":{"ids":[1,2],"vectors":{"s":[{"indices":[3,2],"values":[1,4]},{"text":"a","model":"m"}]}}}',
    [
      ['1', '', { s: { indices: [2, 3], values: [4, 1] } }],
      ['2', '', { s: inferredText('a', 'm') }],
    ],
  ],
];

test('points are read in every form', (t) => {
  for (const [body, expected] of ACCEPTED) t.deepEqual(rows(parsePointColumns(Buffer.from(body))), expected, body);
});

test('columns hold nothing but what they say', (t) => {
  const body = '{"points":[{"id":1,"vector":[1,2],"vector":[3],"payload":{"a":1},"payload":{}}]}';
  const { vectors, payloads } = parsePointColumns(Buffer.from(body));
  t.is(vectors.length, 1);
  t.is(vectors[0]?.values.length, 1);
  t.is(payloads.length, 2);
});

test('the options of an update travel with its points, whether they are read here or elsewhere', async (t) => {
  const body = { points: [{ id: 1, vector: [1] }] };
  const options = { collection: 'c', wait: true, ordering: 'medium', timeoutSeconds: 3 };
  const request = wire(body, { query: 'wait=true&ordering=medium&timeout=3' });
  const here = parseUpsert(request);
  t.false(here instanceof Promise);
  t.like(here, options);
  const there = parseUpsert({ ...request, parseChanges: async (form, bytes) => parseChanges(form, bytes) });
  t.true(there instanceof Promise);
  t.deepEqual(await there, here as UpdatePoints);
});

test('an upsert carries its condition', (t) => {
  const points = [{ id: 1, vector: [1] }];
  const plain = change('upsert', { points });
  t.is(plain.mode, 'upsert');
  t.is(plain.updateFilter, undefined);
  t.is(change('upsert', { points, update_filter: {} }).updateFilter?.must.length, 0);
  for (const mode of ['upsert', 'insert_only', 'update_only'] as const) {
    const given = change('upsert', { points, update_mode: mode, update_filter: { must: { has_id: [7] } } });
    t.is(given.mode, mode);
    t.deepEqual(given.updateFilter?.must, [{ kind: 'has_id', ids: [numberId(7n)] }]);
  }
});

const NO_STRUCT = format('data did not match any variant of untagged enum VectorStruct');
const NO_BATCH = format('data did not match any variant of untagged enum BatchVectorStruct');

function notAnId(shown: string): string {
  return format(`value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID`);
}

function outOfRange(place: string): string {
  return `400 Wrong input: ${place} is out of range: expected a number that fits into 32-bit floating point`;
}

/** The vector of the one point of a body, and the refusal of that. */
const VECTORS: readonly (readonly [string, string])[] = [
  ['5', NO_STRUCT],
  ['null', NO_STRUCT],
  ['"x"', NO_STRUCT],
  ['[1,"a"]', NO_STRUCT],
  ['[1,null]', NO_STRUCT],
  ['[[1],"a"]', NO_STRUCT],
  ['{"a":5}', NO_STRUCT],
  ['{"a":{"text":"x"}}', NO_STRUCT],
  ['{"text":5,"model":"m"}', NO_STRUCT],
  ['{"model":"m"}', NO_STRUCT],
  ['{"model":5,"text":"x"}', NO_STRUCT],
  ['{"s":{"indices":[-1],"values":[1]}}', NO_STRUCT],
  ['{"s":{"indices":[1.5],"values":[1]}}', NO_STRUCT],
  ['{"s":{"indices":[4294967296],"values":[1]}}', NO_STRUCT],
  ['{"s":{"indices":["x"],"values":[1]}}', NO_STRUCT],
  ['{"s":{"indices":[1],"values":5}}', NO_STRUCT],
  ['[]', rule('points[0].vector.vector: dense vector must not be empty')],
  ['{"":[]}', rule('points[0].vector.?.vector: dense vector must not be empty')],
  ['{"a":[]}', rule('points[0].vector.?.vector: dense vector must not be empty')],
  [
    '{"s":{"indices":[1,1],"values":[1]}}',
    rule(
      'points[0].vector.?.values: Validation error: must be the same length as indices [{}]',
      'points[0].vector.?.indices: Validation error: must be unique [{}]',
    ),
  ],
  [
    '{"s":{"indices":[2,1,2],"values":[1,2,3]}}',
    rule('points[0].vector.?.indices: Validation error: must be unique [{}]'),
  ],
  [
    '{"s":{"indices":[],"values":[1]}}',
    rule('points[0].vector.?.values: Validation error: must be the same length as indices [{}]'),
  ],
  ['{"a":{"indices":[1],"values":[1],"model":5}}', 'accepted'],
  ['{"a":{"text":"x","model":"m","options":5}}', NO_STRUCT],
  ['{"text":"x","model":""}', rule('points[0].vector.model: value "" invalid, must be at least 1 characters')],
  ['{"a":{"image":1,"model":""}}', rule('points[0].vector.?.model: value "" invalid, must be at least 1 characters')],
  ['[[]]', rule('points[0].vector.data: all vectors must be non-empty')],
  [
    '{"m":[[1,2],[],[3]]}',
    rule(
      'points[0].vector.?.data: all vectors must be non-empty',
      'points[0].vector.?.data: all vectors must have the same dimension, found vector with dimension 0',
    ),
  ],
  [
    '{"m":[[1,2],[3]]}',
    rule('points[0].vector.?.data: all vectors must have the same dimension, found vector with dimension 1'),
  ],
  ['{"a":[1,1e39]}', outOfRange('points[0].vector.a[1]')],
  ['{"s":{"indices":[1],"values":[1e39]}}', outOfRange('points[0].vector.s[0]')],
  ['[[1],[-1e39]]', outOfRange('points[0].vector[1]')],
  ['[1,1e39]', outOfRange('points[0].vector[1]')],
  ['[-1e39]', outOfRange('points[0].vector[0]')],
];

test('a vector that is none is refused', (t) => {
  for (const [vector, expected] of VECTORS) {
    t.is(refusal(parseUpsert, wire(`{"points":[{"id":1,"vector":${vector}}]}`)), expected, vector);
  }
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['{}', format('Invalid PointInsertOperations format')],
  ['[]', format('Invalid PointInsertOperations format')],
  ['5', format('Invalid PointInsertOperations format')],
  ['{"points":null}', format('invalid type: null, expected a sequence')],
  ['{"points":{}}', format('invalid type: map, expected a sequence')],
  ['{"points":[5,6]}', format('invalid type: integer `5`, expected struct PointStruct')],
  ['{"points":[ -1.5]}', format('invalid type: floating point `-1.5`, expected struct PointStruct')],
  ['{"points":["a"]}', format('invalid type: string "a", expected struct PointStruct')],
  ['{"points":[{"vector":[1]}]}', format('missing field `id`')],
  ['{"points":[{"id":1}]}', format('missing field `vector`')],
  ['{"points":[{"id":{},"vector":[1]}]}', notAnId('Map({})')],
  ['{"points":[{"id":{"payload":{"a":1}},"vector":[1]}]}', notAnId('Map({String("payload"): Map({})})')],
  ['{"points":[{"id":null,"vector":[1]}]}', notAnId('Unit')],
  ['{"points":[{"id":1e3,"vector":[1]}]}', notAnId('1000')],
  ['{"points":[{"id":1e-3,"vector":[1]}]}', notAnId('0.001')],
  ['{"points":[{"id":123456789012345678901,"vector":[1]}]}', notAnId('123456789012345680000')],
  ['{"points":[{"id":1,"vector":[1],"payload":[]}]}', format('invalid type: sequence, expected a map')],
  ['{"points":[{"id":1,"vector":[1],"payload":[1]}]}', format('invalid type: sequence, expected a map')],
  ['{"points":[{"id":1,"vector":[1],"payload":5}]}', format('invalid type: integer `5`, expected a map')],
  ['{"points":[{"id":1,"vector":[1]}]', format('EOF while parsing an object at line 1 column 33')],
  ['{"points":[{"id":1,"vector":[1],"payload":{"a":}}]}', format('expected value at line 1 column 48')],
  ['{"points":[{"id":1,"vector":[1]},{"id":2,"vector":[0,1e39]}]}', outOfRange('points[1].vector[1]')],
  ['{"points":[{"id":1,"vector":[1]}],"shard_key":"a"}', noShard('"a"', 'write')],
  [
    '{"points":[{"id":1,"vector":[1]}],"shard_key":1.5}',
    format('data did not match any variant of untagged enum ShardKeySelector'),
  ],
  [
    '{"points":[{"id":1,"vector":[1]}],"update_mode":"x"}',
    format('unknown variant `x`, expected one of `upsert`, `insert_only`, `update_only`'),
  ],
  ['{"points":[{"id":1,"vector":[1]}],"update_mode":5}', format('invalid type: integer `5`, expected a string')],
  ['{"points":[{"id":1,"vector":[1]}],"update_filter":5}', format('invalid type: integer `5`, expected struct Filter')],
  [
    '{"points":[{"id":1,"vector":[1]}],"update_filter":{"must":[{"key":"a"}]}}',
    rule('update_filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]'),
  ],
  ['{"batch":5}', format('invalid type: integer `5`, expected struct Batch')],
  ['{"batch":[]}', format('invalid type: sequence, expected struct Batch')],
  ['{"batch":{"vectors":[[1]]}}', format('missing field `ids`')],
  ['{"batch":{"ids":[1]}}', format('missing field `vectors`')],
  ['{"batch":{"ids":["x"],"vectors":[[1]]}}', notAnId('x')],
  ['{"batch":{"ids":5,"vectors":[[1]]}}', format('invalid type: integer `5`, expected a sequence')],
  ['{"batch":{"ids":[1],"vectors":5}}', NO_BATCH],
  ['{"batch":{"ids":[1],"vectors":[5]}}', NO_BATCH],
  ['{"batch":{"ids":[1],"vectors":["a"]}}', NO_BATCH],
  ['{"batch":{"ids":[1],"vectors":{"a":5}}}', NO_BATCH],
  // Sparse vectors need a name.
  ['{"batch":{"ids":[1],"vectors":[{"indices":[1],"values":[1]}]}}', NO_BATCH],
  ['{"batch":{"ids":[1],"vectors":{"s":[null]}}}', NO_BATCH],
  ['{"batch":{"ids":[1,2],"vectors":[[1],[[1]]]}}', NO_BATCH],
  [
    '{"batch":{"ids":[1],"vectors":[{"image":"a","model":"m"}]}}',
    '400 Direct Image processing is not supported in top-level batch vectors. Use named vectors.',
  ],
  ['{"batch":{"ids":[1,2],"vectors":[[],[[1]]]}}', rule('batch.vectors.data: multi vector must not be empty')],
  [
    '{"batch":{"ids":[1],"vectors":{"s":[{"indices":[1,1],"values":[1,2]}]}}}',
    rule('batch.vectors.?.indices: Validation error: must be unique [{}]'),
  ],
  ['{"batch":{"ids":[1],"vectors":[[]]}}', rule('batch.batch.vectors: dense vector must not be empty')],
  [
    '{"batch":{"ids":[1],"vectors":[]},"points":[]}',
    rule('batch.batch: number of ids and vectors must be equal (1 != 0)'),
  ],
  [
    '{"batch":{"ids":[1],"vectors":[[1],[2]],"payloads":[{},{}]}}',
    rule(
      'batch.batch: number of ids and vectors must be equal (1 != 2)',
      'batch.batch: number of ids and payloads must be equal (1 != 2)',
    ),
  ],
  [
    '{"batch":{"ids":[1],"vectors":{"a":[[1]],"b":[[1],[2]]}}}',
    rule('batch.batch: number of ids and vectors must be equal (1 != 2)'),
  ],
  ['{"batch":{"ids":[1],"vectors":[[1]],"payloads":[5]}}', format('invalid type: integer `5`, expected a map')],
  [
    '{"batch":{"ids":[1,2],"vectors":[[1],[2]],"payloads":[{},"a"]}}',
    format('invalid type: string "a", expected a map'),
  ],
  ['{"batch":{"ids":[1],"vectors":[[1]],"payloads":{}}}', format('invalid type: map, expected a sequence')],
  ['{"batch":{"ids":[1],"vectors":[[1e39]]}}', outOfRange('points[0].vector[0]')],
];

test('what is wrong with points is said as Qdrant says it: without a position', (t) => {
  for (const [body, expected] of REFUSED) t.is(refusal(parseUpsert, wire(body)), expected, body);
});

test('a body after a very large one is read like any other', (t) => {
  const long = `{"points":[{"id":1,"vector":[${'1,'.repeat(1 << 21)}1]}]}`;
  t.is(parsePointColumns(Buffer.from(long)).vectors[0]?.values.length, (1 << 21) + 1);
  t.deepEqual(rows(parsePointColumns(Buffer.from('{"points":[{"id":1,"vector":[7]}]}'))), [['1', '', { '': [7] }]]);
});
