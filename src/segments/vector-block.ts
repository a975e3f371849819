import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Compute } from '../compute/compute.ts';
import { present } from '../base/invariant.ts';
import { badInput, VectorizerError } from '../core/errors.ts';
import type { Vector } from '../core/vectors.ts';
import { BLOCK_BYTES_MAX } from '../vectors/block-memory.ts';
import type { ScoreKind } from '../vectors/original-scores.ts';
import { diversifyRagged, nearestRaggedPairs } from '../vectors/ragged-block.ts';
import { multiBlock, type RaggedBlock, sparseBlock } from '../vectors/ragged-scores.ts';
import { type CodedBlock, diversify, nearestPairs, type PairHits, type VectorBlock } from '../vectors/vector-block.ts';
import type { Segment, SegmentField } from './segment.ts';
import type { VectorTarget } from './segment-field.ts';

/** A row of a segment that has a vector under the name at hand. */
export interface VectorRow {
  readonly segment: Segment;
  readonly row: number;
}

/** Whether a row has a vector under a name. */
export function hasVector({ segment, row }: VectorRow, name: string): boolean {
  return segment.fieldNamed(name)?.has(row) === true;
}

/** Rows whose vectors of one name are compared with each other: all have one, and their segments stay open meanwhile. */
export interface ComparedRows {
  readonly rows: readonly VectorRow[];
  readonly name: string;
  readonly signal: AbortSignal;
}

/**
 * For each row its `limit` best others: see nearestPairs of vectors/vector-block.ts.
 * weigh  a sparse vector as a search would look for it, by the row's index; undefined: as it is.
 */
export async function nearestRows(
  compute: Compute,
  compared: ComparedRows & { readonly weigh: ((vector: Vector, index: number) => Vector) | undefined },
  limit: number,
): Promise<PairHits> {
  const { signal, weigh } = compared;
  return withVectors(compared, {
    dense: (block) => nearestPairs(compute, block, limit, signal),
    ragged: (kind, vectors) => nearestRaggedPairs(compute, raggedBlock(kind, vectors, weigh), limit, signal),
  });
}

/** Rows by maximal marginal relevance: see diversify of vectors/vector-block.ts. */
export async function diverseRows(
  compute: Compute,
  compared: ComparedRows,
  choice: { readonly relevance: Float32Array; readonly lambda: number; readonly limit: number },
): Promise<Uint32Array> {
  const { signal } = compared;
  const { relevance, lambda, limit } = choice;
  return withVectors(compared, {
    dense: (block) => diversify(compute, block, relevance, lambda, limit, signal),
    ragged: (kind, vectors) =>
      diversifyRagged(compute, { block: raggedBlock(kind, vectors, undefined), relevance, lambda, limit }, signal),
  });
}

/** Originals read before the event loop turns: half a millisecond, where files are in the page cache. */
const SLICE_ROWS = 256;

/** Refuses to compare more vectors of a name with each other than there is room for; not asked of sparse vectors. */
export function checkCount(count: number, dimension: number): void {
  if (count * dimension * 4 > BLOCK_BYTES_MAX)
    throw badInput(`Comparing ${count} vectors with each other takes more than ${BLOCK_BYTES_MAX} bytes`);
}

/**
 * Takes the vectors as they were given: those of one field from its memory, if it holds them exactly; else they are read,
 * and let go of when the work is done. Throws timeout when aborted.
 */
async function withVectors<Answer>(
  { rows, name, signal }: ComparedRows,
  work: {
    readonly dense: (block: VectorBlock | CodedBlock) => Promise<Answer>;
    readonly ragged: (kind: ScoreKind | undefined, vectors: readonly Vector[]) => Promise<Answer>;
  },
): Promise<Answer> {
  const fields = rows.map(({ segment }) => present(segment.fieldNamed(name), 'block: a field for each row'));
  const { spec } = present(fields[0], 'block: there are rows');
  const readAll = async (read: (field: SegmentField, row: number, index: number) => void): Promise<void> => {
    for (let index = 0; index < rows.length; index += 1) {
      read(fields[index] as SegmentField, (rows[index] as VectorRow).row, index);
      if (index % SLICE_ROWS === SLICE_ROWS - 1) await turn(signal);
    }
  };
  if (spec.kind !== 'dense') {
    const vectors: Vector[] = [];
    await readAll((field, row) => vectors.push(present(field.vectorAt(row), 'block: every row has a vector')));
    return work.ragged(spec.kind === 'multi' ? kindOf(spec) : undefined, vectors);
  }
  const { dimension } = spec;
  checkCount(rows.length, dimension);
  const coded = codedBlock(fields, rows);
  if (coded !== undefined) {
    try {
      return await work.dense(coded);
    } catch (error) {
      // The arena of the field is full: another may have room.
      if (!(error instanceof VectorizerError && error.kind === 'insufficient_storage')) throw error;
    }
  }
  const buffer = takeBuffer(rows.length * dimension);
  try {
    await readAll((field, row, index) => field.copyVector(row, buffer, index * dimension));
    return await work.dense({ kind: kindOf(spec), vectors: buffer.numbers.subarray(0, rows.length * dimension) });
  } finally {
    giveBuffer(buffer);
  }
}

/** The rows where they are, if one field holds them all exactly. */
function codedBlock(fields: readonly SegmentField[], rows: readonly VectorRow[]): CodedBlock | undefined {
  const [field] = fields;
  if (field === undefined || fields.some((other) => other !== field)) return undefined;
  return field.exactBlock(rows.map(({ row }) => row));
}

/** kind: of multivectors; undefined: the vectors are sparse. */
function raggedBlock(
  kind: ScoreKind | undefined,
  vectors: readonly Vector[],
  weigh: ((vector: Vector, index: number) => Vector) | undefined,
): RaggedBlock {
  if (kind !== undefined) {
    return multiBlock(
      kind,
      vectors.flatMap((vector) => (vector.kind === 'multi' ? [vector.values] : [])),
    );
  }
  const sparse = vectors.flatMap((vector) => (vector.kind === 'sparse' ? [vector] : []));
  const asked = sparse.map((vector, index) => {
    const weighed = weigh?.(vector, index);
    return weighed?.kind === 'sparse' ? weighed.values : vector.values;
  });
  return sparseBlock(sparse, asked);
}

/** Of a hundred candidates of 768 dimensions: buffers of their own would keep the garbage collector busy. */
const BUFFER_NUMBERS_MIN = 1 << 16;
const BUFFER_NUMBERS_MAX = 1 << 18;
const BUFFERS_MAX = 4;
const buffers: VectorTarget[] = [];

function takeBuffer(count: number): VectorTarget {
  const index = buffers.findIndex(({ numbers }) => numbers.length >= count);
  const [known] = index < 0 ? [] : buffers.splice(index, 1);
  if (known !== undefined) return known;
  const numbers = new Float32Array(Math.max(count, BUFFER_NUMBERS_MIN));
  return { numbers, bytes: new Uint8Array(numbers.buffer) };
}

function giveBuffer(buffer: VectorTarget): void {
  if (buffer.numbers.length <= BUFFER_NUMBERS_MAX && buffers.length < BUFFERS_MAX) buffers.push(buffer);
}

function kindOf({ dimension, distance, datatype }: ScoreKind): ScoreKind {
  return { dimension, distance, datatype };
}

async function turn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal.aborted) throw new VectorizerError('timeout', 'the request was cancelled while vectors were read');
}
