import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Arenas } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import type { SearchTarget } from '../../../src/core/example-scoring.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import { exportGraph, parseGraph } from '../../../src/vectors/graph-file.ts';
import { levelOf } from '../../../src/vectors/levels.ts';
import { admitRows } from '../../../src/vectors/row-filter.ts';
import type { RowFilter } from '../../../src/vectors/row-filter.ts';
import { planExamples, planSearch } from '../../../src/vectors/search-plan.ts';
import { SearchTask, searchShape } from '../../../src/vectors/search-task.ts';
import type { DenseHits } from '../../../src/vectors/search-task.ts';
import type { BenchData } from '../engine/cached-data.ts';
import { PLAIN_PARAMS, PLAIN_SCORING, plainShape } from '../engine/plain-field.ts';

const M = 16;
const BEAM_MAX = 20_000;

/** What one search of a field answers. */
export interface EngineAnswer {
  readonly hits: DenseHits;
  readonly distances: number;
}

/** A dense field with its graph on this thread: the engine's calls alone. */
export interface ExampleEngine {
  search(target: SearchTarget, ask: EngineAsk): EngineAnswer;
  filter(words: Uint32Array): RowFilter;
}

export interface EngineAsk {
  readonly k: number;
  readonly ef: number;
  readonly exact: boolean;
  readonly filter: RowFilter | undefined;
}

/** Rows are normalised; their graph is kept beside the data. */
export function openExampleEngine(data: BenchData): ExampleEngine {
  const { rows, dimension, base } = data;
  const arena = new Arenas(compileKernels()).forField();
  const memory = new FieldMemory(arena, plainShape({ dimension, distance: 'Cosine', m: M, efConstruct: 100 }));
  memory.reserve(rows, (row) => levelOf(row, M));
  memory.quantise(0, base, rows);
  const room = { padded: memory.padded, rowCount: rows, beam: BEAM_MAX, links: 2 * M, top: 1000 };
  const space = new Workspace(arena, room);
  linkRows(data, memory, space);
  const counts = { rowCount: rows, deadCount: 0, graphRows: rows, m: M, scoring: PLAIN_SCORING };
  const common = { indexedOnly: false, quantization: PLAIN_PARAMS };
  return {
    filter: (words) => admitRows({ arena, rowCount: rows, deadCount: 0, clearDead: () => undefined }, words, rows),
    search: (target, ask) => {
      const request = { ...common, ...ask };
      const plan =
        target.kind === 'nearest'
          ? planSearch({ ...request, query: dense(target.vector) }, counts)
          : planExamples(
              { ...request, examples: { vectors: target.examples.map(dense), scoring: target.scoring }, isDot: true },
              counts,
            );
      if (!space.fits(searchShape(memory, M, plan))) throw new Error('a larger workspace is needed');
      const task = new SearchTask(memory, plan);
      arena.kernels.search(task.address, space.address);
      const hits = task.hits();
      const distances = arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
      task.free();
      if (hits === undefined) throw new Error('an answer was expected');
      return { hits, distances };
    },
  };
}

function dense(vector: { readonly kind: string; readonly values: Float32Array }): Float32Array {
  return vector.values;
}

function linkRows(data: BenchData, memory: FieldMemory, space: Workspace): void {
  const shape = { dimension: data.dimension, m: M };
  const path = `${data.prefix}.plain.graph`;
  const graph = existsSync(path) ? parseGraph(readFileSync(path), shape) : undefined;
  if (graph !== undefined) {
    graph.restore(memory, 0, data.rows);
    memory.writeWord(layout.FIELD_ENTRY, graph.entry);
    return;
  }
  memory.arena.kernels.insertRows(memory.field, space.address, 0, data.rows, data.rows);
  writeFileSync(path, Buffer.concat([...exportGraph(memory, shape, data.rows).chunks]));
}
