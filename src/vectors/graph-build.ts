import type { Compute } from '../compute/compute.ts';
import { VectorizerError } from '../core/errors.ts';
import type { FieldMemory } from './field-memory.ts';

/** Rows in one task: some tens of milliseconds, so that an abort is felt soon and a message costs nothing beside it. */
const BATCH_ROWS = 128;
/** The first rows of a graph are put in by one thread: several would not see each other's. */
const FIRST_ROWS = 512;

/**
 * Share of true neighbours among those by int8 codes, below which codes do not pay. Ordinary data give 0.98 and more and
 * lose no recall; at 0.93 (one coordinate a hundred times the others) up to a point is lost, at 0.86 three.
 */
export const CODES_SHARE_MIN = 0.95;
/** Neighbours that the measurement compares (assembly/measure.ts). */
const MEASURED_NEIGHBOURS = 10;

export interface GraphBuild {
  readonly compute: Compute;
  readonly memory: FieldMemory;
  readonly m: number;
  readonly efConstruct: number;
  readonly signal: AbortSignal;
  /** First row that is not in the graph. */
  readonly start: number;
  /** Rows of the field at this moment. */
  readonly rowCount: () => number;
  /** Called as the rows below `indexed` are in the graph, all of them. */
  readonly advance: (indexed: number) => void;
}

/** Puts rows into the graph in batches on all background threads, until there are no more. */
export async function buildGraph(build: GraphBuild): Promise<void> {
  let next = build.start;
  /** Batches done out of order: first row → row after the last. */
  const done = new Map<number, number>();
  let indexed = build.start;
  const lane = async (): Promise<void> => {
    while (next < build.rowCount()) {
      if (build.signal.aborted) throw new VectorizerError('timeout', 'the building of an index was cancelled');
      const start = next;
      const end = Math.min(start + (start === 0 ? FIRST_ROWS : BATCH_ROWS), build.rowCount());
      next = end;
      await insert(build, start, end);
      done.set(start, end);
      for (let after = done.get(indexed); after !== undefined; after = done.get(indexed)) {
        done.delete(indexed);
        indexed = after;
      }
      build.advance(indexed);
      if (start === 0) break;
    }
  };
  if (next === 0) await chooseCodes(build);
  const first = next === 0 ? await Promise.allSettled([lane()]) : [];
  const others = first.some((result) => result.status === 'rejected') ? 0 : build.compute.backgroundThreads;
  const lanes = [...first, ...(await Promise.allSettled(Array.from({ length: others }, lane)))];
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  // A thread that died may have held lists; all others are done by now.
  build.memory.unlockLists(build.rowCount());
  throw failed.reason;
}

/** Before the first row: does the graph of this data go by int8 codes, or by all 24 bits? */
async function chooseCodes(build: GraphBuild): Promise<void> {
  const { compute, memory } = build;
  if (!memory.hasRemainders) return;
  const rowCount = build.rowCount();
  const shape = { padded: memory.padded, rowCount: 1, beam: 1, links: 1, top: MEASURED_NEIGHBOURS };
  const work = { kind: 'measure', field: memory.field, rowCount, shareMin: CODES_SHARE_MIN } as const;
  await memory.reading(compute.background({ arena: memory.arena, shape, work }));
}

async function insert(build: GraphBuild, start: number, end: number): Promise<void> {
  const { compute, memory, m, efConstruct } = build;
  const rowCount = build.rowCount();
  const links = 2 * m;
  const beam = Math.max(efConstruct, 1) + links + 2;
  const { queryBytes } = memory.code;
  const shape = { padded: memory.padded, rowCount, beam, links, top: 1, queryBytes };
  const work = { kind: 'insert', field: memory.field, start, end, rowCount } as const;
  await memory.reading(compute.background({ arena: memory.arena, shape, work }));
}
