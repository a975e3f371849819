import { dataDamaged } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import type { FieldMemory } from './field-memory.ts';

/** The bytes of a graph (docs/format-graph.md): header, levels, entry lists. All numbers little endian. */
const MAGIC = 0x48505247; // 'GRPH'
const VERSION = 1;
const HEADER_BYTES = 32;
/** Rows of one chunk. */
const CHUNK_ROWS = 4096;
/** Rows looked through for one chunk of upper lists: one in m has any. */
const UPPER_ROWS = 32_768;

export interface GraphShape {
  readonly dimension: number;
  readonly m: number;
}

export interface GraphExport {
  readonly indexedCount: number;
  readonly byteLength: number;
  readonly chunks: Iterable<Uint8Array>;
}

/** A parsed graph, from which rows take their links as they are appended. */
export interface ImportedGraph {
  readonly rowCount: number;
  readonly entry: number;
  readonly wide: boolean;
  /** Level of a row of the graph, or undefined beyond it. */
  levelOf(row: number): number | undefined;
  /** Writes the links of rows [start, end) into their lists. */
  restore(memory: FieldMemory, start: number, end: number): void;
}

export function exportGraph(memory: FieldMemory | undefined, options: GraphShape, rowCount: number): GraphExport {
  if (memory === undefined || rowCount === 0) return { indexedCount: 0, byteLength: 0, chunks: [] };
  const levels = memory.copyLevels(rowCount);
  const upperCount = levels.reduce((sum, level) => sum + level, 0);
  const byteLength =
    HEADER_BYTES + paddedBytes(rowCount) + rowCount * (options.m * 2 + 1) * 4 + upperCount * (options.m + 1) * 4;
  return { indexedCount: rowCount, byteLength, chunks: chunksOf(memory, options, levels) };
}

function* chunksOf(memory: FieldMemory, options: GraphShape, levels: Uint8Array): Generator<Uint8Array> {
  const rowCount = levels.length;
  const entry = memory.readWord(layout.FIELD_ENTRY);
  // A walk may begin at a row that is not exported yet: then at the highest that is.
  const start = entry < rowCount ? entry : levels.indexOf(levels.reduce((a, b) => Math.max(a, b), 0));
  const wide = memory.readWord(layout.FIELD_WIDE);
  yield words([MAGIC, VERSION, options.dimension, options.m, rowCount, start, wide, 0]);
  const padded = new Uint8Array(paddedBytes(rowCount));
  padded.set(levels);
  yield padded;
  for (let first = 0; first < rowCount; first += CHUNK_ROWS) {
    yield lists(memory, options.m * 2, 0, range(first, Math.min(first + CHUNK_ROWS, rowCount)), rowCount);
  }
  for (let first = 0; first < rowCount; first += UPPER_ROWS) {
    const upper = upperLists(memory, options.m, levels, first);
    if (upper.length > 0) yield upper;
  }
}

/** The lists above level 0 of the rows from `first` on that have any. */
function upperLists(memory: FieldMemory, m: number, levels: Uint8Array, first: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let row = first; row < Math.min(first + UPPER_ROWS, levels.length); row += 1) {
    for (let level = 1; level <= (levels[row] ?? 0); level += 1) {
      parts.push(lists(memory, m, level, [row], levels.length));
    }
  }
  return Buffer.concat(parts);
}

/** The lists of some rows on a level, in slots of the same length; links to rows that are not exported are left out. */
function lists(
  memory: FieldMemory,
  limit: number,
  level: number,
  rows: readonly number[],
  rowCount: number,
): Uint8Array {
  const out = new Uint32Array(rows.length * (limit + 1));
  const { u32 } = memory.arena;
  for (const [index, row] of rows.entries()) {
    const list = memory.linkList(row, level) / 4;
    const count = Atomics.load(u32, list) & ~layout.LINKS_LOCKED;
    const slot = index * (limit + 1);
    let kept = 0;
    for (let at = 1; at <= count; at += 1) {
      const link = u32[list + at] ?? rowCount;
      if (link < rowCount) out[slot + (kept += 1)] = link;
    }
    out[slot] = kept;
  }
  return new Uint8Array(out.buffer);
}

/** Reads a graph and checks all of it. Throws data_damaged. */
export function parseGraph(bytes: Uint8Array, options: GraphShape): ImportedGraph | undefined {
  if (bytes.length === 0) return undefined;
  const damaged = (offset: number, finding: string): Error => dataDamaged(`graph at byte ${String(offset)}`, finding);
  if (bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) throw damaged(0, 'is cut short');
  // Copied where needed: words must lie at a multiple of four.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const view = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const [magic = 0, version = 0, dimension = 0, m = 0, rowCount = 0, entry = 0, wide = 0] = view;
  if (magic !== MAGIC || version !== VERSION) throw damaged(0, 'is not a graph of version 1');
  if (dimension !== options.dimension || m !== options.m) throw damaged(8, 'belongs to a field with other parameters');
  if (rowCount === 0 || rowCount > layout.ROW_LIMIT || entry >= rowCount || wide > 1)
    throw damaged(16, 'has an impossible header');
  const levels = aligned.subarray(HEADER_BYTES, HEADER_BYTES + rowCount);
  const lowest = (HEADER_BYTES + paddedBytes(rowCount)) / 4;
  const lowestStride = m * 2 + 1;
  const upper = lowest + rowCount * lowestStride;
  const upperStride = m + 1;
  /** Word at which a row's upper lists begin. */
  const upperStarts = new Map<number, number>();
  let at = upper;
  for (const [row, level] of levels.entries()) {
    if (level > layout.LEVEL_MAX) throw damaged(HEADER_BYTES + row, 'has a level out of range');
    if (level > 0) upperStarts.set(row, at);
    at += level * upperStride;
  }
  if (levels.length < rowCount || at !== view.length) throw damaged(bytes.length, 'has the wrong length');
  checkLists(view, lowest, upper, lowestStride, (link) => link < rowCount, damaged);
  for (const [row, start] of upperStarts) {
    for (let level = 1; level <= (levels[row] ?? 0); level += 1) {
      const from = start + (level - 1) * upperStride;
      checkLists(view, from, from + upperStride, upperStride, (link) => (levels[link] ?? 0) >= level, damaged);
    }
  }
  return {
    rowCount,
    entry,
    wide: wide === 1,
    levelOf: (row) => levels[row],
    restore: (memory, start, end) => {
      for (let row = start; row < Math.min(end, rowCount); row += 1) {
        const from = lowest + row * lowestStride;
        memory.arena.u32.set(view.subarray(from, from + lowestStride), memory.linkList(row, 0) / 4);
        const level = levels[row] ?? 0;
        if (level === 0) continue;
        const first = upperStarts.get(row) ?? 0;
        memory.arena.u32.set(view.subarray(first, first + level * upperStride), memory.linkList(row, 1) / 4);
      }
    },
  };
}

function checkLists(
  view: Uint32Array,
  start: number,
  end: number,
  stride: number,
  exists: (link: number) => boolean,
  damaged: (offset: number, finding: string) => Error,
): void {
  for (let list = start; list < end; list += stride) {
    const count = view[list] ?? 0;
    if (count >= stride) throw damaged(list * 4, 'has a list that is too long');
    for (let at = list + 1; at <= list + count; at += 1) {
      if (!exists(view[at] ?? layout.NO_ROW)) throw damaged(at * 4, 'links to a row that cannot be linked there');
    }
  }
}

function paddedBytes(rowCount: number): number {
  return Math.ceil(rowCount / 4) * 4;
}

function words(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
