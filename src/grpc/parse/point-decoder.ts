import * as wire from '../../../generated/points.js';
import { PointId as WirePointId } from '../../../generated/qdrant_common.js';
import { BinaryReader } from '../../../generated/wire.js';
import { VectorizerError } from '../../core/errors.ts';
import type { PointColumns } from '../../core/requests.ts';
import { SPARSE_UNIQUE } from '../../core/vector-rules.ts';
import { GrpcError, invalidArgument } from '../grpc-error.ts';
import { IdPlaces } from './id-places.ts';
import { pointIdOf } from './ids.ts';
import { PayloadTranscoder } from './payload-transcoder.ts';
import { type ConvertVector, VectorPlaces } from './point-columns.ts';
import { vectorOf } from './vectors.ts';
import type { Violations } from './violations.ts';

/** The two messages that hold a point: they differ in the numbers of their fields. */
export interface PointForm {
  readonly name: string;
  readonly idMissing: string;
  readonly vectorsMissing: string;
  /** 0 = it has none. */
  readonly payloadField: number;
  readonly vectorsField: number;
  /** Whether a point must have a vector; an empty map of vectors is none. */
  readonly needsVector: boolean;
}

export const POINT_STRUCT: PointForm = {
  name: 'PointStruct',
  idMissing: 'Empty ID is not allowed',
  vectorsMissing: 'Expected some vectors',
  payloadField: 3,
  vectorsField: 4,
  needsVector: false,
};

export const POINT_VECTORS: PointForm = {
  name: 'PointVectors',
  idMissing: 'id is expected',
  vectorsMissing: 'vectors is expected',
  payloadField: 0,
  vectorsField: 2,
  needsVector: true,
};

/** Where points lie in a message, and what they are. */
export interface PointPlaces {
  readonly bytes: Buffer;
  /** Begin and end of each point, one after the other. */
  readonly ranges: Uint32Array;
  readonly form: PointForm;
  /** Where the list stands in the request, for broken rules: `points`. */
  readonly path: string;
  /** How many messages a point lies in. */
  readonly depth: number;
}

/** Points by column, and the first thing in them that cannot be converted: to be thrown when all has been read. */
export interface DecodedPoints {
  readonly points: PointColumns;
  readonly fault: Error | undefined;
}

/**
 * Decodes points from the wire straight into columns: floats by one copy, payloads byte by byte into JSON. What is not in
 * the form that every encoder gives it goes through the generated decoders, so that the same bytes are refused.
 */
export function decodePoints(places: PointPlaces, violations: Violations): DecodedPoints {
  return new PointDecoder(places, violations).decode();
}

const TAG_1 = 10;
const TAG_2 = 18;
/** The first bytes of the tags of `Vector.dense` and `Vector.sparse`; the second byte of both is 6. */
const TAG_DENSE = 0xaa;
const TAG_SPARSE = 0xb2;
const TAG_REST = 6;

/** What a point says of its vectors: `empty` = neither a vector nor names, `none` = no names. */
type GivenVectors = 'absent' | 'empty' | 'none' | 'some';

class PointDecoder {
  readonly #places: PointPlaces;
  readonly #violations: Violations;
  readonly #bytes: Buffer;
  readonly #reader: BinaryReader;
  readonly #ids: IdPlaces;
  readonly #payloads: PayloadTranscoder;
  readonly #vectors: VectorPlaces;
  readonly #count: number;
  #fault: Error | undefined = undefined;

  constructor(places: PointPlaces, violations: Violations) {
    const { bytes, ranges } = places;
    this.#places = places;
    this.#violations = violations;
    this.#bytes = bytes;
    this.#count = ranges.length / 2;
    this.#reader = new BinaryReader(bytes);
    this.#ids = new IdPlaces(bytes, this.#count);
    this.#payloads = new PayloadTranscoder(bytes, this.#reader);
    this.#vectors = new VectorPlaces(bytes, this.#count);
  }

  decode(): DecodedPoints {
    const { ranges } = this.#places;
    const payloadStarts = new Uint32Array(this.#count + 1);
    for (let index = 0; index < this.#count; index++) {
      this.#reader.pos = ranges[index * 2] as number;
      this.#point(index, ranges[index * 2 + 1] as number);
      payloadStarts[index + 1] = this.#payloads.length;
    }
    const points: PointColumns = {
      ids: this.#ids.finish(),
      ...this.#vectors.finish(this.#convert, this.#repeated),
      payloads: this.#payloads.take(),
      payloadStarts,
    };
    return { points, fault: this.#fault ?? this.#payloads.fault ?? this.#vectors.fault };
  }

  #point(index: number, end: number): void {
    const reader = this.#reader;
    const { form, depth } = this.#places;
    const payloadTag = form.payloadField * 8 + 2;
    const vectorsTag = form.vectorsField * 8 + 2;
    // Until it is given; what is given last counts.
    let idFault: Error | 'absent' | undefined = 'absent';
    let given: GivenVectors = 'absent';
    let hasPayload = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === TAG_1) {
        idFault = this.#id(index, reader.uint32());
      } else if (tag === vectorsTag) {
        if (given !== 'absent') this.#vectors.clear(index);
        given = this.#vectorsOf(index, reader.uint32());
      } else if (tag === payloadTag && form.payloadField > 0) {
        if (!hasPayload) this.#payloads.begin();
        hasPayload = true;
        const length = reader.uint32();
        this.#payloads.entry(reader.pos + length, depth + 1);
      } else this.#otherField(tag);
    }
    reader.finish(end);
    if (hasPayload) this.#payloads.end();
    if (idFault === 'absent') this.#fault ??= invalidArgument(form.idMissing);
    else if (idFault !== undefined) this.#fault ??= idFault;
    this.#checkGiven(index, given);
  }

  #checkGiven(index: number, given: GivenVectors): void {
    if (given === 'some') return;
    const { form, path } = this.#places;
    if (given === 'absent') this.#fault ??= invalidArgument(form.vectorsMissing);
    else if (given === 'empty') this.#fault ??= invalidArgument('No Vector Provided');
    else if (form.needsVector) {
      this.#violations.add(`${path}[${index}].vectors`, 'must specify vectors to update for point');
    }
  }

  #otherField(tag: number): void {
    const { name, payloadField, vectorsField } = this.#places.form;
    const reader = this.#reader;
    const field = tag >>> 3;
    if (field === 1) throw reader.wrongType(tag, TAG_1, `${name}.id`);
    if (field === vectorsField) throw reader.wrongType(tag, TAG_1, `${name}.vectors`);
    if (field === payloadField && field > 0) throw reader.wrongType(tag, TAG_1, `${name}.payload`);
    reader.unknown(tag);
  }

  /** A `PointId` of `length` bytes. Returns what is wrong with what it says. */
  #id(index: number, length: number): Error | undefined {
    const reader = this.#reader;
    const end = reader.pos + length;
    if (this.#ids.read(index, reader.pos, end)) {
      reader.pos = end;
      return undefined;
    }
    const message = WirePointId.decode(reader, length);
    try {
      this.#ids.set(index, pointIdOf(message));
      return undefined;
    } catch (error) {
      return conversionError(error);
    }
  }

  /** `Vectors` of `length` bytes. */
  #vectorsOf(index: number, length: number): GivenVectors {
    const reader = this.#reader;
    const start = reader.pos;
    const end = start + length;
    const tag = this.#bytes[start];
    if (tag === TAG_1 || tag === TAG_2) {
      reader.pos++;
      const inner = reader.uint32();
      if (reader.pos + inner === end && end <= reader.len) {
        if (tag === TAG_2) return this.#named(index, end);
        this.#vector(index, this.#vectors.named(''), { end, isNamed: false });
        return 'some';
      }
      reader.pos = start;
    }
    const { vectorsOptions } = wire.Vectors.decode(reader, length);
    switch (vectorsOptions?.$case) {
      case 'vector':
        this.#vectors.set(index, this.#vectors.named(''), vectorsOptions.value, false);
        return 'some';
      case 'vectors':
        return this.#setAll(index, vectorsOptions.value);
      case undefined:
        return 'empty';
    }
  }

  /** `NamedVectors` from here to `end`. */
  #named(index: number, end: number): GivenVectors {
    const reader = this.#reader;
    const start = reader.pos;
    for (let position = 0; reader.pos < end; position++) {
      if (this.#namedEntry(index, end, position)) continue;
      this.#vectors.clear(index);
      reader.pos = start;
      return this.#setAll(index, wire.NamedVectors.decode(reader, end - start));
    }
    return start === end ? 'none' : 'some';
  }

  /** An entry that is a name and then a vector. False where it is anything else. */
  #namedEntry(index: number, end: number, position: number): boolean {
    const reader = this.#reader;
    const bytes = this.#bytes;
    if (bytes[reader.pos++] !== TAG_1) return false;
    const length = reader.uint32();
    const entryEnd = reader.pos + length;
    if (entryEnd > end || bytes[reader.pos++] !== TAG_1) return false;
    const nameLength = reader.uint32();
    const nameStart = reader.pos;
    const nameEnd = nameStart + nameLength;
    if (nameEnd >= entryEnd || bytes[nameEnd] !== TAG_2) return false;
    reader.pos = nameEnd + 1;
    const vectorLength = reader.uint32();
    if (reader.pos + vectorLength !== entryEnd) return false;
    const name = this.#vectors.nameAt(nameStart, nameEnd, position);
    this.#vector(index, name, { end: entryEnd, isNamed: true });
    return true;
  }

  /** A `Vector` from here to `end`, which lies within the bytes. */
  #vector(index: number, name: number, { end, isNamed }: { readonly end: number; readonly isNamed: boolean }): void {
    const reader = this.#reader;
    const bytes = this.#bytes;
    const start = reader.pos;
    let form = 0;
    if ((bytes[start] === TAG_DENSE || bytes[start] === TAG_SPARSE) && bytes[start + 1] === TAG_REST) {
      reader.pos += 2;
      const length = reader.uint32();
      if (reader.pos + length === end) form = bytes[start];
    } else form = TAG_DENSE;
    if (form === TAG_DENSE && this.#dense(index, name, end)) return;
    if (form === TAG_SPARSE && isNamed && this.#sparse(index, name, end)) return;
    reader.pos = start;
    this.#vectors.set(index, name, wire.Vector.decode(reader, end - start), isNamed);
  }

  /** Values and then as many indices, each in one piece, from here to `end`. */
  #sparse(index: number, name: number, end: number): boolean {
    const reader = this.#reader;
    const bytes = this.#bytes;
    if (bytes[reader.pos++] !== TAG_1) return false;
    const valueBytes = reader.uint32();
    const values = reader.pos;
    reader.pos += valueBytes;
    if (reader.pos >= end || valueBytes % 4 !== 0 || bytes[reader.pos++] !== TAG_2) return false;
    const indexBytes = reader.uint32();
    const indices = reader.pos;
    if (indices + indexBytes !== end) return false;
    reader.pos = end;
    return this.#vectors.setSparse(index, name, { values, count: valueBytes / 4, indices, end });
  }

  /** Floats in one piece, or none, from here to `end`. Both forms of a dense vector hold them in field 1. */
  #dense(index: number, name: number, end: number): boolean {
    const reader = this.#reader;
    if (reader.pos === end) {
      this.#vectors.setDense(index, name, end, 0);
      return true;
    }
    if (this.#bytes[reader.pos] !== TAG_1) return false;
    reader.pos++;
    const length = reader.uint32();
    if (reader.pos + length !== end || length % 4 !== 0) return false;
    this.#vectors.setDense(index, name, reader.pos, length / 4);
    reader.pos = end;
    return true;
  }

  #setAll(index: number, { vectors }: wire.NamedVectors): GivenVectors {
    vectors.forEach((message, name) => this.#vectors.set(index, this.#vectors.named(name), message, true));
    return vectors.size === 0 ? 'none' : 'some';
  }

  /** Where a vector of a point stands, for broken rules. */
  #vectorPath(index: number, isNamed: boolean): string {
    return `${this.#places.path}[${index}].vectors.vectors_options${isNamed ? '.vectors[]' : ''}`;
  }

  readonly #repeated = (index: number): void => {
    this.#violations.add(`${this.#vectorPath(index, true)}.vector.indices`, SPARSE_UNIQUE);
  };

  readonly #convert: ConvertVector = (message, index, isNamed) => {
    const path = this.#vectorPath(index, isNamed);
    try {
      const given = vectorOf(message, path, this.#violations);
      if (isNamed || given.kind === 'inference' || given.vector.kind !== 'sparse') return given;
      this.#fault ??= invalidArgument('Sparse vector must be named');
    } catch (error) {
      this.#fault ??= conversionError(error);
    }
    return undefined;
  };
}

/** To be kept: what is wrong with the bytes counts first, and broken rules second. */
function conversionError(error: unknown): Error {
  if (error instanceof GrpcError || error instanceof VectorizerError) return error;
  throw error;
}
