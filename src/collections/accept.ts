import type { DenseVectorConfig } from '../core/collection-config.ts';
import { badInput, badRequest } from '../core/errors.ts';
import type { PointColumns } from '../core/requests.ts';
import { normaliseRows } from '../core/distances.ts';
import { FLAG_VECTOR } from '../segments/row-table.ts';
import type { UpsertRecord } from './record.ts';

/**
 * Checks points against a collection and makes the record that will be logged. Nothing else can be logged.
 *
 * field    the default dense vector, or undefined where the collection has none.
 * Returns  the record; its vectors are the request's own memory, normalised in place for Cosine.
 * Throws   bad_request on no points; bad_input on a wrong dimension, an unknown vector name, a vector of another kind
 *          or a component that is not finite. `OperationRejected` marks those that Qdrant finds only after it has
 *          numbered the operation.
 */
export function acceptUpsert(points: PointColumns, field: DenseVectorConfig | undefined): UpsertRecord {
  const { ids, vectors, vectorStarts, payloads, payloadStarts } = points;
  const { count } = ids;
  if (count === 0) throw badRequest('Empty update request');
  const dimension = field?.size ?? 0;
  const flags = new Uint8Array(count);
  for (let point = 0; point < count; point++) {
    const length = (vectorStarts[point + 1] ?? 0) - (vectorStarts[point] ?? 0);
    flags[point] = (ids.kinds[point] ?? 0) | (length > 0 ? FLAG_VECTOR : 0);
    if (length === 0) continue;
    if (field === undefined) throw new OperationRejected('Not existing vector name error: ');
    if (length !== dimension) throw badInput(`Vector dimension error: expected dim: ${dimension}, got ${length}`);
  }
  refuseOtherVectors(points, field);
  // Every vector has the field's length, so those that are there stand end to end as whole rows.
  const rows = vectors.subarray(vectorStarts[0] ?? 0, vectorStarts[count] ?? 0);
  const broken = normaliseRows(rows, dimension, field?.distance === 'Cosine');
  if (broken >= 0)
    throw badInput(`points: a vector holds a value that is not a finite number (component ${broken % dimension})`);
  return {
    kind: 'upsert',
    count,
    dimension,
    flags,
    words: ids.words.subarray(0, count * 4),
    payloadStarts: payloadStarts.subarray(0, count + 1),
    vectors: rows,
    payloads: payloads.subarray(0, payloadStarts[count] ?? 0),
  };
}

/** Refused after Qdrant's log had numbered it: the operation's number is used up (golden: points-crud). */
export class OperationRejected extends Error {
  override readonly name = 'OperationRejected';
}

function refuseOtherVectors(points: PointColumns, field: DenseVectorConfig | undefined): void {
  const [first] = points.others;
  if (first === undefined) return;
  if (first.name !== '' || field === undefined)
    throw new OperationRejected(`Not existing vector name error: ${first.name}`);
  if (first.kind === 'sparse') throw new OperationRejected('Conversion between sparse and regular vectors failed');
  throw new OperationRejected('Conversion between multi and regular vectors failed');
}
