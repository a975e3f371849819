import test from 'ava';

import { EVERYTHING } from '../../src/core/filter.ts';
import { idColumn, numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { PointChange, PointsTarget } from '../../src/core/requests.ts';
import type { Vector } from '../../src/core/vectors.ts';
import { parseChange, parseUpdates } from '../../src/rest/parse/changes.ts';
import { change, format, noShard, refusal, rule, vectorsAt, wire } from './parsing.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const NO_SELECTOR = format('data did not match any variant of untagged enum PointsSelector');
const NO_SHARD_KEY = 'data did not match any variant of untagged enum ShardKeySelector';
const NO_UPDATE = 'data did not match any variant of untagged enum UpdateOperation';
const EMPTY_FIELD = '__all__: Validation error: At least one field condition must be specified [{}]';
const NO_TARGET = format('Either list of point ids or filter must be provided');

function ids(...numbers: readonly number[]): PointsTarget {
  return { kind: 'ids', ids: idColumn(numbers.map((number) => numberId(BigInt(number)))) };
}

function notAnId(shown: string, column: number): string {
  return format(
    `value ${shown} is not a valid point ID, valid values are either an unsigned integer or a UUID at line 1 column ${column}`,
  );
}

const ALL: PointsTarget = { kind: 'filter', filter: EVERYTHING };

/** Bodies of the routes, and the changes that they ask for, payloads as text. */
const ACCEPTED: readonly (readonly [PointChange['kind'], string, object])[] = [
  ['delete', '{"points":[1,2],"shard_key":null}', { target: ids(1, 2) }],
  ['delete', '{"points":[]}', { target: ids() }],
  ['delete', '{"points":[1],"filter":{"x":1}}', { target: ids(1) }],
  ['delete', '{"points":"x","filter":{}}', { target: ALL }],
  ['delete', '{"filter":{"must":null}}', { target: ALL }],
  ['clear_payload', '{"points":[3]}', { target: ids(3) }],
  ['clear_payload', '{"filter":{}}', { target: ALL }],
  ['set_payload', '{"payload":{"a": 1.00},"points":[1]}', { payload: '{"a": 1.00}', target: ids(1), key: undefined }],
  ['set_payload', '{"points":[1],"filter":{},"payload":{}}', { payload: '{}', target: ids(1), key: undefined }],
  [
    'set_payload',
    '{"points":null,"filter":{},"payload":{},"key":null}',
    { payload: '{}', target: ALL, key: undefined },
  ],
  ['set_payload', '{"key":"a[].b","filter":{},"payload":{}}', { payload: '{}', target: ALL, key: jsonPath('a[].b') }],
  ['overwrite_payload', '{"payload":{"a":null},"points":[1],"key":"a"}', { payload: '{"a":null}', target: ids(1) }],
  ['delete_payload', '{"keys":["a","b.c"],"points":[1]}', { keys: [jsonPath('a'), jsonPath('b.c')], target: ids(1) }],
  ['delete_payload', '{"keys":[],"filter":{}}', { keys: [], target: ALL }],
  [
    'delete_vectors',
    '{"vector":["","a",""],"points":[1]}',
    { names: ['', 'a'], ids: (ids(1) as { ids: unknown }).ids, filter: undefined },
  ],
  ['delete_vectors', '{"vectors":["a"],"filter":{}}', { names: ['a'], ids: undefined, filter: EVERYTHING }],
];

test('a change is read in every form', (t) => {
  for (const [kind, body, expected] of ACCEPTED) {
    const given = change(kind, body);
    const shown = 'payload' in given ? { ...given, payload: Buffer.from(given.payload).toString() } : given;
    t.deepEqual(shown as unknown, { kind, ...expected }, body);
  }
});

test('ids of both kinds', (t) => {
  const { target } = change('set_payload', { payload: {}, points: [7, UUID] });
  t.deepEqual(target, { kind: 'ids', ids: idColumn([numberId(7n), parseUuidId(UUID) as PointId]) });
});

test('payload has its bytes to itself', (t) => {
  const { payload } = change('set_payload', { points: [1], payload: { a: 1 } });
  t.is(payload.buffer.byteLength, payload.length);
});

test('vectors of points are updated as columns', (t) => {
  const body = `{"points":[{"id":1,"vector":[1,2]},{"vectors":{"":[3,4],"a":[5]},"id":"${UUID}"}],"update_filter":{}}`;
  const { points, updateFilter } = change('update_vectors', body);
  t.deepEqual(points.ids, idColumn([numberId(1n), parseUuidId(UUID) as PointId]));
  const dense = (...values: number[]): Vector => ({ kind: 'dense', values: Float32Array.from(values) });
  t.deepEqual(vectorsAt(points, 0), [{ name: '', vector: dense(1, 2) }]);
  t.deepEqual(vectorsAt(points, 1), [
    { name: '', vector: dense(3, 4) },
    { name: 'a', vector: dense(5) },
  ]);
  t.deepEqual([...points.payloadStarts], [0, 0, 0]);
  t.deepEqual(updateFilter, EVERYTHING);
  t.is(change('update_vectors', { points: [{ id: 1, vector: [1] }], update_filter: null }).updateFilter, undefined);
});

const COUNTED = '{"points":[1],"payload":{"a":1},"filter":';

/** Bodies of the routes that are refused; positions as serde_json 1.0 has them. */
const REFUSED: readonly (readonly [PointChange['kind'], string, string])[] = [
  ['delete', '{}', NO_SELECTOR],
  ['delete', '[1]', NO_SELECTOR],
  ['delete', '{"points":["x"]}', NO_SELECTOR],
  ['delete', '{"filter":{"x":[]}}', NO_SELECTOR],
  ['delete', '{"points":[1],"shard_key":"x"}', noShard('"x"', 'write')],
  ['delete', '{"points":[1],"shard_key":true}', NO_SELECTOR],
  ['clear_payload', '{"filter":{},"shard_key":{"target":"b","fallback":7}}', noShard('7', 'write')],
  ['set_payload', '{"payload":{},"points":[1],"shard_key":[7,"a"]}', noShard('7', 'write')],
  ['set_payload', '{"payload":{},"points":[1],"shard_key":[7,null]}', format(`${NO_SHARD_KEY} at line 1 column 48`)],
  ['set_payload', '{"payload":{},"points":[1],"shard_key":["a",7]}', noShard('"a"', 'write')],
  ['set_payload', '{"payload":{},"points":[1],"shard_key":[]}', 'accepted'],
  ['delete_payload', '{"shard_key":-1,"keys":[],"points":[1]}', format(`${NO_SHARD_KEY} at line 1 column 15`)],
  ['delete', '{"points":[1]', format('EOF while parsing an object at line 1 column 13')],
  ['delete', '{"filter":{"must":{"key":"a"}}}', rule(`filter.must[0].${EMPTY_FIELD}`)],
  ['clear_payload', '{"points":[1.5]}', NO_SELECTOR],
  ['set_payload', '{"points":[1]}', format('missing field `payload` at line 1 column 14')],
  ['set_payload', '{"payload":{"a":2}}', NO_TARGET],
  ['set_payload', '{"payload":{"a":2}} x', NO_TARGET],
  ['set_payload', '{"payload":{},"points":null,"filter":null}', NO_TARGET],
  ['set_payload', '{"payload":{},"points":[1]} x', format('trailing characters at line 1 column 29')],
  ['set_payload', `${COUNTED}5}`, format('invalid type: integer `5`, expected struct Filter at line 1 column 42')],
  [
    'set_payload',
    '{"points":[1],"filter":{"bogus" : []},"payload":{"a":1}}',
    format('unknown field `bogus`, expected one of `should`, `min_should`, `must`, `must_not` at line 1 column 32'),
  ],
  ['set_payload', `${COUNTED}{"must":{"key":"a"}}}`, rule(`filter.must[0].${EMPTY_FIELD}`)],
  [
    'set_payload',
    '{"points":[1],"filter":{"must":[{"key":"a","range":5}]},"payload":{"a":1}}',
    format('Invalid type integer `5`. Expected struct Range at line 1 column 55'),
  ],
  ['set_payload', '{"points":["x"],"payload":{"a":1}}', notAnId('x', 15)],
  ['set_payload', '{"points":["x" , 2],"payload":{"a":1}}', notAnId('x', 17)],
  ['set_payload', '{"points":[1.5 , 2],"payload":{"a":1}}', notAnId('1.5', 17)],
  ['set_payload', '{"points":[1, 2 , -3 ],"payload":{"a":1}}', notAnId('-3', 22)],
  [
    'set_payload',
    '{"points":5,"payload":{"a":1}}',
    format('invalid type: integer `5`, expected a sequence at line 1 column 11'),
  ],
  [
    'set_payload',
    '{"points":{},"payload":{"a":1}}',
    format('invalid type: map, expected a sequence at line 1 column 10'),
  ],
  [
    'set_payload',
    '{"points":[1],"payload":5}',
    format('invalid type: integer `5`, expected a map at line 1 column 25'),
  ],
  ['set_payload', '{"points":[1],"payload":[]}', format('invalid type: sequence, expected a map at line 1 column 24')],
  ['set_payload', '{"points":[1],"payload":null}', format('invalid type: null, expected a map at line 1 column 28')],
  ['set_payload', '{"points":[1],"payload":{"a":}}', format('expected value at line 1 column 30')],
  ['set_payload', '{"payload":{},"key":5}', format('invalid type: integer `5`, expected a string at line 1 column 21')],
  ['set_payload', '{"payload":{},"key":"a b" }', format("Invalid json path: 'a b' at line 1 column 27")],
  ['set_payload', '{"key":"a b","payload":{}}', format("Invalid json path: 'a b' at line 1 column 12")],
  ['set_payload', '{"payload":{},"payload":{}}', format('duplicate field `payload` at line 1 column 23')],
  [
    'set_payload',
    '[]',
    format('invalid length 0, expected struct SetPayloadShadow with 5 elements at line 1 column 2'),
  ],
  // A list is taken for the fields in their order.
  ['set_payload', '[5, 6]', format('invalid type: integer `5`, expected a map at line 1 column 2')],
  ['set_payload', '["a"]', format('invalid type: string "a", expected a map at line 1 column 4')],
  ['set_payload', '[{"a":1} , 5]', format('invalid type: integer `5`, expected a sequence at line 1 column 12')],
  [
    'set_payload',
    '[{"a":1},[1]]',
    format('invalid length 2, expected struct SetPayloadShadow with 5 elements at line 1 column 13'),
  ],
  ['set_payload', '[{"a":1},[1],null,null,null', format('EOF while parsing a list at line 1 column 27')],
  ['set_payload', '[{"a":1},[1],null,null,null , 5]', format('trailing characters at line 1 column 31')],
  ['set_payload', '[{"a":1},[1],null,null,null]', 'accepted'],
  // What is whole is looked at before what breaks off behind it.
  ['set_payload', '{"payload":{},"points":["x"', notAnId('x', 27)],
  ['set_payload', '{"payload":{},"key":{"a":', format('invalid type: map, expected a string at line 1 column 20')],
  ['set_payload', '5', format('invalid type: integer `5`, expected struct SetPayloadShadow at line 1 column 1')],
  ['overwrite_payload', '{}', format('missing field `payload` at line 1 column 2')],
  ['delete_payload', '{"points":[1]}', format('missing field `keys` at line 1 column 14')],
  ['delete_payload', '{"keys":["a"]}', NO_TARGET],
  ['delete_payload', '{"keys":5}', format('invalid type: integer `5`, expected a sequence at line 1 column 9')],
  ['delete_payload', '{"keys":["a b", "c"],"points":[1]}', format("Invalid json path: 'a b' at line 1 column 16")],
  ['delete_payload', '{"keys":["c","a b"],"points":[1]}', format("Invalid json path: 'a b' at line 1 column 19")],
  [
    'delete_payload',
    '{"keys":["c",5],"points":[1]}',
    format('invalid type: integer `5`, expected a string at line 1 column 14'),
  ],
  [
    'delete_payload',
    '{"keys":[5],"points":[1]}',
    format('invalid type: integer `5`, expected a string at line 1 column 10'),
  ],
  ['update_vectors', '{}', format('missing field `points` at line 1 column 2')],
  ['update_vectors', '{"points":[]}', rule('points: must specify points to update')],
  ['update_vectors', '{"points":[{"id":1}]}', format('missing field `vector` at line 1 column 19')],
  ['update_vectors', '{"points":[{"vector":[1]}]}', format('missing field `id` at line 1 column 25')],
  ['update_vectors', '{"points":[{"id":"x","vector":[1]}]}', notAnId('x', 20)],
  ['update_vectors', '{"points":[{"id":"x" , "vector":[1]}]}', notAnId('x', 21)],
  ['update_vectors', '{"points":[{"vector":[1],"id":"x"}]}', notAnId('x', 34)],
  [
    'update_vectors',
    '{"points":[{"id":1,"vector":"x"},{"id":1}]}',
    format('data did not match any variant of untagged enum VectorStruct at line 1 column 32'),
  ],
  [
    'update_vectors',
    '{"points":[5]}',
    format('invalid type: integer `5`, expected struct PointVectors at line 1 column 12'),
  ],
  [
    'update_vectors',
    '{"points":["x"]}',
    format('invalid type: string "x", expected struct PointVectors at line 1 column 14'),
  ],
  [
    'update_vectors',
    '{"points":[{"id":1,"vector":{}}]}',
    rule('points[0].vector: must specify vectors to update for point'),
  ],
  [
    'update_vectors',
    '{"points":[{"id":1,"vector":[]}]}',
    rule('points[0].vector: must specify vectors to update for point'),
  ],
  ['update_vectors', '{"points":[{"id":1,"vector":[1]}],"shard_key":"a"}', noShard('"a"', 'write')],
  [
    'update_vectors',
    '{"points":[{"id":1,"vector":{"a":[]}}]}',
    rule('points[0].?.vector: dense vector must not be empty'),
  ],
  [
    'update_vectors',
    '{"points":[{"id":1,"vector":{"s":{"indices":[1,1],"values":[1,1]}}}]}',
    rule('points[0].?.indices: Validation error: must be unique [{}]'),
  ],
  ['update_vectors', '{"points":[{"id":1,"vector":[[]]}]}', rule('points[0].data: all vectors must be non-empty')],
  ['delete_vectors', '{"points":[1]}', format('missing field `vector` at line 1 column 14')],
  ['delete_vectors', '{"vector":5}', format('invalid type: integer `5`, expected a sequence at line 1 column 11')],
  ['delete_vectors', '{"vector":[5]}', format('invalid type: integer `5`, expected a string at line 1 column 12')],
  ['delete_vectors', '{"points":[1],"vector":[]}', rule('vector: must specify vector names to delete')],
  ['delete_vectors', '{"vector":["a"]}', '400 Bad request: No filter or points provided'],
  ['delete_vectors', '{"vectors":["a"],"vector":["a"]}', format('duplicate field `vector` at line 1 column 25')],
];

test('what is wrong with a change is said as Qdrant says it', (t) => {
  for (const [kind, body, expected] of REFUSED)
    t.is(refusal(parseChange(kind), wire(body)), expected, `${kind} ${body}`);
});

test('a batch keeps the order of its changes', async (t) => {
  const operations = [
    { upsert: { points: [{ id: 1, vector: [1] }] } },
    { delete: { points: [1] } },
    { set_payload: { payload: {}, points: [1] } },
    { overwrite_payload: { payload: {}, filter: {} } },
    { delete_payload: { keys: ['a'], points: [1] } },
    { clear_payload: { filter: {} } },
    { update_vectors: { points: [{ id: 1, vector: [1] }] } },
    { delete_vectors: { points: [1], vector: [''] } },
  ];
  const request = wire({ operations }, { query: 'wait=true&ordering=strong&timeout=1' });
  const { changes, ...options } = await parseUpdates(request);
  t.deepEqual(options, { collection: 'c', wait: true, ordering: 'strong', timeoutSeconds: 1 });
  t.deepEqual(
    changes.map(({ kind }) => kind),
    operations.map((operation) => Object.keys(operation)[0]) as PointChange['kind'][],
  );
  const elsewhere = parseUpdates({ ...request, parseChanges: async () => changes });
  t.true(elsewhere instanceof Promise);
  t.deepEqual((await elsewhere).changes, changes);
  t.deepEqual((await parseUpdates(wire({ operations: [] }))).changes, []);
});

const BATCHES: readonly (readonly [string, string])[] = [
  ['{}', format('missing field `operations` at line 1 column 2')],
  ['[]', format('invalid length 0, expected struct UpdateOperations with 1 element at line 1 column 2')],
  ['{"operations":5}', format('invalid type: integer `5`, expected a sequence at line 1 column 15')],
  ['{"operations":[{"nope":1}]}', format(`${NO_UPDATE} at line 1 column 26`)],
  ['{"operations":[{"nope":1} , {"nope":1}]}', format(`${NO_UPDATE} at line 1 column 28`)],
  ['{"operations":[5]}', format(`${NO_UPDATE} at line 1 column 17`)],
  ['{"operations":[5,6]}', format(`${NO_UPDATE} at line 1 column 17`)],
  ['{"operations":[{"set_payload":{"payload":{}}}]}', format(`${NO_UPDATE} at line 1 column 46`)],
  ['{"operations":[{"upsert":{}}]}', format(`${NO_UPDATE} at line 1 column 29`)],
  ['{"operations":[{"delete":{"points":[1]}', format('EOF while parsing an object at line 1 column 39')],
  ['{"operations":[{"delete":{}, "upsert":{"points":[]}}]}', 'accepted'],
  [
    '{"operations":[{"delete":{"points":[1]}},{"delete":{"filter":{"must":[{"key":"a"}]}}}]}',
    rule(`operations[1].delete.filter.must[0].${EMPTY_FIELD}`),
  ],
  [
    '{"operations":[{"upsert":{"batch":{"ids":[1],"vectors":[]}}}]}',
    rule('operations[0].upsert.batch.batch: number of ids and vectors must be equal (1 != 0)'),
  ],
  ['{"operations":[{"delete":{"points":[1],"shard_key":1}}]}', noShard('1', 'write')],
];

test('what is wrong with a batch is said as Qdrant says it', (t) => {
  for (const [body, expected] of BATCHES) t.is(refusal(parseUpdates, wire(body)), expected, body);
});
