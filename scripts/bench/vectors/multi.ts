/**
 * Multivectors (MaxSim) on one thread against brute force on the same thread: recall, rate, and what they cost.
 *
 *   node scripts/bench/vectors/multi.ts [--quick]
 *
 * The engine's own WASM calls on this thread, by the thread's processor time (others' work on the machine counts little).
 * Brute force is the field's own exact search: every pair of rows by int8 codes in blocks of two rows and four queries,
 * provable bounds, and 24 bits for the points that can still be among the best. It reads a quarter of the bytes that an
 * f32 scan would read, and gives the same answers. Rounds are interleaved; rates are medians of the rounds.
 */
import { Compute } from '../../../src/compute/compute.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import { int8Code } from '../../../src/vectors/field-code.ts';
import { assignRows, centroidCount, trainCentroids } from '../../../src/vectors/multi-centroids.ts';
import { MultiMemory } from '../../../src/vectors/multi-memory.ts';
import { planMulti } from '../../../src/vectors/multi-plan.ts';
import { MultiTask } from '../../../src/vectors/multi-task.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { generateTokens } from './multi-tokens.ts';

const K = 10;
const EFS = [16, 32, 64, 100, 128, 200];
const ROUNDS = 5;
const DIMENSION = 128;
const QUERIES = 200;
const BRUTE_QUERIES = 10;
const SHAPE = { dimension: DIMENSION, distance: 'Cosine', m: 0, efConstruct: 0, remainders: true } as const;

interface Setting {
  readonly documents: number;
  readonly tokens: number;
  readonly queryTokens: number;
}

const SMALL: Setting = { documents: 5000, tokens: 16, queryTokens: 8 };
const LARGE: Setting = { documents: 20_000, tokens: 32, queryTokens: 16 };

const { signal } = new AbortController();

for (const setting of process.argv.includes('--quick') ? [SMALL] : [SMALL, LARGE]) await bench(setting);

async function bench(setting: Setting): Promise<void> {
  const { documents, tokens, queryTokens } = setting;
  const data = generateTokens({
    ...setting,
    dimension: DIMENSION,
    queries: QUERIES,
    seed: 1,
    topics: 2000,
    spread: 0.6,
  });
  console.log(
    `${String(documents)} x ${String(tokens)} x ${String(DIMENSION)}, queries of ${String(queryTokens)} rows`,
  );
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
  const memory = fill(compute, data.base, setting);
  const start = performance.now();
  const index = await buildIndex(compute, memory, documents);
  console.log(
    `  ${String(index)} centroids in ${((performance.now() - start) / 1000).toFixed(1)} s;`,
    `codes ${megabytes(memory.rows.hotBytes)}, tables ${megabytes(memory.tableBytes)},`,
    `remainders ${megabytes(memory.rows.coldBytes)}`,
  );
  const space = new Workspace(memory.arena, { padded: DIMENSION, rowCount: 1, beam: 1, links: 64, top: 1 });
  const size = queryTokens * DIMENSION;
  const search = (query: number, ef: number, exact: boolean): Uint32Array => {
    const values = data.queries.subarray(query * size, (query + 1) * size);
    return searchOnce(memory, space, values, { documents, inner: documents * tokens, ef, exact });
  };
  const truth = Array.from({ length: QUERIES }, (_, query) => search(query, K, true));
  const recalls = EFS.map((ef) =>
    recallOf(
      truth.map((_, query) => search(query, ef, false)),
      truth,
    ),
  );
  const brute: number[] = [];
  const rates = EFS.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    brute.push(rate(BRUTE_QUERIES, (query) => search(query, K, true)));
    for (const [at, ef] of EFS.entries()) rates[at]?.push(rate(QUERIES, (query) => search(query, ef, false)));
  }
  console.log(`  brute force                  ${median(brute).toFixed(1)}/s`);
  for (const [at, ef] of EFS.entries()) {
    const each = rates[at] ?? [];
    const ratio = median(each.map((value, round) => value / (brute[round] ?? 1)));
    console.log(
      `  ef ${String(ef).padEnd(4)} recall@${String(K)} ${(recalls[at] ?? 0).toFixed(3)}   ${median(each).toFixed(0)}/s, ${ratio.toFixed(1)}x`,
    );
  }
  space.free();
  memory.close();
  await compute.close();
}

function fill(compute: Compute, base: Float32Array, { documents, tokens }: Setting): MultiMemory {
  const memory = new MultiMemory(compute.arenas.forField(), { ...SHAPE, code: int8Code(DIMENSION) });
  memory.reserve(documents, documents * tokens);
  memory.rows.quantise(0, base, documents * tokens);
  const starts = memory.starts.address / 4;
  for (let point = 0; point <= documents; point += 1) memory.arena.u32[starts + point] = point * tokens;
  return memory;
}

/** Answers the number of centroids. */
async function buildIndex(compute: Compute, memory: MultiMemory, documents: number): Promise<number> {
  const build = { compute, memory, shape: { ...SHAPE, code: int8Code(DIMENSION) }, unit: false, signal };
  const inner = memory.startOf(documents);
  const index = await trainCentroids(build, inner, centroidCount(inner));
  index.assigned.reserve(inner);
  await assignRows(build, index, 0, inner);
  index.pointCount = documents;
  memory.setCentroids(index);
  return index.count;
}

interface Asked {
  readonly documents: number;
  readonly inner: number;
  readonly ef: number;
  readonly exact: boolean;
}

function searchOnce(memory: MultiMemory, space: Workspace, query: Float32Array, asked: Asked): Uint32Array {
  const { documents, inner, ef, exact } = asked;
  const quantization = { ignore: false, rescore: undefined, oversampling: undefined };
  const plan = planMulti(
    { query, k: K, ef, exact, indexedOnly: false, quantization, filter: undefined },
    {
      dimension: DIMENSION,
      rowCount: documents,
      deadCount: 0,
      innerCount: inner,
      indexedCount: memory.centroids?.pointCount ?? 0,
      centroidCount: memory.centroids?.count ?? 0,
      scoring: { code: layout.CODE_INT8, whole: false, remainders: true, wide: false, quantization: undefined },
    },
  );
  const task = new MultiTask(memory, plan, DIMENSION, 'Cosine');
  memory.arena.kernels.search(task.address, space.address);
  const rows = task.hits()?.rows ?? new Uint32Array(0);
  task.free();
  return rows;
}

/** Queries a second of this thread's processor time. */
function rate(count: number, run: (query: number) => unknown): number {
  const before = process.threadCpuUsage();
  for (let query = 0; query < count; query += 1) run(query);
  const { user, system } = process.threadCpuUsage(before);
  return (count * 1e6) / (user + system);
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

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
