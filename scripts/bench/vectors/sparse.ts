/**
 * Sparse vectors: the engine against a plain loop in TypeScript, one thread each, in one process and turn by turn.
 * `node scripts/bench/vectors/sparse.ts [--documents 200000] [--words 60] [--rows 100000] [--queries 500] [--rounds 5]`
 * Documents are texts of this machine as `qdrant/bm25` makes vectors of them; rows are 100 of 30,000 terms by Zipf's law.
 * Every answer is compared with the plain one's. Of each query the quickest of the rounds counts.
 */
import { parseArgs } from 'node:util';
import { Arenas } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import * as sparseLayout from '../../../src/kernels/layout-sparse.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import { SparseMemory } from '../../../src/vectors/sparse-memory.ts';
import { SparseTask, sparseShape } from '../../../src/vectors/sparse-task.ts';
import { uniformSource } from '../data.ts';
import { PlainIndex } from './plain-sparse.ts';
import { drawQueries, passages, zipfRows } from './sparse-data.ts';
import type { SparseData, SparseQuery } from './sparse-data.ts';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '200000' },
    words: { type: 'string', default: '60' },
    rows: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
  },
});
const K = 10;
const count = Number(values.queries);
const rounds = Number(values.rounds);
/** f32 sums in another order. */
const TOLERANCE = 1e-5;

const DATATYPES = [
  ['float32', sparseLayout.SPARSE_FLOAT32],
  ['float16', sparseLayout.SPARSE_FLOAT16],
  ['uint8', sparseLayout.SPARSE_UINT8],
] as const;

const documents = passages(Number(values.documents), Number(values.words));
measure('BM25 documents', documents, [
  ['3-10 terms by document frequency', drawQueries(documents, { count, lengths: [3, 10], together: false })],
  ['3-10 terms of one document', drawQueries(documents, { count, lengths: [3, 10], together: true })],
]);
const zipf = zipfRows(Number(values.rows), 100, 30_000);
const chance = uniformSource(9);
const weigh = (): number => 1 - chance();
measure('Zipf rows', zipf, [
  ['8 terms by frequency', drawQueries(zipf, { count, lengths: [8, 8], together: false }, weigh)],
  ['30-100 terms of one row', drawQueries(zipf, { count: count / 10, lengths: [30, 100], together: true }, weigh)],
]);

type QuerySet = readonly [name: string, queries: readonly SparseQuery[]];

function measure(name: string, data: SparseData, sets: readonly QuerySet[]): void {
  const plain = new PlainIndex(data, K);
  for (const [datatype, kind] of DATATYPES) {
    const arena = new Arenas(compileKernels()).forField();
    const memory = new SparseMemory(arena, kind);
    const started = performance.now();
    memory.append(0, data, () => undefined);
    // As SparseField.buildIndex does.
    while (!memory.buildDense(data.rowCount));
    const appendNs = ((performance.now() - started) * 1e6) / data.indices.length;
    const space = new Workspace(arena, sparseShape(K));
    const bytes = (memory.postingBytes + memory.tableBytes) / data.indices.length;
    console.log(
      `${name}, ${datatype}: ${data.rowCount} rows, ${data.indices.length} postings, ${bytes.toFixed(2)} bytes a posting, ${appendNs.toFixed(0)} ns to append one`,
    );
    const search = (query: SparseQuery): Float32Array => {
      const { indices, weights } = query;
      const plan = { indices, weights, k: K, rowStart: 0, rowEnd: data.rowCount, filter: undefined };
      const task = new SparseTask(memory, plan);
      arena.kernels.search(task.address, space.address);
      const { scores } = task.hits();
      task.free();
      return scores;
    };
    for (const [set, queries] of sets) compare(set, queries, search, datatype === 'float32' ? plain : undefined);
  }
}

function compare(
  name: string,
  queries: readonly SparseQuery[],
  search: (query: SparseQuery) => Float32Array,
  plain: PlainIndex | undefined,
): void {
  const ours = new Float64Array(queries.length).fill(Infinity);
  const theirs = new Float64Array(queries.length).fill(Infinity);
  let different = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, query] of queries.entries()) {
      const begun = performance.now();
      const scores = search(query);
      const between = performance.now();
      ours[at] = Math.min(ours[at] ?? 0, between - begun);
      if (plain === undefined) continue;
      const wanted = plain.search(query);
      theirs[at] = Math.min(theirs[at] ?? 0, performance.now() - between);
      if (!isSame(scores, wanted)) different += 1;
    }
  }
  if (plain === undefined) {
    console.log(`  ${name}: ${timesOf(ours)}`);
    return;
  }
  const ratio = (sum(theirs) / sum(ours)).toFixed(2);
  console.log(
    `  ${name}: ${timesOf(ours)}; plain ${timesOf(theirs)}: ${ratio} times as quick; ${different} of ${queries.length * rounds} answers differ`,
  );
}

function isSame(scores: Float32Array, wanted: Float32Array): boolean {
  return (
    scores.length === wanted.length &&
    scores.every((score, at) => Math.abs(score - (wanted[at] ?? NaN)) <= TOLERANCE * score)
  );
}

function sum(times: Float64Array): number {
  return times.reduce((total, time) => total + time, 0);
}

function timesOf(times: Float64Array): string {
  const sorted = times.toSorted();
  const at = (share: number): string => ((sorted[Math.floor(sorted.length * share)] ?? 0) * 1000).toFixed(0);
  return `${Math.round((times.length * 1000) / sum(times))}/s (p50 ${at(0.5)} µs, p99 ${at(0.99)} µs)`;
}
