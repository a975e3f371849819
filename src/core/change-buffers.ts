import type { PointChange } from './requests.ts';
import type { VectorColumn } from './vectors.ts';

/** The memory of a change that is worth handing over to another thread: payloads and columns. The rest is copied. */
export function changeBuffers(change: PointChange): ArrayBufferLike[] {
  if ('payload' in change) return [change.payload.buffer];
  if (!('points' in change)) return [];
  const { ids, vectors, payloads, payloadStarts } = change.points;
  const arrays = [ids.kinds, ids.words, payloads, payloadStarts, ...vectors.flatMap(arraysOf)];
  return arrays.map(({ buffer }) => buffer);
}

function arraysOf(column: VectorColumn): readonly (Uint8Array | Uint32Array | Float32Array)[] {
  const { has, starts, values } = column;
  if (column.kind === 'sparse') return [has, starts, values, column.indices];
  return column.kind === 'multi' ? [has, starts, values, column.dimensions] : [has, starts, values];
}
