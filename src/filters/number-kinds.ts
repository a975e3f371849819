import { JSON_NUMBER, JSON_STRING } from '../base/json/json-tree.ts';
import { parseDatetime } from '../core/datetime.ts';
import type { Bounds, FieldPredicate } from '../core/filter.ts';
import type { StartFrom } from '../core/query.ts';
import { readInteger, readNumber, readText } from './payload-scalars.ts';
import {
  doubleKey,
  GREATEST_KEY,
  integerKey,
  keyAfter,
  keyBefore,
  type KeyInterval,
  LEAST_KEY,
  putDouble,
  putInteger,
  putWholeNumber,
  type SortableKey,
  takeDouble,
  takeInteger,
  takeWholeNumber,
} from './sortable-values.ts';

/** What tells integers, floats and datetimes apart; all are kept as sortable keys of two words. */
export interface NumberKind {
  /** Writes the key of a value of a payload; false where it is none of this kind. `start` … `end`: its bytes. */
  read(words: Uint32Array, kind: number, bytes: Buffer, start: number, end: number): boolean;
  /** The value of a key. */
  valueOf(high: number, low: number): bigint | number;
  /** The same as the nearest double. */
  numberOf(high: number, low: number): number;
  /** The keys that a range predicate takes; 'none' of them; undefined: no range of this kind. */
  interval(predicate: FieldPredicate): KeyInterval | 'none' | undefined;
  /** Where an order begins, inclusive. */
  startKey(start: StartFrom, direction: 'asc' | 'desc'): SortableKey;
}

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/** Integers of 64 bits, signed; floats without a fraction count. */
export const INTEGERS: NumberKind = {
  read(words, kind, bytes, start, end) {
    if (kind !== JSON_NUMBER) return false;
    const value = readNumber(bytes, start, end);
    if (!Number.isInteger(value)) return false;
    if (Math.abs(value) < 2 ** 53) {
      putWholeNumber(value, words);
      return true;
    }
    const exact = readInteger(bytes, start, end) ?? BigInt(value);
    if (exact < I64_MIN || exact > I64_MAX) return false;
    putInteger(exact, words);
    return true;
  },
  valueOf: takeInteger,
  numberOf: takeWholeNumber,
  interval(predicate) {
    if (predicate.kind !== 'range') return undefined;
    const { lt, gt, lte, gte } = predicate.bounds;
    let least = I64_MIN;
    let most = I64_MAX;
    // An index of Qdrant's looks at one bound on each side: `gt` before `gte`, `lt` before `lte` (SEMANTICS.md 2.3).
    if (gt !== undefined) least = floorOf(gt) + 1n;
    else if (gte !== undefined) least = ceilOf(gte);
    if (lt !== undefined) most = ceilOf(lt) - 1n;
    else if (lte !== undefined) most = floorOf(lte);
    return integerInterval(least, most);
  },
  startKey: (start, direction) => integerKey(clamp(startInteger(start, direction))),
};

/** Moments in microseconds since 1970. */
export const DATETIMES: NumberKind = {
  read(words, kind, bytes, start, end) {
    if (kind !== JSON_STRING) return false;
    const value = parseDatetime(readText(bytes, start, end));
    if (value === undefined || value < I64_MIN || value > I64_MAX) return false;
    putInteger(value, words);
    return true;
  },
  valueOf: takeInteger,
  numberOf: takeWholeNumber,
  interval(predicate) {
    if (predicate.kind !== 'datetime_range') return undefined;
    const { lt, gt, lte, gte } = predicate.bounds;
    const least = gt === undefined ? (gte ?? I64_MIN) : gt + 1n;
    const most = lt === undefined ? (lte ?? I64_MAX) : lt - 1n;
    return integerInterval(least, most);
  },
  startKey: (start, direction) => integerKey(clamp(startInteger(start, direction))),
};

/** All numbers, as doubles. */
export const FLOATS: NumberKind = {
  read(words, kind, bytes, start, end) {
    if (kind !== JSON_NUMBER) return false;
    putDouble(readNumber(bytes, start, end), words);
    return true;
  },
  valueOf: takeDouble,
  numberOf: takeDouble,
  interval: (predicate) => (predicate.kind === 'range' ? doubleInterval(predicate.bounds) : undefined),
  startKey: (start) => doubleKey(Number(start.value)),
};

function doubleInterval({ lt, gt, lte, gte }: Bounds<number>): KeyInterval | 'none' {
  let least = LEAST_KEY;
  let most = GREATEST_KEY;
  if (gt !== undefined) least = keyAfter(doubleKey(gt));
  else if (gte !== undefined) least = doubleKey(gte);
  if (lt !== undefined) most = keyBefore(doubleKey(lt));
  else if (lte !== undefined) most = doubleKey(lte);
  return interval(least, most);
}

function integerInterval(least: bigint, most: bigint): KeyInterval | 'none' {
  if (least > I64_MAX || most < I64_MIN) return 'none';
  return interval(integerKey(clamp(least)), integerKey(clamp(most)));
}

function interval(least: SortableKey, most: SortableKey): KeyInterval | 'none' {
  return least.high > most.high || (least.high === most.high && least.low > most.low) ? 'none' : { least, most };
}

function startInteger(start: StartFrom, direction: 'asc' | 'desc'): bigint {
  if (start.kind !== 'float') return start.value;
  return direction === 'asc' ? ceilOf(start.value) : floorOf(start.value);
}

/** Of any double: beyond 64 bits for infinities. */
function floorOf(value: number): bigint {
  return BigInt(Math.floor(Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE)));
}

function ceilOf(value: number): bigint {
  return BigInt(Math.ceil(Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE)));
}

function clamp(value: bigint): bigint {
  if (value < I64_MIN) return I64_MIN;
  return value > I64_MAX ? I64_MAX : value;
}
