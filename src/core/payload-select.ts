import {
  afterColon,
  afterSpace,
  afterString,
  afterValue,
  asBuffer,
  firstMember,
  nextMember,
  storedText,
} from '../base/json/stored-json.ts';
import { parseJsonPath, type PathStep } from './json-path.ts';
import type { PayloadSelector } from './requests.ts';

/**
 * The part of a payload that a selector asks for.
 *
 * Every value of the payload has a path, in which all elements of an array stand at `[]`. *Include* keeps a value whose
 * path begins a pattern or is begun by one: `a.b` keeps `a` on the way to `a.b`, and all below `a.b`. *Exclude* drops
 * a value whose path is begun by a pattern. Steps are compared as they are: `a[0]` names no element, `a.b` does not look
 * into an array. Objects and arrays that are left empty stay. Values that are kept are copied as they were sent.
 *
 * payload  raw JSON of an object, as it was stored.
 * Returns  raw JSON; `payload` itself where all of it is kept.
 * Source   SEMANTICS.md 1.1.
 */
export function selectPayload(payload: Uint8Array, selector: PayloadSelector): Uint8Array {
  switch (selector.kind) {
    case 'all':
      return payload;
    case 'none':
      return EMPTY;
    case 'include':
    case 'exclude':
      return cut(payload, selector.kind, selector.paths);
  }
}

const EMPTY: Uint8Array = Buffer.from('{}');
const EACH: PathStep = { kind: 'each' };

interface Cut {
  readonly bytes: Buffer;
  readonly patterns: readonly (readonly PathStep[])[];
  readonly kind: 'include' | 'exclude';
  readonly pieces: Buffer[];
}

const COMMA = Buffer.from(',');
const OPEN_OBJECT = Buffer.from('{');
const CLOSE_OBJECT = Buffer.from('}');
const OPEN_ARRAY = Buffer.from('[');
const CLOSE_ARRAY = Buffer.from(']');

function cut(payload: Uint8Array, kind: 'include' | 'exclude', paths: readonly string[]): Uint8Array {
  const patterns = paths.map(patternOf);
  const bytes = asBuffer(payload);
  const pieces: Buffer[] = [];
  cutObject({ bytes, patterns, kind, pieces }, afterSpace(bytes, 0), []);
  return Buffer.concat(pieces);
}

// Selectors repeat from request to request; paths are short.
const parsed = new Map<string, readonly PathStep[]>();
const PARSED_MAX = 1000;

function patternOf(path: string): readonly PathStep[] {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const steps = parseJsonPath(path) ?? [];
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(path, steps);
  return steps;
}

/** The recursion goes as deep as a pattern is long: below its end all is kept or dropped as a whole. */
function cutObject(state: Cut, start: number, path: PathStep[]): void {
  const { bytes, pieces } = state;
  pieces.push(OPEN_OBJECT);
  let isFirst = true;
  for (let at = firstMember(bytes, start); at >= 0;) {
    const keyEnd = afterString(bytes, at);
    const value = afterColon(bytes, keyEnd);
    const end = afterValue(bytes, value);
    path.push({ kind: 'key', key: storedText(bytes, at, keyEnd) });
    if (keeps(state, path)) {
      if (isFirst) isFirst = false;
      else pieces.push(COMMA);
      // The key with its quotes and colon, and what white space there is.
      pieces.push(bytes.subarray(at, value));
      cutValue(state, value, end, path);
    }
    path.pop();
    at = nextMember(bytes, end);
  }
  pieces.push(CLOSE_OBJECT);
}

function cutArray(state: Cut, start: number, path: PathStep[]): void {
  const { bytes, pieces } = state;
  pieces.push(OPEN_ARRAY);
  path.push(EACH);
  // All elements have the same path: all are kept, or none.
  let at = keeps(state, path) ? firstMember(bytes, start) : -1;
  while (at >= 0) {
    const end = afterValue(bytes, at);
    cutValue(state, at, end, path);
    at = nextMember(bytes, end);
    if (at >= 0) pieces.push(COMMA);
  }
  path.pop();
  pieces.push(CLOSE_ARRAY);
}

function cutValue(state: Cut, start: number, end: number, path: PathStep[]): void {
  const { bytes, pieces } = state;
  const opening = bytes[start];
  if (isDecided(state, path)) pieces.push(bytes.subarray(start, end));
  else if (opening === BRACE) cutObject(state, start, path);
  else if (opening === BRACKET) cutArray(state, start, path);
  else pieces.push(bytes.subarray(start, end));
}

const BRACE = 123;
const BRACKET = 91;

function keeps({ kind, patterns }: Cut, path: readonly PathStep[]): boolean {
  return kind === 'include'
    ? patterns.some((pattern) => agree(pattern, path, Math.min(pattern.length, path.length)))
    : !patterns.some((pattern) => pattern.length <= path.length && agree(pattern, path, pattern.length));
}

/** Whether everything below a path that is kept is kept too. */
function isDecided({ kind, patterns }: Cut, path: readonly PathStep[]): boolean {
  return kind === 'include'
    ? patterns.some((pattern) => pattern.length <= path.length && agree(pattern, path, pattern.length))
    : !patterns.some((pattern) => pattern.length > path.length && agree(pattern, path, path.length));
}

/** Whether two paths have their first `count` steps in common. */
function agree(a: readonly PathStep[], b: readonly PathStep[], count: number): boolean {
  for (let index = 0; index < count; index++) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined || !sameStep(left, right)) return false;
  }
  return true;
}

function sameStep(a: PathStep, b: PathStep): boolean {
  if (a.kind === 'key') return b.kind === 'key' && a.key === b.key;
  if (a.kind === 'index') return b.kind === 'index' && a.index === b.index;
  return b.kind === 'each';
}
