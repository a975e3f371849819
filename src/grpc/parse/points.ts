import * as wire from '../../../generated/points.js';
import type { PointChange, UpdateMode, UpdatePoints } from '../../core/requests.ts';
import { splitMessage } from '../wire/split-message.ts';
import { filterOf } from './filter.ts';
import { type DecodedPoints, decodePoints, POINT_STRUCT, POINT_VECTORS } from './point-decoder.ts';
import { refuseShardKeys } from './shard-keys.ts';
import { Violations } from './violations.ts';
import { writeOptionsOf } from './write-options.ts';

const MODES: Readonly<Record<number, UpdateMode>> = {
  [wire.UpdateMode.InsertOnly]: 'insert_only',
  [wire.UpdateMode.UpdateOnly]: 'update_only',
};

/** `UpsertPoints`: its points by the decoder of points, all else by the generated one. */
export function upsertPointsOf(bytes: Buffer): UpdatePoints {
  const { rest, ranges } = splitMessage(bytes, 0, bytes.length, 3);
  const message = wire.UpsertPoints.decode(rest);
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  const decoded = decodePoints({ bytes, ranges, form: POINT_STRUCT, path: 'points', depth: 1 }, violations);
  const change = upsertOf(decoded, message, 'update_filter', violations);
  return { collection, ...writeOptionsOf(message), change };
}

/** `UpdatePointVectors`, alike. */
export function updatePointVectorsOf(bytes: Buffer): UpdatePoints {
  const { rest, ranges } = splitMessage(bytes, 0, bytes.length, 3);
  const message = wire.UpdatePointVectors.decode(rest);
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  const decoded = decodePoints({ bytes, ranges, form: POINT_VECTORS, path: 'points', depth: 1 }, violations);
  const change = updateVectorsOf(decoded, message, 'update_filter', violations);
  return { collection, ...writeOptionsOf(message), change };
}

type WireUpsert = Pick<wire.UpsertPoints, 'shardKeySelector' | 'updateFilter' | 'updateMode'>;

/** The change that decoded points make. filterPath: for broken rules. Throws what is wrong, broken rules first. */
export function upsertOf(
  decoded: DecodedPoints,
  message: WireUpsert,
  filterPath: string,
  violations: Violations,
): PointChange {
  const updateFilter = filterOf(message.updateFilter, filterPath, violations);
  // Of a mode that is unknown Qdrant makes an upsert.
  const mode = MODES[message.updateMode ?? wire.UpdateMode.Upsert] ?? 'upsert';
  return { kind: 'upsert', points: soundPoints(decoded, message, violations), mode, updateFilter };
}

type WireUpdateVectors = Pick<wire.UpdatePointVectors, 'shardKeySelector' | 'updateFilter'>;

export function updateVectorsOf(
  decoded: DecodedPoints,
  message: WireUpdateVectors,
  filterPath: string,
  violations: Violations,
): PointChange {
  const updateFilter = filterOf(message.updateFilter, filterPath, violations);
  return { kind: 'update_vectors', points: soundPoints(decoded, message, violations), updateFilter };
}

function soundPoints(
  { points, fault }: DecodedPoints,
  { shardKeySelector }: WireUpdateVectors,
  violations: Violations,
): DecodedPoints['points'] {
  violations.finish();
  if (fault !== undefined) throw fault;
  refuseShardKeys(shardKeySelector, 'write');
  return points;
}
