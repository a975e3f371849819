import type { PointId as WirePointId } from '../../../generated/qdrant_common.js';
import { type IdColumn, idColumn, numberId, parseUuidId, type PointId } from '../../core/ids.ts';
import { invalidArgument } from '../grpc-error.ts';

/** The id that a message holds. Throws INVALID_ARGUMENT where it holds none. */
export function pointIdOf(id: WirePointId | undefined): PointId {
  const options = id?.pointIdOptions;
  if (options === undefined) throw invalidArgument('No ID options provided');
  return options.$case === 'num' ? numberId(options.value) : uuidOf(options.value);
}

/** Ids of a list by column. */
export function idsOf(ids: readonly WirePointId[]): IdColumn {
  return idColumn(ids.map(pointIdOf));
}

/** The id that a UUID's text stands for, in any form that Qdrant takes. Throws INVALID_ARGUMENT. */
function uuidOf(text: string): PointId {
  const id = parseUuidId(text);
  if (id === undefined) throw invalidArgument(`Unable to parse UUID: ${text}`);
  return id;
}
