import test, { type ExecutionContext } from 'ava';
import type { Example } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { idText } from '../../src/core/ids.ts';
import { columns, configOf, CONTEXT, idOf, PARAMS, queryOf, READ, upsertOf, WAIT } from './house.ts';
import { denseConfig, type PlainVector, sparseConfig } from './plain-vectors.ts';
import {
  answerOf,
  checkContent,
  checkSearch,
  collectionOf,
  createField,
  deleteField,
  deleteVectors,
  filterOf,
  updateVectors,
  upsert,
  type VectorGround,
  withVectors,
} from './vector-ground.ts';
import type { GivenPoint, VectorTarget } from './vector-model.ts';

/** Searches of named vectors: by examples, from other collections, with the rarity of other points; and what is refused. */

const CONFIG = configOf(
  [denseConfig('', 2, 'Dot'), denseConfig('far', 2, 'Euclid'), denseConfig('rows', 2, 'Dot', { multivector: true })],
  [sparseConfig('words'), sparseConfig('rare', { modifier: 'idf' })],
  { maxOptimizationThreads: 0 },
);
const WORDS = { indices: [1, 2], values: [1, 1] };

/** The `n` of even ids is 0, that of odd ones 1. */
const POINTS: readonly GivenPoint[] = [
  {
    id: 1,
    n: 1,
    vectors: { '': [1, 0], far: [0, 0], rows: [[1, 0]], words: WORDS, rare: { indices: [1, 2], values: [1, 1] } },
  },
  {
    id: 2,
    n: 0,
    vectors: {
      '': [2, 1],
      far: [3, 4],
      rows: [
        [0, 1],
        [2, 2],
      ],
      rare: { indices: [1], values: [2] },
    },
  },
  { id: 3, n: 1, vectors: { '': [0, 5], far: [6, 8], words: { indices: [2, 9], values: [3, 1] } } },
  { id: 4, n: 0, vectors: { rare: { indices: [2, 3], values: [1, 1] } } },
  { id: 5, n: 1, vectors: {} },
];

async function hits(ground: VectorGround, query: QueryPoints): Promise<(readonly [number, number])[]> {
  const [found = []] = await collectionOf(ground).query(CONTEXT, { collection: 'c', queries: [query], ...READ });
  return found.map(({ id, score }) => [Number(idText(id)), score] as const);
}

/** A query without a vector of its own. */
function queryBy(example: Example, changes: Partial<QueryPoints>): QueryPoints {
  return { ...queryOf([]), query: { kind: 'nearest', example, mmr: undefined }, ...changes };
}

function withPoints(t: ExecutionContext, run: (ground: VectorGround) => Promise<void>): Promise<void> {
  t.timeout(60_000);
  return withVectors(CONFIG, async (ground) => {
    await upsert(ground, POINTS);
    await run(ground);
  });
}

test('a point as an example: its vector of the name that is searched, itself left out', (t) =>
  withPoints(t, async (ground) => {
    const by = (id: number, using: string) => hits(ground, queryBy({ kind: 'id', id: idOf(id) }, { using }));
    t.deepEqual(await by(1, ''), [
      [2, 2],
      [3, 0],
    ]);
    t.deepEqual(await by(1, 'far'), [
      [2, 5],
      [3, 10],
    ]);
    t.deepEqual(await by(2, 'rows'), [[1, 2]]);
    t.deepEqual(await by(1, 'words'), [[3, 3]]);
    t.is(await answerOf(by(4, 'words')), 'not_found: Vector with name "words" for point not found');
    t.is(await answerOf(by(77, 'words')), 'not_found: No point with id 77 found');
    t.is(await answerOf(by(1, 'none')), 'bad_input: Not existing vector name error: none');
  }));

test('an example of another collection under another name is not left out', (t) =>
  withPoints(t, async (ground) => {
    const { database } = ground.house;
    await database.create('other', configOf([denseConfig('its', 2, 'Dot')], [sparseConfig('theirs')]));
    const example = { id: 1, vectors: { its: [0, 1], theirs: { indices: [9], values: [2] } } };
    await database.collection('other').update(CONTEXT, upsertOf('other', [example]));
    const by = (using: string, vector: string | undefined, collection = 'other') =>
      hits(ground, queryBy({ kind: 'id', id: idOf(1) }, { using, lookupFrom: { collection, vector } }));
    t.deepEqual(await by('', 'its'), [
      [3, 5],
      [2, 1],
      [1, 0],
    ]);
    t.deepEqual(await by('words', 'theirs'), [[3, 2]]);
    t.is(await answerOf(by('words', undefined)), 'bad_input: Not existing vector name error: words');
    t.is(await answerOf(by('words', 'its')), 'bad_input: Conversion between sparse and regular vectors failed');
    t.is(await answerOf(by('words', 'its', 'none')), 'not_found: Collection none not found');
  }));

test('rarity is that of all live vectors of the name, or of those of a corpus', (t) =>
  withPoints(t, async (ground) => {
    const rarity = (count: number, frequency: number): number =>
      Math.log((count - frequency + 0.5) / (frequency + 0.5) + 1);
    const rounded = (scores: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
      scores.map(([id, score]) => [id, Math.round(score * 1e5)] as const).toSorted(([a], [b]) => a - b);
    const ask = async (corpus: VectorTarget | undefined): Promise<(readonly [number, number])[]> => {
      const params = { ...PARAMS, idfCorpus: corpus === undefined ? undefined : filterOf(corpus) };
      return rounded(await hits(ground, queryOf({ indices: [1, 3], values: [1, 1] }, { using: 'rare', params })));
    };
    const expected = (one: number, three: number): (readonly [number, number])[] =>
      rounded([
        [1, one],
        [2, 2 * one],
        [4, three],
      ]);
    t.deepEqual(await ask(undefined), expected(rarity(3, 2), rarity(3, 1)));
    t.deepEqual(await ask({ n: 0 }), expected(rarity(2, 1), rarity(2, 1)));
    t.deepEqual(await ask({ n: 1 }), expected(rarity(1, 1), rarity(1, 0)));
    await deleteVectors(ground, { ids: [1] }, ['rare']);
    t.deepEqual(
      await ask(undefined),
      expected(rarity(2, 1), rarity(2, 1)).filter(([id]) => id !== 1),
    );
    const corpus = { ...PARAMS, idfCorpus: filterOf({ n: 0 }) };
    t.regex(await answerOf(hits(ground, queryOf(WORDS, { using: 'words', params: corpus }))), /IDF modifier/);
    t.regex(await answerOf(hits(ground, queryOf([1, 2], { params: corpus }))), /IDF modifier/);
  }));

test('a query of another kind or size is refused', (t) =>
  withPoints(t, async (ground) => {
    const refusal = (query: PlainVector, using: string): Promise<string> =>
      answerOf(hits(ground, queryOf(query, { using })));
    t.is(await refusal([1, 2, 3], 'far'), 'bad_input: Vector dimension error: expected dim: 2, got 3');
    t.is(await refusal([[1, 2, 3]], 'rows'), 'bad_input: Vector dimension error: expected dim: 2, got 3');
    t.is(await refusal(WORDS, 'far'), 'bad_input: Conversion between sparse and regular vectors failed');
    t.is(await refusal([1, 2], 'words'), 'bad_input: Conversion between sparse and regular vectors failed');
    t.is(await refusal([[1, 2]], 'far'), 'bad_input: Conversion between multi and regular vectors failed');
    t.is(await refusal([1, 2], 'none'), 'bad_input: Not existing vector name error: none');
    t.regex(await refusal([1, Number.NaN], 'far'), /not a finite number/);
    t.regex(await refusal({ indices: [1], values: [Infinity] }, 'words'), /not a finite number/);
    t.deepEqual(
      await hits(ground, queryOf([1, 1], { using: 'rows' })),
      [
        [2, 4],
        [1, 1],
      ],
      'one row is a query of rows',
    );
    t.deepEqual(await hits(ground, queryOf({ indices: [], values: [] }, { using: 'words' })), []);
  }));

test('what is refused leaves everything as it was', (t) =>
  withPoints(t, async (ground) => {
    const collection = collectionOf(ground);
    const fifty = (bad: Record<string, PlainVector>): GivenPoint[] =>
      Array.from({ length: 50 }, (_, id) => ({ id, n: 9, vectors: id === 40 ? bad : { '': [7, 7], words: WORDS } }));
    const bad: readonly Record<string, PlainVector>[] = [
      { '': [1, 2, 3] },
      { far: [1] },
      { rows: [[1, 2, 3]] },
      { none: [1, 2] },
      { none: WORDS },
      { words: [1, 2] },
      { far: WORDS },
      { far: [[1, 2]] },
      { far: [1, Number.NaN] },
      {
        rows: [
          [1, 2],
          [Infinity, 2],
        ],
      },
      { rare: { indices: [1], values: [-Infinity] } },
    ];
    for (const vectors of bad) {
      const points = (): ReturnType<typeof columns> =>
        columns(fifty(vectors).map(({ id, vectors }) => ({ id, vectors })));
      for (const wait of [true, false]) {
        const upserted = { kind: 'upsert', points: points(), mode: 'upsert', updateFilter: undefined } as const;
        const updated = { kind: 'update_vectors', points: points(), updateFilter: undefined } as const;
        for (const change of [upserted, updated])
          t.regex(
            await answerOf(collection.update(CONTEXT, { collection: 'c', change, ...WAIT, wait })),
            /^bad_input: /,
          );
      }
    }
    await deleteVectors(ground, { ids: [1, 2] }, ['words', 'none']);
    await createField(ground, { kind: 'dense', ...denseConfig('far', 3, 'Euclid') });
    await createField(ground, { kind: 'dense', ...denseConfig('words', 3, 'Euclid') });
    await checkContent(ground);
    t.is(collection.info().status, 'green');
  }));

test('after a field has gone its name is unknown to every request, until it comes again', (t) =>
  withPoints(t, async (ground) => {
    await deleteField(ground, 'far');
    const unknown = 'bad_input: Not existing vector name error: far';
    const collection = collectionOf(ground);
    const withVector = { kind: 'names', names: ['far'] } as const;
    const none = { kind: 'none' } as const;
    t.is(await answerOf(hits(ground, queryOf([1, 2], { using: 'far' }))), unknown);
    t.is(await answerOf(hits(ground, queryOf([1, 2], { withVector }))), unknown);
    t.is(
      await answerOf(
        collection.retrieve(CONTEXT, { collection: 'c', ids: [idOf(1)], withPayload: none, withVector, ...READ }),
      ),
      unknown,
    );
    await deleteVectors(ground, { ids: [1] }, ['far']);
    await checkContent(ground);
    await createField(ground, { kind: 'sparse', ...sparseConfig('far') });
    t.deepEqual(await hits(ground, queryOf(WORDS, { using: 'far' })), []);
    await updateVectors(ground, [{ id: 5, n: 0, vectors: { far: WORDS } }]);
    t.deepEqual(await hits(ground, queryOf(WORDS, { using: 'far' })), [[5, 2]]);
    await checkContent(ground);
  }));

// Found by the model test: a term that can only lower a score was left out of it.
test('a sparse score is the sum of all terms, also of those that lower it', (t) =>
  withPoints(t, async (ground) => {
    const words = { indices: [1, 5, 8], values: [1.3, -1.9, -1.2] };
    await upsert(ground, [{ id: 1, n: 0, vectors: { words } }]);
    for (const limit of [1, 2, 10]) {
      const query = { indices: [1, 8], values: [1, 1.2] };
      await checkSearch(ground, { name: 'words', query, target: undefined, limit, exact: true });
      await checkSearch(ground, { name: 'words', query, target: { n: 0 }, limit, exact: false });
    }
    t.pass();
  }));
