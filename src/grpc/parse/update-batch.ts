import * as wire from '../../../generated/points.js';
import { BinaryReader } from '../../../generated/wire.js';
import { limitExceeded } from '../../core/errors.ts';
import type { PointChange, UpdateBatch } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { splitMessage } from '../wire/split-message.ts';
import {
  clearPayloadOf,
  deletePayloadOf,
  deletePointsOf,
  deleteVectorsOf,
  overwritePayloadOf,
  setPayloadOf,
} from './changes.ts';
import { decodePoints, POINT_STRUCT, POINT_VECTORS, type PointPlaces } from './point-decoder.ts';
import { updateVectorsOf, upsertOf } from './points.ts';
import { Violations } from './violations.ts';
import { writeOptionsOf } from './write-options.ts';

/** A change whose bytes have been found to make sense, but not yet what they say. */
type PendingChange = () => PointChange;

/** An operation may be two bytes long, and costs some 400 here and a record of the log later. */
const OPERATIONS_MAX = 100_000;
const TAG_UPSERT = 10;
const TAG_UPDATE_VECTORS = 58;
/** A point of a batch lies in the batch, an operation, and the list that this is of. */
const POINT_DEPTH = 3;

/**
 * `UpdateBatchPoints`. All of it is read before anything is done: Qdrant converts an operation only when those before it
 * have been applied, which leaves half a batch behind where one cannot be converted.
 */
export function updateBatchOf(bytes: Buffer): UpdateBatch {
  const { rest, ranges } = splitMessage(bytes, 0, bytes.length, 3);
  const count = ranges.length / 2;
  if (count > OPERATIONS_MAX) throw limitExceeded('operations', count, OPERATIONS_MAX);
  const message = wire.UpdateBatchPoints.decode(rest);
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  const pending: PendingChange[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    const range = { bytes, start: ranges[at] ?? 0, end: ranges[at + 1] ?? 0 };
    pending.push(operationOf(range, `operations[${at / 2}].operation.`, violations));
  }
  if (count === 0) violations.add('operations', 'value [] invalid, must be at least 1 characters');
  violations.finish();
  return { collection, ...writeOptionsOf(message), changes: pending.map((read) => read()) };
}

interface Range {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const noOperation: PendingChange = () => {
  throw invalidArgument('Operation is missing');
};

/** A `PointsUpdateOperation`: of several kinds the last counts. */
function operationOf({ bytes, start, end }: Range, path: string, violations: Violations): PendingChange {
  const reader = new BinaryReader(bytes);
  reader.pos = start;
  let found = noOperation;
  while (reader.pos < end) {
    const begin = reader.pos;
    const tag = reader.uint32();
    if (tag === TAG_UPSERT || tag === TAG_UPDATE_VECTORS) {
      const length = reader.uint32();
      const range = { bytes, start: reader.pos, end: reader.pos + length };
      found = tag === TAG_UPSERT ? pendingUpsert(range, path, violations) : pendingVectors(range, path, violations);
      reader.pos += length;
    } else {
      reader.unknown(tag);
      const { operation } = wire.PointsUpdateOperation.decode(bytes.subarray(begin, reader.pos));
      if (operation !== undefined) found = () => changeOf(operation, path, violations);
    }
  }
  reader.finish(end);
  return found;
}

function pendingUpsert({ bytes, start, end }: Range, path: string, violations: Violations): PendingChange {
  const { rest, ranges } = splitMessage(bytes, start, end, 1);
  const message = wire.PointsUpdateOperation_PointStructList.decode(rest);
  const places: PointPlaces = { bytes, ranges, form: POINT_STRUCT, path: `${path}points`, depth: POINT_DEPTH };
  const decoded = decodePoints(places, violations);
  return () => upsertOf(decoded, message, `${path}update_filter`, violations);
}

function pendingVectors({ bytes, start, end }: Range, path: string, violations: Violations): PendingChange {
  const { rest, ranges } = splitMessage(bytes, start, end, 1);
  const message = wire.PointsUpdateOperation_UpdateVectors.decode(rest);
  const places: PointPlaces = { bytes, ranges, form: POINT_VECTORS, path: `${path}points`, depth: POINT_DEPTH };
  const decoded = decodePoints(places, violations);
  return () => updateVectorsOf(decoded, message, `${path}update_filter`, violations);
}

type Operation = Exclude<wire.PointsUpdateOperation['operation'], undefined>;

/** Upserts and changes of vectors have been taken out before: what is here has no points of its own. */
function changeOf(operation: Operation, path: string, violations: Violations): PointChange {
  switch (operation.$case) {
    case 'upsert':
    case 'updateVectors':
      return noOperation();
    case 'deleteDeprecated':
      return deletePointsOf({ points: operation.value }, path, violations);
    case 'deletePoints':
      return deletePointsOf(operation.value, path, violations);
    case 'setPayload':
      return setPayloadOf(operation.value, path, violations);
    case 'overwritePayload':
      return overwritePayloadOf(operation.value, path, violations);
    case 'deletePayload':
      return deletePayloadOf(operation.value, path, violations);
    case 'clearPayloadDeprecated':
      return clearPayloadOf({ points: operation.value }, path, violations);
    case 'clearPayload':
      return clearPayloadOf(operation.value, path, violations);
    case 'deleteVectors':
      return deleteVectorsOf(operation.value, path, violations);
  }
}
