import { type JsonPath, jsonPath } from '../../core/json-path.ts';
import { invalidArgument } from '../grpc-error.ts';

// The same few paths come with every request. Bounded, since clients choose them; emptied when it is full.
const known = new Map<string, JsonPath>();
const KNOWN_MAX = 1024;
const KNOWN_LENGTH_MAX = 256;

/** The path that a text stands for. Throws INVALID_ARGUMENT where it is none. */
export function jsonPathOf(text: string): JsonPath {
  const found = known.get(text);
  if (found !== undefined) return found;
  const path = jsonPath(text);
  if (path === undefined) throw invalidArgument(`Invalid json path: '${text}'`);
  if (text.length <= KNOWN_LENGTH_MAX) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, path);
  }
  return path;
}
