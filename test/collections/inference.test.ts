import test from 'ava';

import { inferColumns, inferVector, type ThreadCall } from '../../src/collections/inference.ts';
import { numberId } from '../../src/core/ids.ts';
import type { PointColumns } from '../../src/core/requests.ts';
import type { InferenceObject, VectorColumn } from '../../src/core/vectors.ts';
import { BM25_MODULE, bm25, countTermsOnThread } from '../../src/filters/text/bm25.ts';

const document = (text: string, model = 'qdrant/bm25', options?: string): InferenceObject => ({
  kind: 'text',
  model,
  text,
  options,
});

const noThread: ThreadCall = () => Promise.reject(new Error('a thread was asked'));

function points(count: number, vectors: readonly VectorColumn[], inferred: PointColumns['inferred']): PointColumns {
  const ids = { count, kinds: new Uint8Array(count), words: new Uint32Array(count * 4) };
  for (let at = 0; at < count; at++) ids.words[at * 4 + 3] = numberId(BigInt(at)).word3;
  return { ids, vectors, inferred, payloads: new Uint8Array(0), payloadStarts: new Uint32Array(count + 1) };
}

test('documents come into the column of their name, among vectors that were sent', async (t) => {
  const sent: VectorColumn = {
    name: 'text',
    kind: 'sparse',
    has: Uint8Array.of(0, 1, 0, 0),
    starts: Uint32Array.of(0, 0, 2, 2, 2),
    indices: Uint32Array.of(3, 9),
    values: Float32Array.of(0.5, 0.25),
  };
  const dense: VectorColumn = {
    name: 'text',
    kind: 'dense',
    has: new Uint8Array(4),
    starts: new Uint32Array(5),
    values: new Float32Array(0),
  };
  const inferred = [
    { pointIndex: 2, name: 'text', object: document('dogs and cats') },
    { pointIndex: 0, name: 'text', object: document('a dog') },
    { pointIndex: 0, name: 'other', object: document('a dog', 'BM25', '{"k":2}') },
  ];
  const made = await inferColumns(points(4, [sent, dense], inferred), noThread);
  t.deepEqual(made.inferred, []);
  const [cats, dog, other] = [
    bm25('dogs and cats', undefined, 'document'),
    bm25('a dog', undefined, 'document'),
    bm25('a dog', '{"k":2}', 'document'),
  ];
  t.deepEqual(made.vectors, [
    dense,
    {
      name: 'text',
      kind: 'sparse',
      has: Uint8Array.of(1, 1, 1, 0),
      starts: Uint32Array.of(0, 1, 3, 5, 5),
      indices: Uint32Array.of(...dog.indices, 3, 9, ...cats.indices),
      values: Float32Array.of(...dog.values, 0.5, 0.25, ...cats.values),
    },
    {
      name: 'other',
      kind: 'sparse',
      has: Uint8Array.of(1, 0, 0, 0),
      starts: Uint32Array.of(0, 1, 1, 1, 1),
      indices: other.indices,
      values: other.values,
    },
  ]);
});

test('points without such vectors stay as they are', async (t) => {
  const columns = points(1, [], []);
  t.is(await inferColumns(columns, noThread), columns);
});

test('a query counts its terms alike', async (t) => {
  const vector = await inferVector(document('the dogs'), noThread);
  t.deepEqual(vector, { kind: 'sparse', ...bm25('dog', undefined, 'query') });
});

test('long texts go to threads in shares, equal ones once', async (t) => {
  const long = Array.from({ length: 30_000 }, (_, at) => `word${at % 700}`).join(' ');
  const lengths: number[] = [];
  const onThread: ThreadCall = (module, name, argument) => {
    t.is(module, BM25_MODULE);
    t.is(name, 'countTermsOnThread');
    const pieces = structuredClone(argument) as Parameters<typeof countTermsOnThread>[0]['argument'];
    lengths.push(pieces.reduce((sum, { text }) => sum + text.length, 0));
    return Promise.resolve(countTermsOnThread({ argument: pieces, cancelled: new Int32Array(1) }));
  };
  const texts = [long, 'short', long, `${long} more`];
  const inferred = texts.map((text, pointIndex) => ({ pointIndex, name: 'text', object: document(text) }));
  const { vectors } = await inferColumns(points(4, [], inferred), onThread);
  t.is(
    lengths.reduce((sum, length) => sum + length, 0),
    [...new Set(texts)].reduce((sum, text) => sum + text.length, 0),
  );
  t.true(Math.max(...lengths) < 3 << 16);
  const [column] = vectors;
  t.deepEqual(
    column?.values,
    Float32Array.from(texts.flatMap((text) => [...bm25(text, undefined, 'document').values])),
  );
});

const REFUSED: readonly (readonly [string, InferenceObject, string, string])[] = [
  [
    'an unknown model',
    document('x', 'no/such-model'),
    'internal',
    'InferenceService URL not configured - please provide valid address in config',
  ],
  [
    'an image',
    { kind: 'image', model: 'Qdrant/BM25', text: undefined, options: undefined },
    'bad_input',
    'Only text input is supported for Qdrant/BM25.',
  ],
  ['bad options', document('x', 'bm25', '{"k":-1}'), 'bad_input', 'BM25 k must be finite and non-negative, got -1'],
];

for (const [what, object, kind, message] of REFUSED) {
  test(`refuses ${what}`, async (t) => {
    const error = await t.throwsAsync(inferVector(object, noThread), { message });
    t.is((error as unknown as { kind: string }).kind, kind);
  });
}

test('refuses a document as the default vector', async (t) => {
  const inferred = [{ pointIndex: 0, name: '', object: document('x') }];
  await t.throwsAsync(inferColumns(points(1, [], inferred), noThread), {
    message: 'Sparse vector from document inference should be named',
  });
});
