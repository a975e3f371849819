/**
 * Paths into a payload: `first ( .key | [N] | [] )*`.
 *
 * A bare key is letters and digits of any script, `_` and `-`; any other key is quoted: `"a.b"` (no `\` or `"` inside).
 * Source: SEMANTICS.md 2.2.
 */
export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

/** A path that was parsed: its text as the user wrote it, and its steps. */
export interface JsonPath {
  readonly text: string;
  readonly steps: readonly PathStep[];
}

/** `text` as a path, or undefined where it is none. */
export function jsonPath(text: string): JsonPath | undefined {
  const steps = parseJsonPath(text);
  return steps === undefined ? undefined : { text, steps };
}

const KEY = /[\p{L}\p{N}\p{M}_-]+|"[^"\\]*"/uy;
const BRACKETS = /\[([0-9]*)\]/y;

/** The steps of a path, the first of which is a key; undefined where `text` is no path. */
export function parseJsonPath(text: string): readonly PathStep[] | undefined {
  const first = keyAt(text, 0);
  if (first === undefined) return undefined;
  const steps: PathStep[] = [{ kind: 'key', key: first.key }];
  let at = first.end;
  while (at < text.length) {
    if (text[at] === '.') {
      const next = keyAt(text, at + 1);
      if (next === undefined) return undefined;
      steps.push({ kind: 'key', key: next.key });
      at = next.end;
    } else {
      BRACKETS.lastIndex = at;
      const index = BRACKETS.exec(text)?.[1];
      if (index === undefined) return undefined;
      if (index.length > 18) return undefined;
      steps.push(index === '' ? { kind: 'each' } : { kind: 'index', index: Number(index) });
      at = BRACKETS.lastIndex;
    }
  }
  return steps;
}

export function isJsonPath(text: string): boolean {
  return parseJsonPath(text) !== undefined;
}

function keyAt(text: string, at: number): { readonly key: string; readonly end: number } | undefined {
  KEY.lastIndex = at;
  const found = KEY.exec(text)?.[0];
  if (found === undefined) return undefined;
  const key = found.startsWith('"') ? found.slice(1, -1) : found;
  return { key, end: at + found.length };
}
