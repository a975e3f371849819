import { JSON_NUMBER, JSON_STRING } from '../../base/json/json-tree.ts';
import { asBuffer } from '../../base/json/stored-json.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { readInteger, readText } from '../../filters/payload-scalars.ts';
import { collectItems, type PayloadPath, payloadPath, ValueSpans } from '../../filters/payload-values.ts';
import type { GroupKey } from '../../query/group-hits.ts';

const NO_KEYS: readonly GroupKey[] = [];

/** What points are grouped by: reads the values at one path of payload after payload. */
export class GroupKeys {
  readonly #path: PayloadPath;
  readonly #spans = new ValueSpans();

  constructor(path: JsonPath) {
    this.#path = payloadPath(path.steps);
  }

  /**
   * The groups of a point, each once and in order: the strings and integers (i64, u64) at the path and in arrays there, one level. None
   * where a value is anything else: then the point belongs to no group (SEMANTICS.md 3.4). undefined: it has no value.
   */
  of(payload: Uint8Array): readonly GroupKey[] | undefined {
    const spans = this.#spans;
    collectItems(payload, 0, payload.length, this.#path, spans);
    if (spans.count === 0) return undefined;
    const bytes = asBuffer(payload);
    const keys: GroupKey[] = [];
    for (let index = 0; index < spans.count; index += 1) {
      const key = keyAt(bytes, spans, index);
      if (key === undefined) return NO_KEYS;
      if (!keys.includes(key)) keys.push(key);
    }
    return inOrder(keys);
  }
}

/** Integers before strings: groups with the same best point stand in the order of their keys, however these are known. */
export function inOrder(keys: GroupKey[]): GroupKey[] {
  return keys.length < 2 ? keys : keys.sort(compareKeys);
}

function compareKeys(a: GroupKey, b: GroupKey): number {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyAt(bytes: Buffer, spans: ValueSpans, index: number): GroupKey | undefined {
  const kind = spans.kindOf(index);
  if (kind === JSON_STRING) return readText(bytes, spans.startOf(index), spans.endOf(index));
  return kind === JSON_NUMBER ? readInteger(bytes, spans.startOf(index), spans.endOf(index)) : undefined;
}
