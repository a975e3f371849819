import { present } from '../../base/invariant.ts';
import type { PointChange, UpdateBatch, UpdatePoints } from '../../core/requests.ts';
import { writeOptions } from './query-text.ts';
import { readCollection, type Wire } from './wire.ts';

/** The parser of a route whose body is one change. */
export function parseChange(form: PointChange['kind']): (wire: Wire) => UpdatePoints | Promise<UpdatePoints> {
  return (wire) => {
    const head = { collection: readCollection(wire), ...writeOptions(wire.query) };
    const changes = wire.parseChanges(form, wire.body);
    if (changes instanceof Promise) return changes.then((changes) => ({ ...head, change: only(changes) }));
    return { ...head, change: only(changes) };
  };
}

/** `POST /collections/{c}/points/batch`. */
export function parseUpdates(wire: Wire): UpdateBatch | Promise<UpdateBatch> {
  const head = { collection: readCollection(wire), ...writeOptions(wire.query) };
  const changes = wire.parseChanges('updates', wire.body);
  if (changes instanceof Promise) return changes.then((changes) => ({ ...head, changes }));
  return { ...head, changes };
}

function only(changes: readonly PointChange[]): PointChange {
  return present(changes[0], 'a body that is no batch is one change');
}
