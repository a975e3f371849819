/**
 * Multivectors (MaxSim) on one search thread against brute force on the same thread: recall, rate, and what they cost.
 *
 *   node scripts/bench/vectors/multi.ts [--quick]
 *
 * Brute force is the field's own exact search: every pair of rows by int8 codes in blocks of two rows and four queries,
 * provable bounds, and 24 bits for the points that can still be among the best. It reads a quarter of the bytes that an
 * f32 scan would read, and gives the same answers. Rounds are interleaved; rates are medians of the rounds.
 */
import { Compute } from '../../../src/compute/compute.ts';
import { MultiField } from '../../../src/vectors/multi-field.ts';
import { generateTokens } from './multi-tokens.ts';
import type { TokenData } from './multi-tokens.ts';

const K = 10;
const IN_FLIGHT = 8;
const EFS = [16, 32, 64, 100, 128, 200];
const ROUNDS = 5;

interface Setting {
  readonly documents: number;
  readonly tokens: number;
  readonly queryTokens: number;
}

const SETTINGS: readonly Setting[] = process.argv.includes('--quick')
  ? [{ documents: 5000, tokens: 16, queryTokens: 8 }]
  : [
      { documents: 5000, tokens: 16, queryTokens: 8 },
      { documents: 20_000, tokens: 32, queryTokens: 16 },
    ];
const DIMENSION = 128;
const QUERIES = 200;
const BRUTE_QUERIES = 20;

const { signal } = new AbortController();

for (const setting of SETTINGS) await bench(setting);

async function bench(setting: Setting): Promise<void> {
  const { documents, tokens, queryTokens } = setting;
  const shape = { dimension: DIMENSION, queries: QUERIES, seed: 1, topics: 2000, spread: 0.6 };
  const data = generateTokens({ ...setting, ...shape });
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
  const field = MultiField.open(compute, {
    ...{ dimension: DIMENSION, distance: 'Cosine', datatype: 'float32' },
    ...{ quantization: undefined, remainders: true, indexed: true },
  });
  console.log(
    `${String(documents)} x ${String(tokens)} x ${String(DIMENSION)}, queries of ${String(queryTokens)} rows, k ${String(K)}`,
  );
  const appended = performance.now();
  append(field, data, setting);
  const built = performance.now();
  await field.buildIndex({ signal });
  const { codes, index, originals } = field.memory;
  console.log(
    `  appended in ${seconds(built - appended)}, index in ${seconds(performance.now() - built)};`,
    `codes ${megabytes(codes)}, index ${megabytes(index)}, remainders ${megabytes(originals)}`,
  );
  const search = async (query: number, ef: number, exact: boolean): Promise<Uint32Array> => {
    const size = queryTokens * DIMENSION;
    const quantization = { ignore: false, rescore: undefined, oversampling: undefined };
    const hits = await field.search({
      ...{ query: data.queries.slice(query * size, (query + 1) * size), k: K, ef, exact, indexedOnly: false },
      ...{ quantization, filter: undefined, signal },
    });
    return hits.rows;
  };
  const truth = await inFlight(QUERIES, (query) => search(query, K, true));
  const brute: number[] = [];
  const rates = EFS.map((): number[] => []);
  const recalls: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    brute.push(await rate(BRUTE_QUERIES, (query) => search(query, K, true)));
    for (const [at, ef] of EFS.entries()) {
      rates[at]?.push(await rate(QUERIES, (query) => search(query, ef, false)));
      if (round === 0) recalls.push(recallOf(await inFlight(QUERIES, (query) => search(query, ef, false)), truth));
    }
  }
  console.log(`  brute force  ${median(brute).toFixed(1)}/s`);
  for (const [at, ef] of EFS.entries()) {
    const each = rates[at] ?? [];
    const ratio = median(each.map((value, round) => value / (brute[round] ?? 1)));
    console.log(
      `  ef ${String(ef).padEnd(5)} recall ${(recalls[at] ?? 0).toFixed(3)}  ${median(each).toFixed(0)}/s  ${ratio.toFixed(1)}x`,
    );
  }
  field.close();
  await compute.close();
}

function append(field: MultiField, data: TokenData, { documents, tokens }: Setting): void {
  const at = 500;
  for (let first = 0; first < documents; first += at) {
    const count = Math.min(at, documents - first);
    const starts = Uint32Array.from({ length: count + 1 }, (_, row) => row * tokens);
    const size = tokens * DIMENSION;
    field.append(starts, data.base.subarray(first * size, (first + count) * size), count);
  }
}

/** Runs all queries, a few at a time; answers by query. */
async function inFlight<Answer>(count: number, run: (query: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const query = next;
      next += 1;
      answers[query] = await run(query);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return answers;
}

/** Queries a second. */
async function rate(count: number, run: (query: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await inFlight(count, run);
  return (count * 1000) / (performance.now() - start);
}

function recallOf(found: readonly Uint32Array[], truth: readonly Uint32Array[]): number {
  let hits = 0;
  for (const [query, rows] of found.entries()) {
    const wanted = new Set(truth[query]);
    for (const row of rows) if (wanted.has(row)) hits += 1;
  }
  return hits / (truth.length * K);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
