import { Arenas } from '../../../src/compute/arenas.ts';
import type { Arena } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { CENTRING_ROWS, meanWorthTaking } from '../../../src/vectors/centring.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import { CODES_SHARE_MIN } from '../../../src/vectors/graph-build.ts';
import { levelOf } from '../../../src/vectors/levels.ts';
import { planSearch } from '../../../src/vectors/search-plan.ts';
import { SearchTask } from '../../../src/vectors/search-task.ts';
import { K } from './cached-data.ts';
import type { BenchData } from './cached-data.ts';
import { PLAIN_PARAMS, PLAIN_SCORING, plainShape } from './plain-field.ts';

const M = 16;
const EF_CONSTRUCT = 100;
/** Widest beam that a bench asks for, with room for the candidates of one step. */
const BEAM_MAX = 2000;

export interface OwnEngine {
  readonly buildSeconds: number;
  /** How the field is walked: by int8 codes, or by all 24 bits. */
  readonly wide: boolean;
  readonly centred: boolean;
  search(ef: number): { readonly found: Uint32Array; readonly seconds: number; readonly distances: number };
}

/** By what the graph is built and walked: what the product would choose, or all 24 bits (which score as f32 does). */
export type Traversal = 'chosen' | 'wide';

/**
 * The engine's own WASM calls on this thread, without pools: as hnswlib-node is called. Rows are normalised.
 * The build time holds all that a field does: centring, quantising, choosing codes, inserting.
 */
export function openOwnEngine(data: BenchData, traversal: Traversal): OwnEngine {
  const { rows, base } = data;
  const arena = new Arenas(compileKernels()).forField();
  const start = performance.now();
  const memory = centredMemory(arena, data);
  const shape = { padded: memory.padded, rowCount: rows, beam: BEAM_MAX, links: 2 * M, top: K };
  const space = new Workspace(arena, shape);
  memory.reserve(rows, (row) => levelOf(row, M));
  memory.quantise(0, base, rows);
  if (traversal === 'wide') memory.writeWord(layout.FIELD_WIDE, 1);
  else arena.kernels.chooseCodes(memory.field, space.address, rows, CODES_SHARE_MIN);
  arena.kernels.insertRows(memory.field, space.address, 0, rows, rows);
  const buildSeconds = (performance.now() - start) / 1000;
  return {
    buildSeconds,
    wide: memory.readWord(layout.FIELD_WIDE) === 1,
    centred: memory.mean !== undefined,
    search: (ef) => searchAll(memory, space, data, ef),
  };
}

/** An empty field, with the mean that a field would take from its first rows. */
function centredMemory(arena: Arena, data: BenchData): FieldMemory {
  const options = plainShape({ dimension: data.dimension, distance: 'Cosine', m: M, efConstruct: EF_CONSTRUCT });
  const sampleRows = Math.min(CENTRING_ROWS, data.rows);
  const sample = new FieldMemory(arena, options);
  sample.reserve(sampleRows, () => 0);
  sample.quantise(0, data.base.subarray(0, sampleRows * data.dimension), sampleRows);
  const mean = meanWorthTaking(sample, data.dimension, sampleRows);
  sample.close();
  const memory = new FieldMemory(arena, options);
  if (mean !== undefined) memory.setMean(mean);
  return memory;
}

function searchAll(
  memory: FieldMemory,
  space: Workspace,
  data: BenchData,
  ef: number,
): { readonly found: Uint32Array; readonly seconds: number; readonly distances: number } {
  const { dimension, queries } = data;
  const request = { k: K, ef, exact: false, indexedOnly: false, filter: undefined, quantization: PLAIN_PARAMS };
  const count = queries.length / dimension;
  const found = new Uint32Array(count * K);
  const wide = memory.readWord(layout.FIELD_WIDE) === 1;
  const scoring = { ...PLAIN_SCORING, wide };
  const rows = { rowCount: data.rows, deadCount: 0, graphRows: data.rows, m: M, scoring };
  let distances = 0;
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    const query = queries.subarray(index * dimension, (index + 1) * dimension);
    const task = new SearchTask(memory, planSearch({ ...request, query }, rows));
    memory.arena.kernels.search(task.address, space.address);
    found.set(task.hits()?.rows ?? [], index * K);
    distances += memory.arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
    task.free();
  }
  return { found, seconds: (performance.now() - start) / 1000, distances: distances / count };
}
