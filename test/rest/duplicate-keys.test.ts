import test from 'ava';

import { idAt, idText } from '../../src/core/ids.ts';
import { parsePointColumns } from './parsing.ts';

/** Qdrant reads an upsert into a JSON map first: of a key that comes twice the last one counts. */
test('of a key that a point gives twice the last one counts', (t) => {
  const uuid = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
  const body = `{"points":[
    {"id":"${uuid}","id":4294967297,"vector":[1,2,3],"vector":[4,5],"payload":{"a":1},"payload":{"b":2}},
    {"id":1,"id":"${uuid}","vector":[6,7],"payload":{"c":3},"payload":null}]}`;
  const { ids, vectors, payloads, payloadStarts } = parsePointColumns(Buffer.from(body));
  t.deepEqual([idText(idAt(ids, 0)), idText(idAt(ids, 1))], ['4294967297', uuid]);
  t.is(vectors.length, 1);
  t.deepEqual(vectors[0]?.values, Float32Array.of(4, 5, 6, 7));
  t.deepEqual(vectors[0]?.starts, Uint32Array.of(0, 2, 4));
  t.is(Buffer.from(payloads).toString(), '{"b":2}');
  t.deepEqual([...payloadStarts], [0, 7, 7]);
});
