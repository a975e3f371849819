import { uniformSource } from '../data.ts';
import { machineDocuments, wordsOf } from './machine-text.ts';

/** Distinct values of `author`, by Zipf's law: the first has a seventh of the points. */
export const AUTHORS = 1000;
/** Distinct values of `shelf`, which no index is made for. */
export const SHELVES = 5000;
/** `year` and `price` are uniform below this; `price` has no index. */
export const NUMBER_END = 100_000;

/** Fields of the payloads that the bench has indexed. */
export const INDEXES: readonly (readonly [field: string, schema: string])[] = [
  ['author', 'keyword'],
  ['year', 'integer'],
  ['text', 'text'],
];

const WORDS_EACH = 50;

/** Payloads of about 600 bytes each, always the same. */
export interface Library {
  readonly payload: (row: number) => string;
  /** Two words that stand together in a document, another pair for each index. */
  readonly wordPair: (index: number) => string;
}

export function openLibrary(rows: number): Library {
  const documents = machineDocuments(rows, WORDS_EACH);
  const uniform = uniformSource(41);
  const cumulative = zipfShares(AUTHORS);
  const drawn = Float64Array.from({ length: rows * 3 }, uniform);
  const number = (row: number, which: number, end: number): number => Math.floor((drawn[row * 3 + which] ?? 0) * end);
  const payload = (row: number): string => {
    const author = cumulative.findIndex((share) => share >= (drawn[row * 3] ?? 0));
    const year = number(row, 1, NUMBER_END);
    const price = number(row, 2, NUMBER_END);
    return JSON.stringify({
      author: `a${author}`,
      year,
      text: documents[row],
      shelf: `s${(row * 7919) % SHELVES}`,
      price,
      tags: [`t${row % 7}`, `t${row % 11}`],
      lent: new Date(1_600_000_000_000 + year * 1000).toISOString(),
      place: { lon: year / 1000, lat: price / 2000 },
      url: `https://example.org/libraries/central/books/${row}?edition=${row % 5}&language=english`,
      note: 'returned in good condition, two pages loose, to be bound again',
    });
  };
  const wordPair = (index: number): string => {
    const words = wordsOf(documents[(index * 7919) % rows] ?? '');
    return `${words[index % words.length]} ${words[(index * 31 + 7) % words.length]}`;
  };
  return { payload, wordPair };
}

/** Cumulative shares of ranks 1 … count, each 1 / rank. */
function zipfShares(count: number): Float64Array {
  const shares = new Float64Array(count);
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) {
    sum += 1 / rank;
    shares[rank - 1] = sum;
  }
  return shares.map((share) => share / sum);
}
