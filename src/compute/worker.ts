import { workerData } from 'piscina';
import { bindKernels } from '../kernels/load.ts';
import type { Kernels } from '../kernels/load.ts';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';

/**
 * What runs in the threads of both pools. A thread keeps nothing but one instance of the kernels per arena:
 * all that a task needs is in the memory that it names.
 */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  /** Niceness of the thread, 0 … 19. */
  readonly niceness: number;
}

/** Common to all tasks: which arena, and its memory, sent only after a thread answered that it does not know it. */
interface ArenaTask {
  readonly arena: number;
  readonly memory: WebAssembly.Memory | undefined;
  /** Address of the workspace. */
  readonly space: number;
}

export interface SearchBatch extends ArenaTask {
  /** Addresses of search tasks. */
  readonly tasks: readonly number[];
}

/** Rows [start, end) are to be put into the graph; rows at or above rowCount do not exist. */
export interface InsertWork {
  readonly kind: 'insert';
  readonly field: number;
  readonly start: number;
  readonly end: number;
  readonly rowCount: number;
}

/** Rows [start, end) of target are to be copied from source (assembly/compact.ts). */
export interface CompactWork {
  readonly kind: 'compact';
  readonly source: number;
  readonly target: number;
  readonly kept: number;
  readonly numbers: number;
  readonly start: number;
  readonly end: number;
  readonly linked: number;
  readonly sourceLinked: number;
}

/** The share of neighbours that int8 codes get right is to be measured; field is walked by all 24 bits below shareMin. */
export interface MeasureWork {
  readonly kind: 'measure';
  readonly field: number;
  readonly rowCount: number;
  readonly shareMin: number;
}

/** A piece of k-means (layout.ts, CENTROID_…). */
export interface CentroidWork {
  readonly kind: 'centroids';
  readonly task: number;
}

/** Subspaces [start, end) of a product code are to be trained (assembly/product-training.ts). */
export interface ProductWork {
  readonly kind: 'product';
  readonly tables: number;
  readonly start: number;
  readonly end: number;
  readonly samples: number;
  readonly count: number;
  readonly dimension: number;
  readonly rounds: number;
  readonly scratch: number;
}

export type BackgroundWork = InsertWork | CompactWork | MeasureWork | CentroidWork | ProductWork;

export interface BackgroundTask extends ArenaTask {
  readonly work: BackgroundWork;
}

const setup = workerData as WorkerSetup;
const instances: Kernels[] = [];
// Searches go before background work.
if (setup.niceness > 0) lowerThreadPriority(setup.niceness, THREAD_LINK);

/** Runs searches one after the other; false: this thread needs the arena's memory first. */
export function runSearches(batch: SearchBatch): boolean {
  const kernels = kernelsOf(batch);
  if (kernels === undefined) return false;
  for (const task of batch.tasks) kernels.search(task, batch.space);
  return true;
}

/** Runs a piece of background work; false: this thread needs the arena's memory first. */
export function runBackground(task: BackgroundTask): boolean {
  const kernels = kernelsOf(task);
  if (kernels === undefined) return false;
  const { work, space } = task;
  switch (work.kind) {
    case 'insert':
      kernels.insertRows(work.field, space, work.start, work.end, work.rowCount);
      break;
    case 'measure':
      kernels.chooseCodes(work.field, space, work.rowCount, work.shareMin);
      break;
    case 'centroids':
      kernels.trainCentroids(work.task, space);
      break;
    case 'product': {
      const { tables, start, end, samples, count, dimension, rounds, scratch } = work;
      for (let subspace = start; subspace < end; subspace += 1) {
        kernels.beginSubspace(tables, subspace, samples, count, dimension);
        for (let round = 0; round < rounds; round += 1)
          kernels.trainSubspace(tables, subspace, samples, count, dimension, round, scratch);
      }
      break;
    }
    case 'compact': {
      const { source, target, kept, numbers, start, end, linked, sourceLinked } = work;
      kernels.compactRows(source, target, space, kept, numbers, start, end, linked, sourceLinked);
      break;
    }
  }
  return true;
}

function kernelsOf(task: ArenaTask): Kernels | undefined {
  const known = instances[task.arena];
  if (known !== undefined || task.memory === undefined) return known;
  const kernels = bindKernels(setup.module, task.memory);
  instances[task.arena] = kernels;
  return kernels;
}
