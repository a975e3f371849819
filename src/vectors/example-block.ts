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
  return parts(set, shape).reduce((sum, bytes) => sum + bytes, 0);
}

/** Writes a block at `address`, a multiple of 16, of as many bytes (layout-examples.ts). */
export function writeExamples(arena: Arena, address: number, set: PlannedExamples, shape: ExampleShape): void {
  const { u32, f32, u8 } = arena;
  const { vectors, scoring, walks } = set;
  const { padded } = shape;
  const places = placesOf(address, parts(set, shape));
  const [, heads, coordinates, queries, codes, matrix, affine, raw, weights, beam, rows] = places;
  const codeBytes = codeBytesOf(shape);
  const put = (word: number, value: number): void => {
    u32[(address + word) / 4] = value;
  };
  writeScoring(arena, address, scoring, { count: vectors.length, raw, weights });
  put(exampleLayout.EXAMPLES_VECTORS, coordinates);
  put(exampleLayout.EXAMPLES_HEADS, heads);
  put(exampleLayout.EXAMPLES_MATRIX, matrix);
  put(exampleLayout.EXAMPLES_STRIDE, strideOf(shape));
  put(exampleLayout.EXAMPLES_AFFINE, affine);
  put(exampleLayout.EXAMPLES_CODES, codes);
  put(exampleLayout.EXAMPLES_CODE_BYTES, codeBytes);
  put(exampleLayout.EXAMPLES_FIRST, walks.first);
  put(exampleLayout.EXAMPLES_WALKED, walks.count);
  put(exampleLayout.EXAMPLES_EF, walks.ef);
  put(exampleLayout.EXAMPLES_BEAM, beam);
  put(exampleLayout.EXAMPLES_BEAM_CAPACITY, beamCapacity(set));
  put(exampleLayout.EXAMPLES_ROWS, rows);
  // Lanes without an example are scored too, and nobody reads that.
  u8.fill(0, codes, raw);
  for (const [index, vector] of vectors.entries()) {
    const target = (coordinates + index * padded * 4) / 4;
    f32.set(vector, target);
    f32.fill(0, target + vector.length, target + padded);
    const head = heads + index * exampleLayout.EXAMPLES_HEAD_BYTES;
    u32[(head + layout.SPACE_QUERY) / 4] = queries + index * padded * 4;
    u32[(head + layout.SPACE_QUERY_CODES) / 4] = codes + index * codeBytes;
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

type Places = readonly [number, number, number, number, number, number, number, number, number, number, number];

function placesOf(address: number, bytes: Places): Places {
  let at = address;
  return bytes.map((length) => {
    const place = at;
    at += length;
    return place;
  }) as unknown as Places;
}

/** Bytes of: the block's own words, heads, vectors, queries, codes, matrix, affine, raw, weights, beam, rows. */
function parts(set: PlannedExamples, shape: ExampleShape): Places {
  const { walks } = set;
  const count = set.vectors.length;
  const lanes = Math.ceil(count / 4) * 4;
  return [
    exampleLayout.EXAMPLES_BYTES,
    count * exampleLayout.EXAMPLES_HEAD_BYTES,
    count * shape.padded * 4,
    count * shape.padded * 4,
    lanes * codeBytesOf(shape),
    lanes * strideOf(shape),
    align(lanes * 8),
    align(lanes * 4),
    align(lanes * 4),
    align((beamCapacity(set) + 2) * 8),
    align(walks.count * walks.ef * 4),
  ];
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
