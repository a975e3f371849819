import test from 'ava';
import * as fc from 'fast-check';
import * as collections from '../../generated/collections.js';
import { Value } from '../../generated/json_with_int.js';
import * as points from '../../generated/points.js';
import * as common from '../../generated/qdrant_common.js';
import * as snapshots from '../../generated/snapshots_service.js';
import { BinaryReader, BinaryWriter, decodeFailure } from '../../generated/wire.js';

/** The decoders that ts-proto made, as `npm run generate` has made them strict: prost is the model. */

interface Codec {
  encode(message: unknown): BinaryWriter;
  decode(reader: BinaryReader): unknown;
}

const CODECS: ReadonlyMap<string, Codec> = new Map(
  [collections, points, common, snapshots].flatMap((module) =>
    Object.entries(module as Readonly<Record<string, unknown>>).filter((entry): entry is [string, Codec] => {
      const [, value] = entry;
      return typeof value === 'object' && value !== null && 'decode' in value;
    }),
  ),
);

/** What decoding these bytes fails with; undefined = nothing. Throws what is no failure of the bytes. */
function failureOf(codec: Pick<Codec, 'decode'>, bytes: Uint8Array): string | undefined {
  try {
    codec.decode(new BinaryReader(bytes));
    return undefined;
  } catch (error) {
    const failure = decodeFailure(error);
    if (failure === undefined) throw error;
    return failure;
  }
}

test('any bytes are a message or a failure of the bytes, for every message', (t) => {
  t.true(CODECS.size > 250, `${CODECS.size} messages`);
  const names = fc.constantFrom(...CODECS.keys());
  const bytes = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(names, bytes, (name, bytes) => {
      const codec = CODECS.get(name);
      if (codec !== undefined) failureOf(codec, bytes);
    }),
    { numRuns: 20_000 },
  );
  t.pass();
});

const query: points.QueryPoints = points.QueryPoints.decode(
  new BinaryReader(
    points.QueryPoints.encode({
      ...points.QueryPoints.decode(new BinaryReader(new Uint8Array(0))),
      collectionName: 'c',
      query: {
        variant: {
          $case: 'nearest',
          value: { variant: { $case: 'dense', value: { data: Float32Array.of(1, 2, 3) } } },
        },
      },
      limit: 10n,
      filter: { must: [], should: [], mustNot: [], minShould: undefined },
    }).finish(),
  ),
);

test('a message that is cut anywhere is refused, but where a field ends', (t) => {
  const whole = points.QueryPoints.encode(query).finish();
  t.is(failureOf(points.QueryPoints, whole), undefined);
  let refused = 0;
  for (let length = 1; length < whole.length; length++) {
    const failure = failureOf(points.QueryPoints, whole.subarray(0, length));
    if (failure !== undefined) refused++;
  }
  t.true(refused > whole.length * 0.8, `${refused} of ${whole.length}`);
});

const PREFIX = 'failed to decode Protobuf message: ';
const FAILURES: Readonly<Record<string, readonly [readonly number[], string]>> = {
  'a text that is a number': [
    [8, 1],
    'QueryPoints.collection_name: invalid wire type: Varint (expected LengthDelimited)',
  ],
  'a number that is a message': [[66, 0], 'QueryPoints.limit: invalid wire type: LengthDelimited (expected Varint)'],
  'floats as doubles': [
    [26, 7, 10, 5, 18, 3, 9, 0, 0],
    'DenseVector.data: invalid wire type: SixtyFourBit (expected ThirtyTwoBit)',
  ],
  'field 0': [[0, 0], 'invalid tag value: 0'],
  'the end of a group that never began': [[0x84, 0x06], 'unexpected end group tag'],
  'a wire type that there is none of': [[0x86, 0x06], 'invalid wire type value: 6'],
  'a wire type that there is none of, at a known field': [[0x0f], 'invalid wire type value: 7'],
  'a text longer than the message': [[10, 200, 1, 65], 'buffer underflow'],
  'an unknown field longer than the message': [[0x82, 0x06, 100], 'buffer underflow'],
  'a varint that does not end': [[64, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], 'invalid varint'],
  'a text that is no UTF-8': [[10, 2, 0xc3, 0x28], 'invalid string value: data is not UTF-8 encoded'],
  'a submessage that ends within its field': [[42, 2, 0x82, 0x06, 3, 0, 0, 0], 'delimited length exceeded'],
};

for (const [name, [bytes, failure]] of Object.entries(FAILURES)) {
  test(`refused: ${name}`, (t) => {
    t.is(failureOf(points.QueryPoints, Uint8Array.from(bytes)), PREFIX + failure);
  });
}

test('messages within messages: 100 levels are read, more are refused', (t) => {
  const nested = (levels: number): Uint8Array => {
    let bytes = Value.encode({ kind: { $case: 'boolValue', value: true } }).finish();
    for (let level = 1; level < levels; level += 2) {
      const list = new BinaryWriter().uint32(10).bytes(bytes).finish();
      bytes = new BinaryWriter().uint32(58).bytes(list).finish();
    }
    return bytes;
  };
  t.is(failureOf(Value, nested(99)), undefined);
  t.is(failureOf(Value, nested(103)), `${PREFIX}recursion limit reached`);
  t.is(failureOf(Value, nested(100_000)), `${PREFIX}recursion limit reached`);
});

test('unknown fields of every wire type are stepped over', (t) => {
  const writer = new BinaryWriter();
  writer.tag(900, 0).uint32(7).tag(901, 1).double(1).tag(902, 2).string('x').tag(903, 5).float(1);
  writer.tag(904, 3).tag(1, 0).uint32(5).tag(904, 4);
  writer.raw(points.QueryPoints.encode(query).finish());
  t.deepEqual(points.QueryPoints.decode(new BinaryReader(writer.finish())), query);
});

test('floats are read packed, one by one, and in several pieces', (t) => {
  const values = [0, 1.5, -2, Number.NaN, Infinity, 3e-40].map(Math.fround);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.array(fc.constantFrom(...values), { maxLength: 5 }))), (pieces) => {
      const writer = new BinaryWriter();
      for (const [isPacked, piece] of pieces) {
        if (isPacked) writer.uint32(10).bytes(new Uint8Array(Float32Array.from(piece).buffer));
        else for (const value of piece) writer.uint32(13).float(value);
      }
      const { data } = points.DenseVector.decode(new BinaryReader(writer.finish()));
      t.deepEqual(
        [...data],
        pieces.flatMap(([, piece]) => piece),
      );
    }),
  );
});

test('texts of every length and script come back as they were', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (collectionName) => {
      const bytes = points.QueryPoints.encode({ ...query, collectionName }).finish();
      t.is(points.QueryPoints.decode(new BinaryReader(bytes)).collectionName, collectionName);
    }),
  );
});

test('an entry of a map without a value has the empty one: so prost writes what is by default', (t) => {
  const { map } = collections.SparseVectorConfig.decode(new BinaryReader(Uint8Array.of(10, 3, 10, 1, 115)));
  t.deepEqual([...map.keys()], ['s']);
  t.deepEqual(map.get('s'), collections.SparseVectorParams.decode(new BinaryReader(new Uint8Array(0))));
});

test('64-bit integers keep every digit', (t) => {
  for (const value of [0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    const bytes = common.PointId.encode({ pointIdOptions: { $case: 'num', value } }).finish();
    t.deepEqual(common.PointId.decode(new BinaryReader(bytes)).pointIdOptions, { $case: 'num', value });
  }
  for (const value of [-(2n ** 63n), -1n, 2n ** 63n - 1n]) {
    const bytes = Value.encode({ kind: { $case: 'integerValue', value } }).finish();
    t.deepEqual(Value.decode(new BinaryReader(bytes)).kind, { $case: 'integerValue', value });
  }
});
