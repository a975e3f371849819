import { lid100 } from '../data.ts';
import type { BenchData } from '../engine/cached-data.ts';

/** `100000x768, cosine, local intrinsic dimension 13.0`, as every bench prints it. */
export function describe(data: BenchData): string {
  const { rows, dimension } = data;
  return `${rows}x${dimension}, cosine, local intrinsic dimension ${lid100(data, 20).toFixed(1)}`;
}
