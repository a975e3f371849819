import { dataDamaged } from '../core/errors.ts';
import type { IdColumn } from '../core/ids.ts';
import type { VectorColumn, VectorKind } from '../core/vectors.ts';

/**
 * Points and ids as a record of the log holds them: little-endian, every array aligned to four bytes.
 *
 *   points  | 1 | count | columns | payloadBytes | flags (count, padded to 4) | ids (16 a point)
 *           | payloadStarts (count + 1) | columns | payload bytes |
 *   ids     | 2 | count | 0 | 0 | flags | ids |
 *   column  | kind | nameBytes | valueCount | 0 | name (UTF-8, padded) | has (count, padded) | starts (count + 1)
 *           | values: f32 | sparse: indices u32, as many | multi: dimensions (count) |
 *
 * The first four fields are u32. A flag byte is the id's kind. Vectors are stored as they are scored and returned
 * (normalised for Cosine, rounded to their datatype), so that applying needs nothing but the record and the state.
 */
export interface RecordedPoints {
  readonly count: number;
  /** Bit 0: kind of the id. */
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly payloadStarts: Uint32Array;
  readonly payloads: Uint8Array;
  /** At most one column a name. */
  readonly vectors: readonly VectorColumn[];
}

export type RecordedColumns =
  { readonly kind: 'points'; readonly points: RecordedPoints } | { readonly kind: 'ids'; readonly ids: IdColumn };

/** The first word of each form. */
export const KIND_POINTS = 1;
export const KIND_IDS = 2;
const VECTOR_KINDS: readonly VectorKind[] = ['dense', 'sparse', 'multi'];

/** The parts, to be written end to end. They are views of the columns' arrays, not copies. */
export function encodeIds({ count, kinds, words }: IdColumn): Uint8Array[] {
  const header = new Uint32Array([KIND_IDS, count, 0, 0]);
  return [bytesOf(header), padded(kinds.subarray(0, count)), bytesOf(words.subarray(0, count * 4))];
}

/** As `encodeIds`. */
export function encodePoints(points: RecordedPoints): Uint8Array[] {
  const { count, flags, words, payloadStarts, vectors, payloads } = points;
  return [
    bytesOf(new Uint32Array([KIND_POINTS, count, vectors.length, payloads.length])),
    padded(flags.subarray(0, count)),
    bytesOf(words.subarray(0, count * 4)),
    bytesOf(payloadStarts),
    ...vectors.flatMap(encodeColumn),
    payloads,
  ];
}

function encodeColumn(column: VectorColumn): Uint8Array[] {
  const { kind, has, starts, values } = column;
  const name = new TextEncoder().encode(column.name);
  const parts = [
    bytesOf(new Uint32Array([VECTOR_KINDS.indexOf(kind), name.length, values.length, 0])),
    padded(name),
    padded(has),
    bytesOf(starts),
    bytesOf(values),
  ];
  if (kind === 'sparse') parts.push(bytesOf(column.indices));
  if (kind === 'multi') parts.push(bytesOf(column.dimensions));
  return parts;
}

/** Reads columns back; `source` begins at a multiple of four. Throws data_damaged where its lengths do not add up. */
export function decodeColumns(source: Uint8Array, place: string): RecordedColumns {
  const reader = new Reader(source, place);
  const [kind = 0, count = 0, columnCount = 0, payloadBytes = 0] = reader.words(4);
  if (kind !== KIND_IDS && kind !== KIND_POINTS) throw dataDamaged(place, `unknown kind of record ${kind}`);
  const flags = reader.bytes(count);
  const words = reader.words(count * 4);
  if (kind === KIND_IDS) {
    reader.end();
    return { kind: 'ids', ids: { count, kinds: flags, words } };
  }
  const payloadStarts = reader.words(count + 1);
  const vectors = Array.from({ length: columnCount }, () => decodeColumn(reader, count));
  if (payloadStarts[count] !== payloadBytes) throw dataDamaged(place, 'a list of points has a wrong length');
  const payloads = reader.rest(payloadBytes);
  return { kind: 'points', points: { count, flags, words, payloadStarts, vectors, payloads } };
}

function decodeColumn(reader: Reader, count: number): VectorColumn {
  const [kindAt = 0, nameBytes = 0, valueCount = 0] = reader.words(4);
  const name = new TextDecoder().decode(reader.bytes(nameBytes));
  const has = reader.bytes(count);
  const starts = reader.words(count + 1);
  const values = reader.floats(valueCount);
  const places = { name, has, starts, values };
  const kind = VECTOR_KINDS[kindAt];
  if (kind === undefined) throw dataDamaged(reader.place, `unknown kind of vectors ${kindAt}`);
  if (kind === 'sparse') return { kind, ...places, indices: reader.words(valueCount) };
  if (kind === 'multi') return { kind, ...places, dimensions: reader.words(count) };
  return { kind, ...places };
}

/** Takes one array after another off a record; they are views of it. */
class Reader {
  readonly place: string;
  private readonly source: Uint8Array;
  private at = 0;

  constructor(source: Uint8Array, place: string) {
    this.source = source;
    this.place = place;
  }

  words(length: number): Uint32Array {
    return new Uint32Array(this.source.buffer, this.take(length * 4), length);
  }

  floats(length: number): Float32Array {
    return new Float32Array(this.source.buffer, this.take(length * 4), length);
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.source.buffer, this.take(align4(length)), length);
  }

  /** The last array, which is not padded. */
  rest(length: number): Uint8Array {
    const rest = new Uint8Array(this.source.buffer, this.take(length), length);
    this.end();
    return rest;
  }

  end(): void {
    if (this.at !== this.source.length) throw dataDamaged(this.place, 'a record is longer than its arrays');
  }

  private take(bytes: number): number {
    const start = this.at;
    this.at += bytes;
    if (this.at > this.source.length) throw dataDamaged(this.place, 'a record is shorter than its arrays');
    return this.source.byteOffset + start;
  }
}

export function bytesOf(array: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const result = new Uint8Array(align4(bytes.length));
  result.set(bytes);
  return result;
}

export function align4(length: number): number {
  return (length + 3) & ~3;
}
