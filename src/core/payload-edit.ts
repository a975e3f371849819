import {
  afterColon,
  afterSpace,
  afterString,
  afterValue,
  asBuffer,
  findElement,
  findMember,
  firstMember,
  isKey,
  nextMember,
  type StoredKey,
  storedKey,
  storedText,
} from '../base/json/stored-json.ts';
import type { PathStep } from './json-path.ts';

/**
 * Changes of payloads as raw JSON. Values that are kept are copied as they were sent, so that numbers keep every digit.
 *
 * stored   raw JSON of an object, or empty: no payload. Of keys that stand twice the last one counts.
 * patch    raw JSON of an object.
 * Returns  raw JSON of an object; empty where it has no key.
 * Source   SEMANTICS.md 1.2.
 */

/** Puts the patch's keys into the payload; a null deletes its key. */
export function mergePayload(stored: Uint8Array, patch: Uint8Array): Uint8Array {
  return mergePayloadAt(stored, [], patch);
}

/**
 * The same at a place within the payload. What is missing on the way, or is of another kind than the step needs, becomes
 * an object or, for `[N]` and `[]`, an empty list, where the way ends. An index past the end of a list changes nothing.
 */
export function mergePayloadAt(stored: Uint8Array, steps: readonly PathStep[], patch: Uint8Array): Uint8Array {
  return edit(stored, (splice, root) => mergeAt(splice, root, { steps, from: 0 }, readPatch(patch)));
}

/** Deletes what stands at the paths: a key; at a last `[]` all elements of the list; at a last `[N]` nothing. */
export function deletePayloadKeys(stored: Uint8Array, paths: readonly (readonly PathStep[])[]): Uint8Array {
  let payload = stored;
  for (const steps of paths) payload = edit(payload, (splice, root) => deleteAt(splice, root, { steps, from: 0 }));
  return payload;
}

const NOTHING: Buffer = Buffer.alloc(0);
const NO_KEYS: Buffer = Buffer.from('{}');
const NO_ELEMENTS: Buffer = Buffer.from('[]');
const COMMA = Buffer.from(',');
const OPEN = Buffer.from('{');
const CLOSE = Buffer.from('}');

/** Bytes with some ranges replaced; replacements come in the order of the text. */
class Splice {
  readonly bytes: Buffer;
  readonly #pieces: Buffer[] = [];
  #copied = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  replace(start: number, end: number, pieces: readonly Buffer[]): void {
    this.#pieces.push(this.bytes.subarray(this.#copied, start), ...pieces);
    this.#copied = end;
  }

  result(): Buffer {
    return Buffer.concat([...this.#pieces, this.bytes.subarray(this.#copied)]);
  }
}

function edit(stored: Uint8Array, change: (splice: Splice, root: number) => void): Uint8Array {
  const splice = new Splice(stored.length === 0 ? NO_KEYS : asBuffer(stored));
  change(splice, afterSpace(splice.bytes, 0));
  const edited = splice.result();
  return firstMember(edited, afterSpace(edited, 0)) < 0 ? NOTHING : edited;
}

/** What a patch puts under its keys: key and value as JSON; nothing where it deletes the key. */
interface Patch {
  readonly keys: readonly StoredKey[];
  readonly members: readonly (readonly Buffer[])[];
  /** Index of a key in `keys`. */
  readonly places: ReadonlyMap<string, number>;
}

const DROPPED: readonly Buffer[] = [];

function readPatch(patch: Uint8Array): Patch {
  const bytes = asBuffer(patch);
  const keys: StoredKey[] = [];
  const members: (readonly Buffer[])[] = [];
  const places = new Map<string, number>();
  eachMember(bytes, afterSpace(bytes, 0), (key, keyEnd, value, end) => {
    const text = storedText(bytes, key, keyEnd);
    const place = places.get(text) ?? keys.length;
    places.set(text, place);
    keys[place] = storedKey(text);
    // `null` is the only value that begins with n.
    members[place] = bytes[value] === 110 ? DROPPED : [bytes.subarray(key, keyEnd), COLON, bytes.subarray(value, end)];
  });
  return { keys, members, places };
}

/** 8: up to there comparing bytes costs less than making a string of every stored key. */
const COMPARED_KEYS_MAX = 8;

/** Index of the key that stands at `start` … `end` among the patch's; -1 if it is not there. */
function placeIn({ keys, places }: Patch, bytes: Buffer, start: number, end: number): number {
  if (keys.length > COMPARED_KEYS_MAX) return places.get(storedText(bytes, start, end)) ?? -1;
  return keys.findIndex((key) => isKey(bytes, start, end, key));
}

const COLON = Buffer.from(':');

/** Calls `each` with start and end of every key and value of the object that opens at `at`. */
function eachMember(
  bytes: Buffer,
  at: number,
  each: (key: number, keyEnd: number, value: number, end: number) => void,
): void {
  at = firstMember(bytes, at);
  while (at >= 0) {
    const keyEnd = afterString(bytes, at);
    const value = afterColon(bytes, keyEnd);
    const end = afterValue(bytes, value);
    each(at, keyEnd, value, end);
    at = nextMember(bytes, end);
  }
}

/** The steps of a path from one of them on. */
interface Way {
  readonly steps: readonly PathStep[];
  readonly from: number;
}

function mergeAt(splice: Splice, at: number, { steps, from }: Way, patch: Patch): void {
  const { bytes } = splice;
  for (let index = from; index < steps.length; index++) {
    const step = steps[index];
    if (step === undefined || bytes[at] !== (step.kind === 'key' ? 123 : 91)) {
      splice.replace(at, afterValue(bytes, at), madeFor({ steps, from: index }, patch));
      return;
    }
    if (step.kind === 'each') {
      eachElement(bytes, at, (element) => mergeAt(splice, element, { steps, from: index + 1 }, patch));
      return;
    }
    const inner = innerAt(bytes, at, step);
    if (inner < 0) {
      if (step.kind === 'key') addMember(splice, at, keyJson(step.key), madeFor({ steps, from: index + 1 }, patch));
      return;
    }
    at = inner;
  }
  const end = afterValue(bytes, at);
  splice.replace(at, end, bytes[at] === 123 ? merged(bytes, at, patch) : merged(NO_KEYS, 0, patch));
}

/** The first byte of the value that a step leads to from the container at `at`, or -1. */
function innerAt(bytes: Buffer, at: number, step: Exclude<PathStep, { readonly kind: 'each' }>): number {
  return step.kind === 'key' ? findMember(bytes, at, storedKey(step.key)) : findElement(bytes, at, step.index);
}

function eachElement(bytes: Buffer, at: number, each: (element: number) => void): void {
  for (let element = firstMember(bytes, at); element >= 0;) {
    each(element);
    element = nextMember(bytes, afterValue(bytes, element));
  }
}

/** The value that steps lead to where there is nothing: objects in each other, and the patch in the innermost. */
function madeFor({ steps, from }: Way, patch: Patch): Buffer[] {
  const pieces: Buffer[] = [];
  const list = steps.findIndex((step, index) => index >= from && step.kind !== 'key');
  const keys = steps.slice(from, list < 0 ? steps.length : list);
  for (const step of keys) if (step.kind === 'key') pieces.push(OPEN, keyJson(step.key), COLON);
  if (list >= 0) pieces.push(NO_ELEMENTS);
  else pieces.push(...merged(NO_KEYS, 0, patch));
  for (let depth = keys.length; depth > 0; depth--) pieces.push(CLOSE);
  return pieces;
}

function keyJson(key: string): Buffer {
  return Buffer.from(JSON.stringify(key));
}

/** Puts a member in front of the others of the object that opens at `at`: an earlier key never hides a later one. */
function addMember(splice: Splice, at: number, key: Buffer, value: readonly Buffer[]): void {
  const isAlone = firstMember(splice.bytes, at) < 0;
  splice.replace(at + 1, at + 1, [key, COLON, ...value, ...(isAlone ? [] : [COMMA])]);
}

/** The object that opens at `at` with the patch merged into it. A key that stays keeps its place. */
function merged(bytes: Buffer, at: number, patch: Patch): Buffer[] {
  const { members } = patch;
  const isPlaced = new Uint8Array(members.length);
  return rewritten(
    bytes,
    at,
    (key, keyEnd) => {
      const place = placeIn(patch, bytes, key, keyEnd);
      if (place < 0) return undefined;
      const member = isPlaced[place] === 1 ? DROPPED : members[place];
      isPlaced[place] = 1;
      return member;
    },
    () => members.filter((_, place) => isPlaced[place] === 0),
  );
}

/**
 * The object that opens at `at` with members exchanged.
 * change  the member in place of one whose key stands at the offsets; DROPPED = none; undefined = it stays.
 * more    members behind the last one, asked for at the end.
 */
function rewritten(
  bytes: Buffer,
  at: number,
  change: (key: number, keyEnd: number) => readonly Buffer[] | undefined,
  more: () => readonly (readonly Buffer[])[],
): Buffer[] {
  const pieces: Buffer[] = [OPEN];
  const put = (member: readonly Buffer[]): void => {
    if (member.length === 0) return;
    if (pieces.length > 1) pieces.push(COMMA);
    pieces.push(...member);
  };
  // Members that stay are copied in runs, with what stands between them.
  let runStart = -1;
  let runEnd = -1;
  const putRun = (): void => {
    if (runStart >= 0) put([bytes.subarray(runStart, runEnd)]);
    runStart = -1;
  };
  eachMember(bytes, at, (key, keyEnd, _value, end) => {
    const changed = change(key, keyEnd);
    if (changed === undefined) {
      if (runStart < 0) runStart = key;
      runEnd = end;
    } else {
      putRun();
      put(changed);
    }
  });
  putRun();
  more().forEach(put);
  pieces.push(CLOSE);
  return pieces;
}

function deleteAt(splice: Splice, at: number, { steps, from }: Way): void {
  const { bytes } = splice;
  for (let index = from; index < steps.length; index++) {
    const step = steps[index];
    if (step === undefined || bytes[at] !== (step.kind === 'key' ? 123 : 91)) return;
    if (index === steps.length - 1) {
      if (step.kind === 'key') dropMember(splice, at, storedKey(step.key));
      else if (step.kind === 'each') splice.replace(at, afterValue(bytes, at), [NO_ELEMENTS]);
      return;
    }
    if (step.kind === 'each') {
      eachElement(bytes, at, (element) => deleteAt(splice, element, { steps, from: index + 1 }));
      return;
    }
    at = innerAt(bytes, at, step);
    if (at < 0) return;
  }
}

function dropMember(splice: Splice, at: number, key: StoredKey): void {
  const { bytes } = splice;
  if (findMember(bytes, at, key) < 0) return;
  const isDropped = (start: number, end: number): readonly Buffer[] | undefined =>
    isKey(bytes, start, end, key) ? DROPPED : undefined;
  splice.replace(
    at,
    afterValue(bytes, at),
    rewritten(bytes, at, isDropped, () => []),
  );
}
