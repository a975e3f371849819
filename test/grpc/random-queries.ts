import * as fc from 'fast-check';
import type { Json } from './filter-to-wire.ts';
import { all, condition, count, double, filter, float, id, path, point, some, word } from './random-filters.ts';

/** Random REST bodies of queries: every part is well-formed; what may be wrong is how the parts go together. */

const dense = fc.array(float, { minLength: 1, maxLength: 9 });
const multi = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })).chain(([rows, width]) => {
  const row = fc.array(float, { minLength: width, maxLength: width });
  return fc.array(row, { minLength: rows, maxLength: rows });
});
const sparse = fc.uniqueArray(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 6 }).chain((indices) =>
  all({
    indices: fc.constant(indices),
    values: fc.array(float, { minLength: indices.length, maxLength: indices.length }),
  }),
);
const scalar = fc.oneof(word, fc.integer(), fc.constantFrom(0.5, -2.25));
const inference = fc
  .tuple(
    word,
    fc.constantFrom('qdrant/bm25', 'other'),
    fc.option(fc.dictionary(fc.constantFrom('k', 'b', 'ü'), scalar, { minKeys: 1 })),
  )
  .map(([text, model, options]): Json => ({ text, model, ...(options !== null && { options }) }));

/** An id, or a vector that an older form can hold. */
export const olderVector: fc.Arbitrary<Json> = fc.oneof(dense, sparse);
const example: fc.Arbitrary<Json> = fc.oneof(id, dense, multi, sparse, inference);
const examples = fc.array(example, { minLength: 1, maxLength: 3 });
const pairs = fc.array(all({ positive: example, negative: example }), { maxLength: 3 });
export const strategy: fc.Arbitrary<Json> = fc.constantFrom('average_vector', 'best_score', 'sum_scores');

const { expression } = fc.letrec<{ expression: Json }>((tie) => {
  const inner = tie('expression');
  const decay = all({ x: inner }).chain((required) =>
    some({ target: inner, scale: fc.constantFrom(0.5, 100, 0), midpoint: fc.constantFrom(0.25, 1, 0) }).map(
      (rest): Json => ({ ...required, ...rest }),
    ),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      float,
      fc.constantFrom('$score', '$score[2]', '$other', 'a.b', 'a..b'),
      condition,
      all({ geo_distance: all({ origin: point, to: path }) }),
      all({ datetime: fc.constantFrom('2025-01-01T00:00:00Z', '2025-01-01', 'yesterday') }),
      all({ datetime_key: path }),
      all({ mult: fc.array(inner, { maxLength: 3 }) }),
      all({ sum: fc.array(inner, { maxLength: 3 }) }),
      all({ div: all({ left: inner, right: inner, by_zero_default: float }) }),
      all({ div: all({ left: inner, right: inner }) }),
      all({ pow: all({ base: inner, exponent: inner }) }),
      ...['neg', 'abs', 'sqrt', 'exp', 'log10', 'ln'].map((name) => all({ [name]: inner })),
      ...['lin_decay', 'exp_decay', 'gauss_decay'].map((name) => all({ [name]: decay })),
    ),
  };
});

const defaults = fc.oneof(
  some({ $score: fc.integer(), '$score[1]': fc.constantFrom(0.5, -2.25), 'a.b': scalar }),
  fc.constant({ $other: 1 }),
);

const orderBy = fc.oneof(
  path,
  fc
    .tuple(
      path,
      some({
        direction: fc.constantFrom('asc', 'desc'),
        start_from: fc.oneof(fc.integer(), double, fc.constant('2025-01-01T12:00:00.5Z')),
      }),
    )
    .map(([key, rest]): Json => ({ key, ...rest })),
);

const merges = fc.oneof(
  all({ fusion: fc.constantFrom('rrf', 'dbsf') }),
  all({
    rrf: some({ k: fc.integer({ min: 1, max: 1000 }), weights: fc.array(float, { minLength: 1, maxLength: 3 }) }),
  }),
  all({ formula: expression, defaults }),
  all({ formula: expression }),
);

const vectorQueries = fc.oneof(
  example,
  all({ nearest: example }),
  all({ nearest: example, mmr: some({ diversity: fc.constantFrom(0, 0.25, 1), candidates_limit: fc.nat(16_384) }) }),
  all({ recommend: all({ positive: examples }) }),
  all({ recommend: all({ positive: examples, negative: examples, strategy }) }),
  all({ recommend: all({ negative: examples, strategy }) }),
  all({ discover: all({ target: example, context: pairs }) }),
  all({ context: pairs }),
  all({
    relevance_feedback: all({
      target: example,
      feedback: fc.array(all({ example, score: float }), { minLength: 1, maxLength: 3 }),
      strategy: all({ naive: all({ a: float, b: fc.constantFrom(0, 0.5), c: float }) }),
    }),
  }),
);

const query = fc.oneof(vectorQueries, merges, all({ order_by: orderBy }), all({ sample: fc.constant('random') }));

export const params: fc.Arbitrary<Json> = some({
  hnsw_ef: count,
  exact: fc.boolean(),
  indexed_only: fc.boolean(),
  quantization: some({ ignore: fc.boolean(), rescore: fc.boolean(), oversampling: fc.constantFrom(1, 2.5) }),
  acorn: some({ enable: fc.boolean(), max_selectivity: fc.constantFrom(0, 0.4, 1) }),
  idf: fc.oneof(fc.constant('global'), all({ corpus: filter })),
});

export const lookup: fc.Arbitrary<Json> = fc.oneof(all({ collection: word }), all({ collection: word, vector: word }));

const paths = fc.array(path, { maxLength: 3 });
/** What of points is shown. */
export const shown: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  with_payload: fc.oneof(fc.boolean(), paths, all({ include: paths }), all({ exclude: paths })),
  with_vector: fc.oneof(fc.boolean(), fc.array(word)),
};

/** Fields of a step, but for its prefetches. */
const own = {
  query,
  using: fc.constantFrom('', 'x', 'ü'),
  filter,
  params,
  score_threshold: float,
  limit: count,
  lookup_from: lookup,
};

const { prefetch } = fc.letrec<{ prefetch: Json }>((tie) => ({
  prefetch: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'prefetch' },
    some(own),
    some({ ...own, prefetch: fc.oneof(tie('prefetch'), fc.array(tie('prefetch'), { maxLength: 2 })) }),
  ),
}));

/** Bodies of `POST /points/query`. */
export const queryBody: fc.Arbitrary<Record<string, Json>> = some({
  ...own,
  ...shown,
  offset: count,
  prefetch: fc.array(prefetch, { maxLength: 2 }),
});
