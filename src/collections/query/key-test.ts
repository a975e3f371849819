import type { FieldPredicate } from '../../core/filter.ts';
import type { JsonPath } from '../../core/json-path.ts';
import type { IndexLeaf } from '../../filters/field-index.ts';
import type { GroupKey } from '../../query/group-hits.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';

/**
 * Which points may have one of some values at a path, as an index over it tells without their payloads: all where there is
 * no such index. To be used at once, and not after the next change of a payload.
 */
export class KeyTest {
  readonly #path: JsonPath;
  readonly #predicate: FieldPredicate | undefined;
  readonly #leaves = new Map<Shard, IndexLeaf | undefined>();

  constructor(path: JsonPath, keys: readonly GroupKey[]) {
    this.#path = path;
    this.#predicate = anyOf(keys);
  }

  mayHave({ shard, segment, row }: FoundPoint): boolean {
    // What a replaced row says of its point means nothing.
    if (segment.removed.has(row)) return true;
    if (!this.#leaves.has(shard)) this.#leaves.set(shard, this.#leafOf(shard));
    return this.#leaves.get(shard)?.test(segment.rows.slotAt(row)) ?? true;
  }

  #leafOf(shard: Shard): IndexLeaf | undefined {
    return this.#predicate === undefined ? undefined : shard.points.fields.at(this.#path)?.leaf(this.#predicate);
  }
}

/** undefined: the values are of several types, and no index has them all. */
function anyOf(keys: readonly GroupKey[]): FieldPredicate | undefined {
  const strings = keys.filter((key) => typeof key === 'string');
  const integers = keys.filter((key) => typeof key === 'bigint');
  if (integers.length === 0) return { kind: 'any', values: { type: 'strings', values: strings } };
  const areMatchable = strings.length === 0 && integers.every((key) => key < 2n ** 63n);
  return areMatchable ? { kind: 'any', values: { type: 'integers', values: integers } } : undefined;
}
