import { Arenas } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import { levelOf } from '../../../src/vectors/levels.ts';
import { SearchTask } from '../../../src/vectors/search-task.ts';
import { K } from './cached-data.ts';
import type { BenchData } from './cached-data.ts';

const M = 16;
const EF_CONSTRUCT = 100;

export interface OwnEngine {
  readonly buildSeconds: number;
  search(ef: number): { readonly found: Uint32Array; readonly seconds: number; readonly distances: number };
  /** Walk with all 24 bits instead of the int8 codes. */
  setWide(wide: boolean): void;
}

/** The engine's own WASM calls on this thread, without pools: as hnswlib-node is called. `rows` appended, then inserted. */
export function openOwnEngine(data: BenchData, distance: 'Cosine' | 'Dot' | 'Euclid' = 'Cosine'): OwnEngine {
  const { dimension, rows } = data;
  const arena = new Arenas(compileKernels()).forField();
  const memory = new FieldMemory(arena, { dimension, distance, m: M, efConstruct: EF_CONSTRUCT });
  const space = new Workspace(arena, { padded: memory.padded, rowCount: rows, beam: 2000, links: 2 * M, top: K });
  memory.reserve(rows, (row) => levelOf(row, M));
  const start = performance.now();
  memory.quantise(0, data.base, rows);
  arena.kernels.insertRows(memory.field, space.address, 0, rows, rows);
  const buildSeconds = (performance.now() - start) / 1000;
  return {
    buildSeconds,
    setWide: (wide) => {
      memory.writeWord(layout.FIELD_WIDE, wide ? 1 : 0);
    },
    search: (ef) => searchAll(memory, space, data, ef),
  };
}

function searchAll(
  memory: FieldMemory,
  space: Workspace,
  data: BenchData,
  ef: number,
): { readonly found: Uint32Array; readonly seconds: number; readonly distances: number } {
  const { dimension, queries, rows } = data;
  const count = queries.length / dimension;
  const found = new Uint32Array(count * K);
  const plan = { k: K, ef, rowCount: rows, scanStart: rows, scanEnd: rows, deadCount: 0, leastFound: K };
  let distances = 0;
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    const query = queries.subarray(index * dimension, (index + 1) * dimension);
    const task = new SearchTask(memory, { ...plan, query });
    memory.arena.kernels.search(task.address, space.address);
    found.set(task.hits().rows, index * K);
    distances += memory.arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
    task.free();
  }
  return { found, seconds: (performance.now() - start) / 1000, distances: distances / count };
}
