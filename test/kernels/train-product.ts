import type { Arena } from '../../src/compute/arenas.ts';
import { TRAINING_ROUNDS, TRAINING_SCRATCH_BYTES } from '../../src/vectors/product-training.ts';

/**
 * Finds the centroids of a product code by k-means and writes the tables at `tables` (codeShape: tableBytes). Yields after
 * each round of each subspace, about a millisecond of work, so that the caller may do something else meanwhile or stop.
 * The same samples make the same tables.
 *
 * samples  f32[dimension] end to end, at least one row; TRAINING_ROWS (product-training.ts) of them suffice.
 * Throws insufficient_storage where the arena has no room for the samples.
 */
export function* trainProduct(options: {
  readonly arena: Arena;
  readonly tables: number;
  readonly dimension: number;
  readonly subspace: number;
  readonly samples: Float32Array;
}): Generator<void, void, void> {
  const { arena, tables, dimension, subspace, samples } = options;
  const subspaces = Math.ceil(dimension / subspace);
  const rowCount = samples.length / dimension;
  const source = arena.allocate(samples.byteLength + TRAINING_SCRATCH_BYTES);
  const scratch = source + samples.byteLength;
  try {
    arena.f32.set(samples, source / 4);
    arena.u32[tables / 4] = subspace;
    arena.u32[tables / 4 + 1] = subspaces;
    for (let index = 0; index < subspaces; index += 1) {
      arena.kernels.beginSubspace(tables, index, source, rowCount, dimension);
      for (let round = 0; round < TRAINING_ROUNDS; round += 1) {
        arena.kernels.trainSubspace(tables, index, source, rowCount, dimension, round, scratch);
        yield;
      }
    }
  } finally {
    arena.free(source, samples.byteLength + TRAINING_SCRATCH_BYTES);
  }
}
