import type { ProductCompression } from '../core/quantization.ts';

/** Rows that centroids are found by: some 16 a centroid, and still within a second or two at 768 dimensions. */
export const TRAINING_ROWS = 4096;
/** Of k-means. */
export const TRAINING_ROUNDS = 8;
/** What a round needs besides the rows (kernels/assembly/product-training.ts). */
export const TRAINING_SCRATCH_BYTES = 17_536;

const SUBSPACES: Readonly<Record<ProductCompression, number>> = { x4: 1, x8: 2, x16: 4, x32: 8, x64: 16 };

/** Coordinates that one byte stands for. */
export function subspaceOf(compression: ProductCompression): number {
  return SUBSPACES[compression];
}
