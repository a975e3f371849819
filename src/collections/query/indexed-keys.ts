import type { JsonPath } from '../../core/json-path.ts';
import type { FieldIndex } from '../../filters/field-index.ts';
import { knownValuesOf, learnValues } from '../../filters/open-field-index.ts';
import type { GroupKey } from '../../query/group-hits.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import { inOrder } from './group-keys.ts';

/** What points are grouped by, as the indexes over a path tell it without payloads. For one turn of the event loop. */
export class IndexedKeys {
  readonly #path: JsonPath;
  readonly #indexes = new Map<Shard, FieldIndex | undefined>();

  constructor(path: JsonPath) {
    this.#path = path;
  }

  /** As GroupKeys.of, none where the point has no value; undefined: only the payload can tell. */
  of({ shard, segment, row }: FoundPoint): readonly GroupKey[] | undefined {
    const index = this.#indexOf(shard);
    // What a replaced row says of its point means nothing.
    if (index === undefined || segment.removed.has(row)) return undefined;
    const values = knownValuesOf(index)?.of(segment.rows.slotAt(row));
    // Indexes that know all values of a point are of strings or of integers.
    return values === undefined ? undefined : inOrder(values as GroupKey[]);
  }

  /** The next time the index may tell the point's keys. payload: as it is at this moment. */
  learn({ shard, segment, row }: FoundPoint, payload: Uint8Array): void {
    const index = this.#indexOf(shard);
    if (index !== undefined && !segment.removed.has(row)) learnValues(index, segment.rows.slotAt(row), payload);
  }

  #indexOf(shard: Shard): FieldIndex | undefined {
    if (!this.#indexes.has(shard)) this.#indexes.set(shard, shard.points.fields.at(this.#path));
    return this.#indexes.get(shard);
  }
}
