import type { CollectionConfig, DenseVectorConfig } from '../core/collection-config.ts';
import { normaliseRows } from '../core/distances.ts';
import { badInput, badRequest, type VectorizerError } from '../core/errors.ts';
import type { IdColumn } from '../core/ids.ts';
import type { PointChange, PointColumns, PointsTarget } from '../core/requests.ts';
import { FLAG_VECTOR } from '../segments/row-table.ts';
import type { UpdateRecord } from './record.ts';
import type { RecordedPoints } from './record-columns.ts';

const NO_PAYLOAD: Uint8Array = new Uint8Array(0);

/**
 * Checks a change against a collection and makes the records that will be logged, in order: one, but for a removal of
 * vectors by filter and by ids. Nothing else can be logged.
 *
 * Throws   bad_request where it names no points; bad_input on a wrong dimension, an unknown vector name, a vector of
 *          another kind or a component that is not finite. `OperationRejected` marks those that Qdrant finds only after
 *          it has numbered the operation.
 */
export function acceptChange(change: PointChange, config: CollectionConfig): readonly UpdateRecord[] {
  const field = config.params.vectors.find(({ name }) => name === '');
  switch (change.kind) {
    case 'upsert': {
      const { mode, updateFilter: filter } = change;
      const condition = mode === 'upsert' && filter === undefined ? undefined : { mode, filter };
      return [{ kind: 'upsert', points: acceptPoints(change.points, field), condition }];
    }
    case 'delete':
      return [{ kind: 'remove', target: acceptTarget(change.target) }];
    case 'set_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'overwrite_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'delete_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'clear_payload':
      return [{ kind: 'overwrite_payload', target: acceptTarget(change.target), payload: NO_PAYLOAD }];
    case 'update_vectors':
      return [{ kind: change.kind, points: acceptPoints(change.points, field), filter: change.updateFilter }];
    case 'delete_vectors': {
      const { names, filter, ids } = change;
      for (const name of names) if (name !== '' || field === undefined) throw unknownVector(name);
      const targets: PointsTarget[] = filter === undefined ? [] : [{ kind: 'filter', filter }];
      if (ids !== undefined) targets.push({ kind: 'ids', ids: acceptIds(ids) });
      if (targets.length === 0) throw badRequest('No filter or points provided');
      return targets.map((target) => ({ kind: 'remove_vectors', target, names }));
    }
  }
}

/** Refused after Qdrant's log had numbered it: the operation's number is used up (golden: points-crud). */
export class OperationRejected extends Error {
  override readonly name = 'OperationRejected';
  readonly refusal: VectorizerError;

  constructor(message: string) {
    super(message);
    this.refusal = badInput(message);
  }
}

function acceptTarget(target: PointsTarget): PointsTarget {
  return target.kind === 'ids' ? { kind: 'ids', ids: acceptIds(target.ids) } : target;
}

function acceptIds(ids: IdColumn): IdColumn {
  if (ids.count === 0) throw badRequest('Empty update request');
  return ids;
}

/** The columns as they will be logged; the vectors are the request's own memory, normalised in place for Cosine. */
function acceptPoints(points: PointColumns, field: DenseVectorConfig | undefined): RecordedPoints {
  const { ids, vectors, vectorStarts, payloads, payloadStarts } = points;
  const { count } = acceptIds(ids);
  const dimension = field?.size ?? 0;
  const flags = new Uint8Array(count);
  for (let point = 0; point < count; point++) {
    const length = (vectorStarts[point + 1] ?? 0) - (vectorStarts[point] ?? 0);
    flags[point] = (ids.kinds[point] ?? 0) | (length > 0 ? FLAG_VECTOR : 0);
    if (length === 0) continue;
    if (field === undefined) throw unknownVector('');
    if (length !== dimension) throw badInput(`Vector dimension error: expected dim: ${dimension}, got ${length}`);
  }
  refuseOtherVectors(points, field);
  // Every vector has the field's length, so those that are there stand end to end as whole rows.
  const rows = vectors.subarray(vectorStarts[0] ?? 0, vectorStarts[count] ?? 0);
  const broken = normaliseRows(rows, dimension, field?.distance === 'Cosine');
  if (broken >= 0)
    throw badInput(`points: a vector holds a value that is not a finite number (component ${broken % dimension})`);
  return {
    count,
    dimension,
    flags,
    words: ids.words.subarray(0, count * 4),
    payloadStarts: payloadStarts.subarray(0, count + 1),
    vectors: rows,
    payloads: payloads.subarray(0, payloadStarts[count] ?? 0),
  };
}

function unknownVector(name: string): OperationRejected {
  return new OperationRejected(`Not existing vector name error: ${name}`);
}

function refuseOtherVectors(points: PointColumns, field: DenseVectorConfig | undefined): void {
  const [first] = points.others;
  if (first === undefined) return;
  if (first.name !== '' || field === undefined) throw unknownVector(first.name);
  if (first.kind === 'sparse') throw new OperationRejected('Conversion between sparse and regular vectors failed');
  throw new OperationRejected('Conversion between multi and regular vectors failed');
}
