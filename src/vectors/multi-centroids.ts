import * as multiLayout from '../kernels/layout-multi.ts';
import { int8Code } from './field-code.ts';
import { FieldMemory } from './field-memory.ts';
import type { FieldShape } from './field-memory.ts';
import { CentroidIndex } from './multi-memory.ts';
import type { MultiMemory } from './multi-memory.ts';
import { Scratch, assignPieces, runPiece } from './multi-pieces.ts';
import type { CentroidBuild, Clustering } from './multi-pieces.ts';

/**
 * Centroids for each square root of the rows (as in PLAID); of many rows fewer, since a search that compares with more of
 * them spends more than they save (measured with 80,000 and 640,000 rows). Their names are 16 bits.
 */
const CENTROIDS_PER_ROOT = 16;
const MANY_CENTROIDS = 8192;
const MANY_PER_ROOT = 10;
const CENTROIDS_MAX = 65_536;
/** Of fewer centroids all are compared with; more are put into groups of about as many as there are groups. */
const GROUPED_MIN = 512;
/** Rows of the sample for each centroid. */
const SAMPLE_PER_CENTROID = 24;
const ROUNDS = 6;
/** Rounds of choosing groups: the first time, and after each round of choosing centroids. */
const GROUP_ROUNDS_FIRST = 4;
const GROUP_ROUNDS = 1;

/** Number of centroids for as many rows. */
export function centroidCount(rowCount: number): number {
  const root = Math.sqrt(rowCount);
  const most = Math.min(Math.max(MANY_CENTROIDS, MANY_PER_ROOT * root), CENTROIDS_MAX);
  return Math.min(Math.ceil(Math.min(CENTROIDS_PER_ROOT * root, most) / 16) * 16, rowCount);
}

/** Number of groups of as many centroids; 0: none. */
function groupCount(count: number): number {
  return count < GROUPED_MIN ? 0 : Math.ceil(Math.sqrt(count) / 16) * 16;
}

/**
 * Chooses `count` centroids of the first `rowCount` rows by k-means over a sample, in pieces on the background threads. No
 * row is assigned yet. Throws timeout when aborted, internal when a thread fails, insufficient_storage.
 */
export async function trainCentroids(build: CentroidBuild, rowCount: number, count: number): Promise<CentroidIndex> {
  const { memory, shape } = build;
  const { arena } = memory;
  const index = openIndex(memory, shape, rowCount, count);
  const sampleCount = Math.min(count * SAMPLE_PER_CENTROID, rowCount);
  const scratch = new Scratch(arena);
  try {
    const list = scratch.take(sampleCount * 4);
    for (let place = 0; place < sampleCount; place += 1) {
      arena.u32[list / 4 + place] = Math.floor((place * rowCount) / sampleCount);
    }
    const sample: Clustering = {
      field: memory.rows.field,
      near: index.near,
      count,
      unit: build.unit,
      groups: index.groups,
      list,
      names: scratch.take(sampleCount * 2),
      means: scratch.take(count * shape.dimension * 4 + 16),
      sizes: scratch.take(count * 4),
      rowCount: sampleCount,
    };
    const groups = openGroups(index, shape.dimension, scratch);
    await runPiece(build, { ...sample, step: multiLayout.CENTROID_DO_SPREAD });
    for (let round = 0; round <= ROUNDS; round += 1) {
      if (round > 0) {
        await assignPieces(build, sample, 0, sampleCount);
        await runPiece(build, { ...sample, step: multiLayout.CENTROID_DO_MEANS });
      }
      const order = groups === undefined ? 0 : await regroup(build, index, groups, round === 0);
      const target = round === ROUNDS ? index.scored.field : 0;
      await runPiece(build, { ...sample, step: multiLayout.CENTROID_DO_WRITE, order, target });
    }
  } catch (error) {
    // Undone, so that a failure leaves no half of an index.
    index.free();
    throw error;
  } finally {
    scratch.free();
  }
  return index;
}

/** Writes the nearest centroids of rows [start, end), for which there is room. Throws as trainCentroids. */
export async function assignRows(
  build: CentroidBuild,
  index: CentroidIndex,
  start: number,
  end: number,
): Promise<void> {
  const { near, count, groups, assigned } = index;
  const rows = { field: build.memory.rows.field, near, count, unit: build.unit, groups, list: 0 };
  await assignPieces(build, { ...rows, names: assigned.address, means: 0, sizes: 0, rowCount: end }, start, end);
}

/** Centroids without content, with room for as many. */
function openIndex(memory: MultiMemory, shape: FieldShape, rowCount: number, count: number): CentroidIndex {
  const { arena } = memory;
  const { dimension, distance } = shape;
  const plain = { dimension, m: 0, efConstruct: 0, code: int8Code(dimension), remainders: false };
  const near = new FieldMemory(arena, { ...plain, distance: 'Euclid' });
  const scored = new FieldMemory(arena, { ...plain, distance });
  const groups = groupCount(count);
  const centres = groups > 0 ? new FieldMemory(arena, { ...plain, distance: 'Euclid' }) : undefined;
  const parts = centres === undefined ? undefined : { centres, count: groups, starts: memory.openTable(4) };
  const assigned = memory.openTable(2);
  const index = new CentroidIndex({ near, scored, count, groups: parts, assigned, trainedRows: rowCount });
  try {
    near.reserve(count, () => 0);
    scored.reserve(count, () => 0);
    parts?.centres.reserve(groups, () => 0);
    parts?.starts.reserve(groups + 1);
  } catch (error) {
    // Undone, so that a full arena keeps no half of an index.
    index.free();
    throw error;
  }
  return index;
}

interface Groups {
  readonly clustering: Clustering;
  /** Address of u32 centroids, group by group. */
  readonly order: number;
}

/** The clustering of the centroids themselves. */
function openGroups(index: CentroidIndex, dimension: number, scratch: Scratch): Groups | undefined {
  const { groups, near, count } = index;
  if (groups === undefined) return undefined;
  const clustering = {
    field: near.field,
    near: groups.centres,
    count: groups.count,
    unit: false,
    groups: undefined,
    list: 0,
    names: scratch.take(count * 2),
    means: scratch.take(groups.count * dimension * 4 + 16),
    sizes: scratch.take(groups.count * 4),
    rowCount: count,
  };
  return { clustering, order: scratch.take(count * 4) };
}

/** Puts the centroids into groups of near ones; answers the order that they are to be written in. */
async function regroup(build: CentroidBuild, index: CentroidIndex, groups: Groups, first: boolean): Promise<number> {
  const { clustering, order } = groups;
  const { arena } = build.memory;
  const { count } = index;
  if (first) await runPiece(build, { ...clustering, step: multiLayout.CENTROID_DO_SPREAD });
  for (let round = 0; round < (first ? GROUP_ROUNDS_FIRST : GROUP_ROUNDS); round += 1) {
    await assignPieces(build, clustering, 0, count);
    await runPiece(build, { ...clustering, step: multiLayout.CENTROID_DO_MEANS });
  }
  await assignPieces(build, clustering, 0, count);
  const names = new Uint16Array(arena.memory.buffer, clustering.names, count);
  const starts = (index.groups?.starts.address ?? 0) / 4;
  const { u32 } = arena;
  // A counting sort: first how many centroids each group has, then where each group begins.
  const next = new Uint32Array(clustering.count + 1);
  for (const name of names) next[name + 1] = (next[name + 1] ?? 0) + 1;
  for (let group = 0; group < clustering.count; group += 1)
    next[group + 1] = (next[group + 1] ?? 0) + (next[group] ?? 0);
  u32.set(next, starts);
  for (const [centroid, name] of names.entries()) {
    const place = next[name] ?? 0;
    u32[order / 4 + place] = centroid;
    next[name] = place + 1;
  }
  return order;
}
