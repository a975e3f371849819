import { dataDamaged, VectorizerError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { decodeFilter, encodeFilter } from '../core/filter-text.ts';
import { jsonPath, type JsonPath } from '../core/json-path.ts';
import type { FieldSchema } from '../core/payload-schema.ts';
import type { PointsTarget, UpdateMode } from '../core/requests.ts';
import type { FieldSpec } from '../segments/field-spec.ts';
import {
  align4,
  bytesOf,
  decodeColumns,
  encodeIds,
  encodePoints,
  KIND_IDS,
  KIND_POINTS,
  padded,
  type RecordedColumns,
  type RecordedPoints,
} from './record-columns.ts';

/** When an upsert leaves a point alone; undefined filter = no condition on points that exist. */
export interface UpsertCondition {
  readonly mode: UpdateMode;
  readonly filter: Filter | undefined;
}

/**
 * What a shard's log holds: one record an update. Plain upserts and removals by id are their columns alone
 * (record-columns.ts); every other change is
 *
 *   | 3 | headBytes | columnsBytes | payloadBytes | head: JSON, padded to 4 | columns | payload: raw JSON |
 *
 * Filters go in as they were asked: which points match is decided when the record is applied, always alike.
 */
export type UpdateRecord =
  | {
      readonly kind: 'upsert';
      readonly points: RecordedPoints;
      /** undefined: none, every point is written. */
      readonly condition: UpsertCondition | undefined;
    }
  | { readonly kind: 'remove'; readonly target: PointsTarget }
  | PayloadRecord
  /** Points without payloads; each has a vector. */
  | { readonly kind: 'update_vectors'; readonly points: RecordedPoints; readonly filter: Filter | undefined }
  | { readonly kind: 'remove_vectors'; readonly target: PointsTarget; readonly names: readonly string[] }
  | IndexRecord
  | VectorFieldRecord;

/** A change of payloads; an empty `payload` means none. */
export type PayloadRecord =
  | {
      readonly kind: 'set_payload';
      readonly target: PointsTarget;
      readonly payload: Uint8Array;
      readonly key: JsonPath | undefined;
    }
  | { readonly kind: 'overwrite_payload'; readonly target: PointsTarget; readonly payload: Uint8Array }
  | { readonly kind: 'delete_payload'; readonly target: PointsTarget; readonly keys: readonly JsonPath[] };

export type IndexRecord =
  | { readonly kind: 'create_index'; readonly path: JsonPath; readonly schema: FieldSchema }
  | { readonly kind: 'delete_index'; readonly path: JsonPath };

/** A field of vectors comes, with how it is held and indexed, or goes with all its vectors. */
export type VectorFieldRecord =
  | { readonly kind: 'create_vector_field'; readonly spec: FieldSpec }
  | { readonly kind: 'delete_vector_field'; readonly name: string };

const KIND_CHANGE = 3;
const HEADER_BYTES = 16;

/** What is said of a change in words. Paths and filters are text. */
interface Head {
  readonly op: UpdateRecord['kind'];
  readonly mode?: UpdateMode | undefined;
  readonly filter?: string | undefined;
  readonly key?: string | undefined;
  readonly keys?: readonly string[];
  readonly names?: readonly string[];
  readonly schema?: FieldSchema;
  readonly spec?: FieldSpec;
}

/** The parts of a record, to be written end to end. They are views of the record's arrays, not copies. */
export function encodeRecord(record: UpdateRecord): Uint8Array[] {
  switch (record.kind) {
    case 'upsert': {
      const { points, condition } = record;
      if (condition === undefined) return encodePoints(points);
      return encodeChange(
        { op: record.kind, mode: condition.mode, filter: text(condition.filter) },
        encodePoints(points),
      );
    }
    case 'remove':
      if (record.target.kind === 'ids') return encodeIds(record.target.ids);
      return encodeChange({ op: record.kind, ...headOf(record.target) });
    case 'set_payload': {
      const { kind, target, key, payload } = record;
      return encodeChange({ op: kind, ...headOf(target), key: key?.text }, columnsOf(target), payload);
    }
    case 'overwrite_payload':
      return encodeChange({ op: record.kind, ...headOf(record.target) }, columnsOf(record.target), record.payload);
    case 'delete_payload': {
      const keys = record.keys.map((key) => key.text);
      return encodeChange({ op: record.kind, ...headOf(record.target), keys }, columnsOf(record.target));
    }
    case 'update_vectors':
      return encodeChange({ op: record.kind, filter: text(record.filter) }, encodePoints(record.points));
    case 'remove_vectors': {
      const { kind, target, names } = record;
      return encodeChange({ op: kind, ...headOf(target), names }, columnsOf(target));
    }
    case 'create_index':
      return encodeChange({ op: record.kind, key: record.path.text, schema: record.schema });
    case 'delete_index':
      return encodeChange({ op: record.kind, key: record.path.text });
    case 'create_vector_field':
      return encodeChange({ op: record.kind, spec: record.spec });
    case 'delete_vector_field':
      return encodeChange({ op: record.kind, names: [record.name] });
  }
}

/** Reads a record back. Throws data_damaged where it is not what `encodeRecord` makes. */
export function decodeRecord(bytes: Uint8Array, place: string): UpdateRecord {
  // A copy begins at offset 0; `slice` of a Buffer would not copy.
  const source = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  if (source.length < HEADER_BYTES) throw dataDamaged(place, `a record of ${source.length} bytes is too short`);
  const [kind = 0, headBytes = 0, columnsBytes = 0, payloadBytes = 0] = new Uint32Array(
    source.buffer,
    source.byteOffset,
    4,
  );
  if (kind === KIND_POINTS || kind === KIND_IDS) {
    const columns = decodeColumns(source, place);
    return columns.kind === 'points'
      ? { kind: 'upsert', points: columns.points, condition: undefined }
      : { kind: 'remove', target: columns };
  }
  if (kind !== KIND_CHANGE) throw dataDamaged(place, `unknown kind of record ${kind}`);
  const columnsAt = HEADER_BYTES + align4(headBytes);
  const payloadAt = columnsAt + columnsBytes;
  if (payloadAt + payloadBytes !== source.length) throw dataDamaged(place, 'a record has a wrong length');
  const columns = columnsBytes === 0 ? undefined : decodeColumns(source.subarray(columnsAt, payloadAt), place);
  const head = decodeHead(source.subarray(HEADER_BYTES, HEADER_BYTES + headBytes), place);
  return changeOf(head, columns, source.subarray(payloadAt), place);
}

function encodeChange(head: Head, columns: readonly Uint8Array[] = [], payload = NO_PAYLOAD): Uint8Array[] {
  const said = new TextEncoder().encode(JSON.stringify(head));
  const columnsBytes = columns.reduce((sum, part) => sum + part.length, 0);
  return [
    bytesOf(new Uint32Array([KIND_CHANGE, said.length, columnsBytes, payload.length])),
    padded(said),
    ...columns,
    payload,
  ];
}

const NO_PAYLOAD: Uint8Array = new Uint8Array(0);

function headOf(target: PointsTarget): Pick<Head, 'filter'> {
  return target.kind === 'filter' ? { filter: encodeFilter(target.filter) } : {};
}

function columnsOf(target: PointsTarget): Uint8Array[] {
  return target.kind === 'ids' ? encodeIds(target.ids) : [];
}

function text(filter: Filter | undefined): string | undefined {
  return filter === undefined ? undefined : encodeFilter(filter);
}

function decodeHead(bytes: Uint8Array, place: string): Head {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Head;
  } catch (error) {
    // Caught to name the place.
    throw dataDamaged(place, 'the head of a record is not JSON', error);
  }
}

function changeOf(head: Head, columns: RecordedColumns | undefined, payload: Uint8Array, place: string): UpdateRecord {
  const { op, mode = 'upsert', names = [], keys = [], schema, spec } = head;
  const filter = head.filter === undefined ? undefined : filterOf(head.filter, place);
  const points = (): RecordedPoints => {
    if (columns?.kind !== 'points') throw dataDamaged(place, `a record of ${op} holds no points`);
    return columns.points;
  };
  const target = (): PointsTarget => {
    if (columns?.kind === 'ids') return columns;
    if (filter === undefined) throw dataDamaged(place, `a record of ${op} says nothing of its points`);
    return { kind: 'filter', filter };
  };
  switch (op) {
    case 'upsert':
      return { kind: op, points: points(), condition: { mode, filter } };
    case 'remove':
      return { kind: op, target: target() };
    case 'set_payload':
      return { kind: op, target: target(), payload, key: head.key === undefined ? undefined : pathOf(head.key, place) };
    case 'overwrite_payload':
      return { kind: op, target: target(), payload };
    case 'delete_payload':
      return { kind: op, target: target(), keys: keys.map((key) => pathOf(key, place)) };
    case 'update_vectors':
      return { kind: op, points: points(), filter };
    case 'remove_vectors':
      return { kind: op, target: target(), names };
    case 'create_index':
      if (schema === undefined) throw dataDamaged(place, 'a record of an index has no schema');
      return { kind: op, path: pathOf(head.key ?? '', place), schema };
    case 'delete_index':
      return { kind: op, path: pathOf(head.key ?? '', place) };
    case 'create_vector_field':
      if (spec === undefined) throw dataDamaged(place, 'a record of a vector field says nothing of it');
      return { kind: op, spec };
    case 'delete_vector_field':
      return { kind: op, name: names[0] ?? '' };
    default:
      throw dataDamaged(place, `unknown change ${String(op)}`);
  }
}

function pathOf(path: string, place: string): JsonPath {
  const parsed = jsonPath(path);
  if (parsed === undefined) throw dataDamaged(place, `\`${path}\` is no path`);
  return parsed;
}

function filterOf(encoded: string, place: string): Filter {
  try {
    return decodeFilter(encoded);
  } catch (error) {
    // Caught to name the place.
    throw dataDamaged(place, error instanceof VectorizerError ? error.message : 'a filter is not readable', error);
  }
}
