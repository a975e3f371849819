import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { Arenas } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import type { QuantizationConfig, QuantizationParams } from '../../../src/core/quantization.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { chooseCode } from '../../../src/vectors/field-code.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import { exportGraph, parseGraph } from '../../../src/vectors/graph-file.ts';
import { levelOf } from '../../../src/vectors/levels.ts';
import { TRAINING_ROWS } from '../../../src/vectors/product-training.ts';
import { trainProduct } from '../../../test/kernels/train-product.ts';
import { rescore } from '../../../src/vectors/rescore.ts';
import type { ReadOriginals } from '../../../src/vectors/rescore.ts';
import type { FieldScoring } from '../../../src/vectors/scoring.ts';
import { planSearch } from '../../../src/vectors/search-plan.ts';
import { SearchTask } from '../../../src/vectors/search-task.ts';
import { K } from '../engine/cached-data.ts';
import type { BenchData } from '../engine/cached-data.ts';

const M = 16;
const EF_CONSTRUCT = 100;
const BEAM_MAX = 4000;

/** seconds: of processor time. */
export interface QuantisedRun {
  readonly found: Uint32Array;
  readonly seconds: number;
  /** Distances and originals read of one search. */
  readonly distances: number;
  readonly reads: number;
}

export interface QuantisedEngine {
  readonly name: string;
  readonly buildSeconds: number;
  /** Bytes of codes and graph. */
  readonly bytes: number;
  search(ef: number, params: QuantizationParams): QuantisedRun;
}

/** What a field is made of; originals: the file that rows are read from, or undefined where remainders are in memory. */
export interface QuantisedKind {
  readonly name: string;
  readonly quantization: QuantizationConfig | undefined;
  readonly originals: string | undefined;
}

/** One kind of field with its graph, which is kept beside the data unless `rebuild`: the engine's calls on this thread. */
export function openQuantised(data: BenchData, kind: QuantisedKind, rebuild: boolean): QuantisedEngine {
  const { rows, dimension, queries } = data;
  const { quantization } = kind;
  const arena = new Arenas(compileKernels()).forField();
  const code = chooseCode(dimension, 'float32', quantization);
  const remainders = kind.originals === undefined;
  const shape = { dimension, distance: 'Cosine', m: M, efConstruct: EF_CONSTRUCT, code, remainders } as const;
  const memory = new FieldMemory(arena, shape);
  memory.reserve(rows, (row) => levelOf(row, M));
  if (code.kind === layout.CODE_PRODUCT) trainTables(memory, data);
  memory.quantise(0, data.base, rows);
  const { padded } = memory;
  const room = { padded, rowCount: rows, beam: BEAM_MAX, links: 2 * M, top: 1000, queryBytes: code.queryBytes };
  const space = new Workspace(arena, room);
  const path = data.prefix === '' ? undefined : `${data.prefix}.${kind.name.replaceAll(' ', '-')}.graph`;
  const buildSeconds = link(data, memory, space, rebuild ? undefined : path, path);
  const scoring: FieldScoring = { code: code.kind, whole: false, remainders, wide: false, quantization };
  const counts = { rowCount: rows, deadCount: 0, graphRows: rows, m: M, scoring };
  const options = { dimension, distance: 'Cosine', datatype: 'float32' } as const;
  return {
    name: kind.name,
    buildSeconds,
    bytes: memory.hotBytes + memory.coldBytes,
    search: (ef, params) => {
      const count = queries.length / dimension;
      const found = new Uint32Array(count * K);
      const source = kind.originals === undefined ? undefined : openSync(kind.originals, 'r');
      let distances = 0;
      let reads = 0;
      const read = reader(source, dimension, (number) => (reads += number));
      const start = process.cpuUsage();
      for (let index = 0; index < count; index += 1) {
        const query = queries.subarray(index * dimension, (index + 1) * dimension);
        const request = { query, k: K, ef, exact: false, indexedOnly: false, filter: undefined, quantization: params };
        const task = new SearchTask(memory, planSearch(request, counts));
        arena.kernels.search(task.address, space.address);
        const hits = task.hits();
        if (hits === undefined) throw new Error('an answer was expected');
        distances += arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
        task.free();
        found.set((hits.approximate ? rescore({ options, arena }, query, hits, K, read) : hits).rows, index * K);
      }
      const { user, system } = process.cpuUsage(start);
      const seconds = (user + system) / 1e6;
      if (source !== undefined) closeSync(source);
      return { found, seconds, distances: distances / count, reads: reads / count };
    },
  };
}

/** The centroids that a field would find, on this thread. */
function trainTables(memory: FieldMemory, data: BenchData): void {
  const { arena, tables, code } = memory;
  const { dimension, base } = data;
  const samples = base.subarray(0, Math.min(TRAINING_ROWS, data.rows) * dimension);
  for (const round of trainProduct({ arena, tables, dimension, subspace: code.subspace, samples })) void round;
}

/** Reads rows of a file of f32, as a segment reads its originals. */
function reader(source: number | undefined, dimension: number, note: (rows: number) => void): ReadOriginals {
  const bytes = dimension * 4;
  let out = new Float32Array(0);
  return (rows) => {
    // Used again: a new buffer of 30 KB costs as much as reading six rows.
    if (out.length < rows.length * dimension) out = new Float32Array(rows.length * dimension);
    if (source === undefined) return out;
    const target = new Uint8Array(out.buffer);
    note(rows.length);
    rows.forEach((row, at) => readSync(source, target, at * bytes, bytes, row * bytes));
    return out;
  };
}

/** Builds the graph, or takes it from where it was kept; answers the seconds of processor time, NaN where it was there. */
function link(
  data: BenchData,
  memory: FieldMemory,
  space: Workspace,
  source: string | undefined,
  target: string | undefined,
): number {
  const shape = { dimension: data.dimension, m: M };
  if (source !== undefined && existsSync(source)) {
    const graph = parseGraph(readFileSync(source), shape);
    if (graph !== undefined) {
      graph.restore(memory, 0, data.rows);
      memory.writeWord(layout.FIELD_ENTRY, graph.entry);
      return Number.NaN;
    }
  }
  const start = process.cpuUsage();
  memory.arena.kernels.insertRows(memory.field, space.address, 0, data.rows, data.rows);
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  if (target !== undefined) writeFileSync(target, Buffer.concat([...exportGraph(memory, shape, data.rows).chunks]));
  return seconds;
}
