import { uniformSource } from '../data.ts';
import { AUTHORS, NUMBER_END } from '../filters/library.ts';
import { rowJson } from '../server/bodies.ts';
import { STAMP } from './distinct-requests.ts';
import type { LibraryPoints } from './library-points.ts';

/** Decimals of a vector's first number that stay as they are; the others are stamped. */
const KEPT_DECIMALS = 4;
const EXAMPLES = 10;
const PAIRS = 4;

/** What a body says beside what it is about. */
export interface BodyWords {
  /** JSON of `params`, behind a comma; '' = none. */
  readonly params: string;
}

const NO_WORDS: BodyWords = { params: '' };

/** Bodies of each kind of query; the same index gives the same body. */
export interface QueryBodies {
  readonly nearest: (index: number, limit: number) => string;
  readonly sparse: (index: number, limit: number) => string;
  /** 100 of each vector, fused by rank. */
  readonly hybrid: (index: number) => string;
  readonly batch: (index: number, count: number) => string;
  /** Five positive and five negative points, drawn at random. */
  readonly recommend: (index: number, words?: BodyWords) => string;
  /** A vector, and four pairs of points drawn at random. */
  readonly discover: (index: number, words?: BodyWords) => string;
  readonly mmr: (index: number) => string;
  readonly groups: (index: number) => string;
  readonly formula: (index: number) => string;
  readonly matrix: (sample: number, limit: number) => string;
  readonly explain: (index: number) => string;
}

export function queryBodies({ rows, dense, sparseQueries }: LibraryPoints): QueryBodies {
  const { queries, dimension } = dense;
  const vectors = Array.from({ length: queries.length / dimension }, (_, row) =>
    stamped(rowJson(queries, row, dimension).toString('latin1')),
  );
  const terms = sparseQueries.map(({ indices, weights }) => {
    const values = Array.from(weights, (weight) => weight.toFixed(6));
    return `{"indices":[${indices.join(',')}],"values":[${stamped(values.join(','))}]}`;
  });
  const vector = (index: number): string => `[${vectors[index % vectors.length]}]`;
  const ids = (index: number, count: number): readonly number[] => {
    const chance = uniformSource(index);
    return Array.from({ length: count }, () => Math.floor(chance() * rows));
  };
  const leaf = (index: number, limit: number): string => `{"query":${vector(index)},"using":"dense","limit":${limit}}`;
  const sparse = (index: number, limit: number): string =>
    `{"query":${terms[index % terms.length]},"using":"sparse","limit":${limit}}`;
  const searched = (index: number): string => leaf(index, 10).slice(0, -1);
  const prefetched = (index: number): string => `"prefetch":[${leaf(index, 100)},${sparse(index, 100)}]`;
  return {
    nearest: leaf,
    sparse,
    hybrid: (index) => `{${prefetched(index)},"query":{"fusion":"rrf"},"limit":10}`,
    batch: (index, count) =>
      `{"searches":[${Array.from({ length: count }, (_, at) => leaf(index * count + at, 10)).join(',')}]}`,
    recommend: (index, { params } = NO_WORDS) => {
      const examples = ids(index, EXAMPLES);
      const [positive, negative] = [examples.slice(0, EXAMPLES / 2), examples.slice(EXAMPLES / 2)];
      const recommend = { positive, negative, strategy: 'best_score' };
      return `{"query":${JSON.stringify({ recommend })},"using":"dense","limit":10${params}}`;
    },
    discover: (index, { params } = NO_WORDS) => {
      const examples = ids(index, 2 * PAIRS);
      const context = Array.from({ length: PAIRS }, (_, at) => ({
        positive: examples[2 * at],
        negative: examples[2 * at + 1],
      }));
      const asked = `{"discover":{"target":${vector(index)},"context":${JSON.stringify(context)}}}`;
      return `{"query":${asked},"using":"dense","limit":10${params}}`;
    },
    mmr: (index) =>
      `{"query":{"nearest":${vector(index)},"mmr":{"diversity":0.5,"candidates_limit":100}},"using":"dense","limit":10}`,
    groups: (index) => `${searched(index)},"group_by":"author","group_size":3}`,
    formula: (index) => `{"prefetch":${leaf(index, 100)},"query":{"formula":${formula(index)}},"limit":10}`,
    matrix: (sample, limit) => `{"sample":${sample},"limit":${limit},"using":"dense"}`,
    explain: (index) =>
      `{${prefetched(index)},"query":{"fusion":"rrf"},"limit":10,"why_not":[${ids(index, 1).join()}]}`,
  };
}

/** A boost for one author and a decay by the year, over two indexed fields. */
function formula(index: number): string {
  const author = { key: 'author', match: { value: `a${index % AUTHORS}` } };
  const decay = { exp_decay: { x: 'year', target: index % NUMBER_END, scale: NUMBER_END / 4 } };
  return JSON.stringify({ sum: ['$score', { mult: [0.5, author] }, { mult: [0.2, decay] }] });
}

/** Marks late decimals of the first of some numbers. */
function stamped(numbers: string): string {
  const kept = numbers.indexOf('.') + 1 + KEPT_DECIMALS;
  const end = numbers.indexOf(',');
  return `${numbers.slice(0, kept)}${STAMP}${numbers.slice(end)}`;
}
