import { JSON_STRING } from '../../base/json/json-tree.ts';
import { type JsonPath, jsonPath } from '../../core/json-path.ts';
import type { Decoding, DirectField } from './decoding.ts';
import { FormatError } from './format-error.ts';
import { decodeString } from './scalars.ts';

// The same few paths come with every request. Bounded, since clients choose them; emptied when it is full.
const known = new Map<string, JsonPath>();
const KNOWN_MAX = 1024;
const KNOWN_LENGTH_MAX = 256;

/** The path that a text stands for. Throws FormatError where it is none. */
export function pathOf(text: string): JsonPath {
  const found = known.get(text);
  if (found !== undefined) return found;
  const path = jsonPath(text);
  if (path === undefined) throw new FormatError(`Invalid json path: '${text}'`);
  if (text.length <= KNOWN_LENGTH_MAX) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, path);
  }
  return path;
}

export function decodePath(decoding: Decoding, node: number): JsonPath {
  return pathOf(decodeString(decoding, node));
}

/**
 * A field of a direct struct that holds a path: what is no string is reported right behind itself, a string that is no
 * path once the reader has gone on.
 */
export function pathField(set: (path: JsonPath) => void): DirectField {
  return {
    buffered: ({ tree }, node) => {
      if (tree.kindOf(node) === JSON_STRING) set(pathOf(tree.text(node)));
    },
    direct: (decoding, node) => void decodeString(decoding, node),
  };
}
