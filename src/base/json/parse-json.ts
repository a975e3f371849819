import { isUtf8 } from 'node:buffer';

import { JsonSyntaxError } from './json-error.ts';
import {
  JSON_ARRAY,
  JSON_BROKEN,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  type JsonTree,
} from './json-tree.ts';
import { parseFloats } from './parse-floats.ts';
import {
  expectKey,
  JSON_DEPTH_MAX,
  skipArrayComma,
  skipColon,
  skipNumber,
  skipObjectComma,
  skipSpace,
  skipString,
  skipValue,
  skipWord,
} from './skip-json.ts';

/**
 * Objects that are kept as bytes (JSON_RAW_OBJECT) instead of being taken apart.
 * value     the object under this key.
 * elements  the objects in the array under this key.
 * except    within a value under one of these keys nothing is kept as bytes: its keys are names that a user chose.
 */
export interface RawKeys {
  readonly value: string;
  readonly elements: string;
  readonly except?: readonly string[];
}

interface Reading {
  readonly tree: JsonTree;
  readonly bytes: Buffer;
  readonly utf8Known: boolean;
  readonly raw: RawKeys | undefined;
  /** The same without raw objects; undefined where there are none anyway. */
  readonly plain: Reading | undefined;
}

/** What is known of a value before it is read, from the key that it stands under. */
const PLAIN = 0;
const RAW = 1;
const RAW_ELEMENTS = 2;
const NEVER_RAW = 3;

/**
 * Reads `bytes` into `tree`, as serde_json would: same grammar, same limit of depth, same order of failures.
 * Never throws on what a user sent: the failure is in `tree.failure` (with everything before it in the tree) or, for
 * bytes behind a sound value, in `tree.trailing`. Numbers keep their digits in the bytes.
 */
export function parseJson(tree: JsonTree, bytes: Buffer, raw: RawKeys | undefined): void {
  tree.reset(bytes);
  const plain: Reading = { tree, bytes, utf8Known: isUtf8(bytes), raw: undefined, plain: undefined };
  const reading: Reading = raw === undefined ? plain : { ...plain, raw, plain };
  try {
    const start = skipSpace(bytes, 0);
    const at = skipSpace(bytes, parseValue(reading, start, 0, PLAIN));
    if (at < bytes.length) tree.trailing = new JsonSyntaxError('trailing', at + 1);
  } catch (error) {
    // To translate: the break becomes a node, so that a decoder meets it where the text has it.
    if (!(error instanceof JsonSyntaxError)) throw error;
    tree.failure = error;
    const openNodes = tree.count;
    tree.close(tree.open(JSON_BROKEN, bytes.length), bytes.length);
    for (let node = 0; node < openNodes; node++) if (tree.next[node] === OPEN) tree.close(node, bytes.length);
  }
}

/** `next` of a container that is not closed yet. */
const OPEN = -1;

function parseValue(reading: Reading, at: number, depth: number, hint: number): number {
  const { bytes, tree } = reading;
  const byte = bytes[at];
  switch (byte) {
    case 34:
      return leaf(tree, JSON_STRING, at, skipString(bytes, at, reading.utf8Known));
    case 123:
      if (hint === RAW) return leaf(tree, JSON_RAW_OBJECT, at, skipValue(bytes, at, reading.utf8Known, depth));
      return parseObject(reading, at, depth + 1);
    case 91:
      return parseArray(reading, at, depth + 1, hint === RAW_ELEMENTS ? RAW : PLAIN);
    case 116:
      return leaf(tree, JSON_TRUE, at, skipWord(bytes, at, 'true'));
    case 102:
      return leaf(tree, JSON_FALSE, at, skipWord(bytes, at, 'false'));
    case 110:
      return leaf(tree, JSON_NULL, at, skipWord(bytes, at, 'null'));
    case undefined:
      throw new JsonSyntaxError('eofValue', bytes.length);
    default:
      if (byte === 45 || (byte >= 48 && byte <= 57)) return leaf(tree, JSON_NUMBER, at, skipNumber(bytes, at));
      throw new JsonSyntaxError('value', at + 1);
  }
}

function leaf(tree: JsonTree, kind: number, start: number, end: number): number {
  tree.close(tree.open(kind, start), end);
  return end;
}

function openContainer(tree: JsonTree, kind: number, start: number): number {
  const node = tree.open(kind, start);
  tree.next[node] = OPEN;
  return node;
}

function parseObject(reading: Reading, at: number, depth: number): number {
  const { bytes, tree, utf8Known } = reading;
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('depth', at + 1);
  const node = openContainer(tree, JSON_OBJECT, at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] !== 125) {
    expectKey(bytes, at);
    for (;;) {
      const keyStart = at;
      at = leaf(tree, JSON_STRING, at, skipString(bytes, at, utf8Known));
      const hint = reading.raw === undefined ? PLAIN : hintOf(reading.raw, bytes, keyStart, at);
      at = skipColon(bytes, at);
      const inside = hint === NEVER_RAW ? (reading.plain ?? reading) : reading;
      at = skipSpace(bytes, parseValue(inside, at, depth, hint));
      if (bytes[at] === 125) break;
      at = skipObjectComma(bytes, at);
    }
  }
  tree.close(node, at + 1);
  return at + 1;
}

function parseArray(reading: Reading, at: number, depth: number, hint: number): number {
  const { bytes, tree } = reading;
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('depth', at + 1);
  const first = bytes[at + 1];
  // A string or a bracket cannot begin an array of numbers.
  if (first !== 34 && first !== 91 && first !== 123) {
    const floatStart = tree.floatCount;
    const end = parseFloats(tree, at);
    if (end >= 0) {
      const node = tree.open(JSON_FLOATS, at);
      tree.floatStart[node] = floatStart;
      tree.floatEnd[node] = tree.floatCount;
      tree.close(node, end);
      return end;
    }
  }
  const node = openContainer(tree, JSON_ARRAY, at);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] !== 93) {
    if (at >= bytes.length) throw new JsonSyntaxError('eofList', bytes.length);
    for (;;) {
      at = skipSpace(bytes, parseValue(reading, at, depth, hint));
      if (bytes[at] === 93) break;
      at = skipArrayComma(bytes, at);
    }
  }
  tree.close(node, at + 1);
  return at + 1;
}

function hintOf(raw: RawKeys, bytes: Buffer, start: number, end: number): number {
  const length = end - start - 2;
  if (length === raw.value.length && sameText(raw.value, bytes, start + 1)) return RAW;
  if (length === raw.elements.length && sameText(raw.elements, bytes, start + 1)) return RAW_ELEMENTS;
  if (raw.except !== undefined) {
    for (const key of raw.except) if (length === key.length && sameText(key, bytes, start + 1)) return NEVER_RAW;
  }
  return PLAIN;
}

function sameText(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
