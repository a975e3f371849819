import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Compute } from '../compute/compute.ts';
import { present } from '../base/invariant.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Vector } from '../core/vectors.ts';
import type { ScoreKind } from '../vectors/original-scores.ts';
import { diversifyRagged, nearestRaggedPairs } from '../vectors/ragged-block.ts';
import { multiBlock, type RaggedBlock, sparseBlock } from '../vectors/ragged-scores.ts';
import { diversify, nearestPairs, type PairHits, type VectorBlock } from '../vectors/vector-block.ts';
import type { Segment, SegmentField } from './segment.ts';

/** A row of a segment that has a vector under the name at hand. */
export interface VectorRow {
  readonly segment: Segment;
  readonly row: number;
}

/** The vectors of some rows, of one name, read to be compared with each other. */
export type RowVectors =
  { readonly form: 'dense'; readonly block: VectorBlock } | { readonly form: 'ragged'; readonly block: RaggedBlock };

/** Whether a row has a vector under a name. */
export function hasVector({ segment, row }: VectorRow, name: string): boolean {
  return segment.fieldNamed(name)?.has(row) === true;
}

/** Originals read before the event loop turns: half a millisecond, where files are in the page cache. */
const SLICE_ROWS = 256;

/**
 * Reads vectors as they were given. All rows have one under the name; there is at least one row.
 * weigh  a sparse vector as a search would look for it, by the row's index; undefined: as it is.
 * Throws timeout when aborted.
 */
export async function readVectors(
  rows: readonly VectorRow[],
  name: string,
  weigh: ((vector: Vector, index: number) => Vector) | undefined,
  signal: AbortSignal,
): Promise<RowVectors> {
  const fields = rows.map(({ segment }) => present(segment.fieldNamed(name), 'block: a field for each row'));
  const { spec } = present(fields[0], 'block: there are rows');
  const slices = async (read: (row: number, field: SegmentField, index: number) => void): Promise<void> => {
    for (let index = 0; index < rows.length; index += 1) {
      read((rows[index] as VectorRow).row, fields[index] as SegmentField, index);
      if (index % SLICE_ROWS === SLICE_ROWS - 1) await turn(signal);
    }
  };
  if (spec.kind === 'dense') {
    const { dimension } = spec;
    const vectors = new Float32Array(rows.length * dimension);
    await slices((row, field, index) =>
      field.copyVector(row, vectors.subarray(index * dimension, (index + 1) * dimension)),
    );
    return { form: 'dense', block: { kind: kindOf(spec), vectors } };
  }
  const read: Vector[] = [];
  await slices((row, field) => read.push(present(field.vectorAt(row), 'block: every row has a vector')));
  if (spec.kind === 'multi') {
    const values = read.flatMap((vector) => (vector.kind === 'multi' ? [vector.values] : []));
    return { form: 'ragged', block: multiBlock(kindOf(spec), values) };
  }
  const sparse = read.flatMap((vector) => (vector.kind === 'sparse' ? [vector] : []));
  const asked = sparse.map((vector, index) => {
    const weighed = weigh?.(vector, index);
    return weighed?.kind === 'sparse' ? weighed.values : vector.values;
  });
  return { form: 'ragged', block: sparseBlock(sparse, asked) };
}

/** For each row its `limit` best others: see nearestPairs of vectors/vector-block.ts. */
export function nearestRows(
  compute: Compute,
  vectors: RowVectors,
  limit: number,
  signal: AbortSignal,
): Promise<PairHits> {
  return vectors.form === 'dense'
    ? nearestPairs(compute, vectors.block, limit, signal)
    : nearestRaggedPairs(compute, vectors.block, limit, signal);
}

/** Rows by maximal marginal relevance: see diversify of vectors/vector-block.ts. */
export function diverseRows(
  compute: Compute,
  vectors: RowVectors,
  choice: { readonly relevance: Float32Array; readonly lambda: number; readonly limit: number },
  signal: AbortSignal,
): Promise<Uint32Array> {
  const { relevance, lambda, limit } = choice;
  return vectors.form === 'dense'
    ? diversify(compute, vectors.block, relevance, lambda, limit, signal)
    : diversifyRagged(compute, { block: vectors.block, relevance, lambda, limit }, signal);
}

function kindOf({ dimension, distance, datatype }: ScoreKind): ScoreKind {
  return { dimension, distance, datatype };
}

async function turn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal.aborted) throw new VectorizerError('timeout', 'the request was cancelled while vectors were read');
}
