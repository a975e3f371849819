import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Arenas } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import type { FieldShape } from '../../../src/vectors/field-memory.ts';
import { exportGraph, parseGraph } from '../../../src/vectors/graph-file.ts';
import { levelOf } from '../../../src/vectors/levels.ts';
import { RowFilter, filterWords } from '../../../src/vectors/row-filter.ts';
import { planSearch } from '../../../src/vectors/search-plan.ts';
import { SearchTask } from '../../../src/vectors/search-task.ts';
import { K } from '../engine/cached-data.ts';
import type { BenchData } from '../engine/cached-data.ts';
import { PLAIN_PARAMS, PLAIN_SCORING, plainShape } from '../engine/plain-field.ts';

const OPTIONS = { distance: 'Cosine', m: 16, efConstruct: 100 } as const;
const BEAM_MAX = 4000;

export interface FilteredRun {
  /** Rows, count x K; a query with fewer leaves its places at NO_ROW. */
  readonly found: Uint32Array;
  /** Time of one search, and its distances. */
  readonly micros: number;
  readonly distances: number;
}

export interface FilteredEngine {
  admit(words: Uint32Array): RowFilter;
  /** Searches the first `count` queries, each under the next of the filters. */
  search(run: {
    readonly count: number;
    readonly filters: readonly RowFilter[] | undefined;
    readonly ef: number;
    readonly exact: boolean;
  }): FilteredRun;
}

/** One field with its graph, which is kept beside the data: the engine's own calls on this thread, as a field plans them. */
export function openFilteredEngine(data: BenchData): FilteredEngine {
  const { rows, dimension, queries } = data;
  const arena = new Arenas(compileKernels()).forField();
  const options = plainShape({ ...OPTIONS, dimension });
  const memory = new FieldMemory(arena, options);
  memory.reserve(rows, (row) => levelOf(row, options.m));
  memory.quantise(0, data.base, rows);
  const shape = { padded: memory.padded, rowCount: rows, beam: BEAM_MAX, links: 2 * options.m, top: K };
  const space = new Workspace(arena, shape);
  restoreGraph(memory, space, data, options);
  const fieldRows = { rowCount: rows, deadCount: 0, graphRows: rows, m: options.m, scoring: PLAIN_SCORING };
  return {
    admit: (words) => {
      const bits = new Uint32Array(filterWords(rows));
      bits.set(words);
      return new RowFilter(arena, bits, rows, 0);
    },
    search: ({ count, filters, ef, exact }) => {
      const found = new Uint32Array(count * K).fill(layout.NO_ROW);
      let distances = 0;
      const times = new Float64Array(count);
      for (let index = 0; index < count; index += 1) {
        const query = queries.subarray(index * dimension, (index + 1) * dimension);
        const filter = filters?.[index % filters.length];
        const task = new SearchTask(
          memory,
          planSearch({ query, k: K, ef, exact, indexedOnly: false, filter, quantization: PLAIN_PARAMS }, fieldRows),
        );
        const start = performance.now();
        arena.kernels.search(task.address, space.address);
        times[index] = (performance.now() - start) * 1000;
        found.set(task.hits()?.rows ?? [], index * K);
        distances += arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
        task.free();
      }
      return { found, micros: steadyMean(times), distances: distances / count };
    },
  };
}

/** Mean of the quickest nine tenths: the others were interrupted by whatever else the machine does. */
function steadyMean(times: Float64Array): number {
  const quickest = times.toSorted().subarray(0, Math.ceil(times.length * 0.9));
  return quickest.reduce((sum, time) => sum + time, 0) / quickest.length;
}

function restoreGraph(memory: FieldMemory, space: Workspace, data: BenchData, options: FieldShape): void {
  const path = `${data.prefix}.graph`;
  const { kernels } = memory.arena;
  if (existsSync(path)) {
    const graph = parseGraph(readFileSync(path), options);
    if (graph !== undefined) {
      graph.restore(memory, 0, data.rows);
      memory.writeWord(layout.FIELD_ENTRY, graph.entry);
      return;
    }
  }
  kernels.insertRows(memory.field, space.address, 0, data.rows, data.rows);
  writeFileSync(path, Buffer.concat([...exportGraph(memory, options, data.rows).chunks]));
}
