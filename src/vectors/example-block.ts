import type { Arena } from '../compute/arenas.ts';
import type { ExampleScoring } from '../core/example-scoring.ts';
import type { ExampleWalks } from './example-walks.ts';
import * as layout from '../kernels/layout.ts';
import * as exampleLayout from '../kernels/layout-examples.ts';

/** What a dense field is searched by: f32[dimension] each, Cosine normalised, and how the scores become one. */
export interface ExampleSet {
  readonly vectors: readonly Float32Array[];
  readonly scoring: ExampleScoring;
}

/** The same with the walks that single ones of them get. */
export interface PlannedExamples extends ExampleSet {
  readonly walks: ExampleWalks;
  /** Codes are compared with the differences of pairs, which is quicker (EXAMPLES_PAIRED). */
  readonly paired: boolean;
}

/** What of a field the kernels' memory for examples depends on. */
export interface ExampleShape {
  readonly padded: number;
  /** Bytes of a prepared query where it is not int16 coordinates (FieldCode.queryBytes). */
  readonly queryBytes: number;
  /** Rows that are scored at once. */
  readonly batch: number;
}

const SCORINGS: Readonly<Record<ExampleScoring['kind'], number>> = {
  best_score: exampleLayout.EXAMPLES_BEST_SCORE,
  linear: exampleLayout.EXAMPLES_LINEAR,
  discover: exampleLayout.EXAMPLES_DISCOVER,
  context: exampleLayout.EXAMPLES_CONTEXT,
};

/** Bytes of a block. Some 8 KB an example at 768 dimensions. */
export function exampleBytes(set: PlannedExamples, shape: ExampleShape): number {
  return Object.values<number>({ ...partBytes(set, shape) }).reduce((sum, bytes) => sum + bytes, 0);
}

/** Writes a block at `address`, a multiple of 16, of as many bytes (layout-examples.ts). */
export function writeExamples(arena: Arena, address: number, set: PlannedExamples, shape: ExampleShape): void {
  const { u32, f32, u8 } = arena;
  const { scoring, walks } = set;
  const prepared = preparedCount(set);
  const lineFirst = set.paired ? set.vectors.length : 0;
  const { padded } = shape;
  const places = placesOf(address, partBytes(set, shape));
  const codeBytes = codeBytesOf(shape);
  const put = (word: number, value: number): void => {
    u32[(address + word) / 4] = value;
  };
  writeScoring(arena, address, scoring, { count: set.vectors.length, raw: places.raw, weights: places.weights });
  put(exampleLayout.EXAMPLES_VECTORS, places.vectors);
  put(exampleLayout.EXAMPLES_HEADS, places.heads);
  put(exampleLayout.EXAMPLES_MATRIX, places.matrix);
  put(exampleLayout.EXAMPLES_STRIDE, strideOf(shape));
  put(exampleLayout.EXAMPLES_AFFINE, places.affine);
  put(exampleLayout.EXAMPLES_CODES, places.codes + lineFirst * codeBytes);
  put(exampleLayout.EXAMPLES_LINE_FIRST, lineFirst);
  put(exampleLayout.EXAMPLES_LINE_COUNT, prepared - lineFirst);
  put(exampleLayout.EXAMPLES_PAIRED, set.paired ? 1 : 0);
  put(exampleLayout.EXAMPLES_PREPARED, prepared);
  put(exampleLayout.EXAMPLES_CODE_BYTES, codeBytes);
  put(exampleLayout.EXAMPLES_WALKED, walks.count);
  put(exampleLayout.EXAMPLES_EF, walks.ef);
  put(exampleLayout.EXAMPLES_BEAM, places.beam);
  put(exampleLayout.EXAMPLES_BEAM_CAPACITY, beamCapacity(set));
  put(exampleLayout.EXAMPLES_ROWS, places.rows);
  put(exampleLayout.EXAMPLES_SIDE, places.side);
  put(exampleLayout.EXAMPLES_SEEN_SCORES, places.side + strideOf(shape));
  put(exampleLayout.EXAMPLES_PASSED, places.side + 2 * strideOf(shape));
  put(exampleLayout.EXAMPLES_PLACES, places.side + 3 * strideOf(shape));
  put(exampleLayout.EXAMPLES_GATE_BEAM, 0);
  put(exampleLayout.EXAMPLES_SEEN, places.seen);
  // Lanes without an example are scored too, and nobody reads that.
  u8.fill(0, places.codes, places.raw);
  writePrepared(f32, places.vectors, padded, set);
  for (let index = 0; index < prepared; index += 1) {
    const head = places.heads + index * exampleLayout.EXAMPLES_HEAD_BYTES;
    u32[(head + layout.SPACE_QUERY) / 4] = places.queries + index * padded * 4;
    u32[(head + layout.SPACE_QUERY_CODES) / 4] = places.codes + index * codeBytes;
  }
}

/** Where things lie that all kinds of fields have: room for a float for each of `count` examples at `raw` and at `weights`. */
export interface ScoringPlaces {
  readonly count: number;
  readonly raw: number;
  readonly weights: number;
}

/** Writes how scores become one into the block at `address`. */
export function writeScoring(arena: Arena, address: number, scoring: ExampleScoring, places: ScoringPlaces): void {
  const { u32, f32 } = arena;
  const { count, raw, weights } = places;
  u32[(address + exampleLayout.EXAMPLES_COUNT) / 4] = count;
  u32[(address + exampleLayout.EXAMPLES_SCORING) / 4] = SCORINGS[scoring.kind];
  u32[(address + exampleLayout.EXAMPLES_POSITIVES) / 4] = scoring.kind === 'best_score' ? scoring.positives : 0;
  u32[(address + exampleLayout.EXAMPLES_RAW) / 4] = raw;
  u32[(address + exampleLayout.EXAMPLES_WEIGHTS) / 4] = weights;
  if (scoring.kind === 'linear') f32.set(scoring.weights, weights / 4);
}

/** Entries of the beam of a single example's walk: there may be as many removed rows in it. */
function beamCapacity({ walks }: PlannedExamples): number {
  return walks.count === 0 ? 0 : 2 * walks.ef + BEAM_SLACK;
}

/** A list of links may come at once. */
const BEAM_SLACK = 256;

interface Parts {
  readonly own: number;
  readonly heads: number;
  readonly vectors: number;
  readonly queries: number;
  readonly codes: number;
  readonly matrix: number;
  readonly affine: number;
  readonly raw: number;
  readonly weights: number;
  readonly beam: number;
  readonly rows: number;
  readonly side: number;
  readonly seen: number;
}

/** Bytes of the parts of a block, end to end. */
function partBytes(set: PlannedExamples, shape: ExampleShape): Parts {
  const { walks } = set;
  const count = preparedCount(set);
  // Codes are read two at a time.
  const lanes = Math.ceil((count + 1) / 4) * 4;
  return {
    own: exampleLayout.EXAMPLES_BYTES,
    heads: (count + 1) * exampleLayout.EXAMPLES_HEAD_BYTES,
    vectors: count * shape.padded * 4,
    queries: count * shape.padded * 4,
    codes: lanes * codeBytesOf(shape),
    matrix: lanes * strideOf(shape),
    affine: align(lanes * 8),
    raw: align(lanes * 4),
    weights: align(lanes * 4),
    beam: align((beamCapacity(set) + 2) * 8),
    rows: align(walks.count * walks.ef * 4),
    // Scores, scores once more, rows and places of a batch.
    side: 4 * strideOf(shape),
    seen: align((walks.ef + 2) * 8),
  };
}

/** Vectors that are prepared: the examples, and behind them what codes are compared with instead. */
function preparedCount({ vectors, scoring, paired }: PlannedExamples): number {
  const firstPair = scoring.kind === 'discover' ? 1 : 0;
  return vectors.length + (paired ? firstPair + (vectors.length - firstPair) / 2 : 0);
}

/** Writes them to f32[prepared][padded] at `address`, zeros after dimension. */
function writePrepared(f32: Float32Array, address: number, padded: number, set: PlannedExamples): void {
  const { vectors, scoring, paired } = set;
  const dimension = vectors[0]?.length ?? 0;
  let target = address / 4;
  f32.fill(0, target, target + preparedCount(set) * padded);
  for (const vector of vectors) {
    f32.set(vector, target);
    target += padded;
  }
  if (!paired) return;
  const firstPair = scoring.kind === 'discover' ? 1 : 0;
  if (firstPair === 1) {
    f32.copyWithin(target, address / 4, address / 4 + padded);
    target += padded;
  }
  for (let at = firstPair; at < vectors.length; at += 2) {
    const positive = address / 4 + at * padded;
    const negative = positive + padded;
    for (let index = 0; index < dimension; index += 1) {
      f32[target + index] = (f32[positive + index] as number) - (f32[negative + index] as number);
    }
    target += padded;
  }
}

/** Where they begin. */
function placesOf(address: number, bytes: Parts): Parts {
  const own = address;
  const heads = own + bytes.own;
  const vectors = heads + bytes.heads;
  const queries = vectors + bytes.vectors;
  const codes = queries + bytes.queries;
  const matrix = codes + bytes.codes;
  const affine = matrix + bytes.matrix;
  const raw = affine + bytes.affine;
  const weights = raw + bytes.raw;
  const beam = weights + bytes.weights;
  const rows = beam + bytes.beam;
  const side = rows + bytes.rows;
  const seen = side + bytes.side;
  return { own, heads, vectors, queries, codes, matrix, affine, raw, weights, beam, rows, side, seen };
}

function codeBytesOf({ padded, queryBytes }: ExampleShape): number {
  return align(Math.max(padded * 2, queryBytes));
}

function strideOf({ batch }: ExampleShape): number {
  return align(batch * 4);
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
