import type { JsonPath } from './json-path.ts';

/** Types of payload indexes (SEMANTICS.md 2.4). */
export const FIELD_TYPES = ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type MemoryPlacement = 'cold' | 'cached' | 'pinned';

/**
 * The parameters of an index as the user gave them: undefined = not given, which clients see in the collection's info.
 * Plain data that survives JSON.
 */
export interface FieldParams {
  readonly isTenant?: boolean | undefined;
  readonly isPrincipal?: boolean | undefined;
  readonly onDisk?: boolean | undefined;
  readonly memory?: MemoryPlacement | undefined;
  readonly enableHnsw?: boolean | undefined;
  /** keyword: serves `match.prefix`. */
  readonly prefix?: boolean | undefined;
  /** integer: serves match and facet; undefined = true. */
  readonly lookup?: boolean | undefined;
  /** integer: serves range and order_by; undefined = true. */
  readonly range?: boolean | undefined;
  readonly text?: TextParams | undefined;
}

export type Tokenizer = 'word' | 'whitespace' | 'prefix' | 'multilingual';

/** Names of languages are Qdrant's long lower-case names (`english`), whatever form was given; `given` fields keep that. */
export interface TextParams {
  readonly tokenizer?: Tokenizer | undefined;
  readonly lowercase?: boolean | undefined;
  readonly asciiFolding?: boolean | undefined;
  readonly minTokenLen?: number | undefined;
  readonly maxTokenLen?: number | undefined;
  readonly phraseMatching?: boolean | undefined;
  readonly stopwords?: Stopwords | undefined;
  readonly stemmer?: Stemmer | undefined;
}

/** A language alone, or lists. Languages by their long lower-case name. */
export type Stopwords =
  | { readonly kind: 'language'; readonly language: string }
  | {
      readonly kind: 'set';
      readonly languages: readonly string[] | undefined;
      readonly custom: readonly string[] | undefined;
    };

/** Qdrant keeps both as sets in the order of their bytes, and shows them so. */
export function stopwordSet(
  languages: readonly string[] | undefined,
  custom: readonly string[] | undefined,
): Extract<Stopwords, { readonly kind: 'set' }> {
  return { kind: 'set', languages: orderedSet(languages), custom: orderedSet(custom) };
}

function orderedSet(texts: readonly string[] | undefined): readonly string[] | undefined {
  if (texts === undefined) return undefined;
  return [...new Set(texts)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

export type Stemmer = { readonly kind: 'none' } | { readonly kind: 'snowball'; readonly language: string };

/** How a field is indexed. `params` is undefined where the user named the type alone: clients see the difference. */
export interface FieldSchema {
  readonly type: FieldType;
  readonly params: FieldParams | undefined;
}

/** An index as the collection's info tells it. */
export interface FieldIndexInfo {
  readonly path: JsonPath;
  readonly schema: FieldSchema;
  /** Points that have at least one value that can be indexed. */
  readonly points: number;
}

/** Whether two schemas mean the same index: then creating it again does nothing. */
export function sameSchema(a: FieldSchema, b: FieldSchema): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
