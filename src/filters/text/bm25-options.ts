import { parseSnowballLanguage, parseStopWordLanguage } from '../../core/languages.ts';
import { badInput } from '../../core/errors.ts';
import type { Stemmer, Stopwords, TextParams, Tokenizer } from '../../core/payload-schema.ts';

/** How BM25 weighs (`k`, `b`, `averageLength` in tokens) and what its tokens are. */
export interface Bm25Options {
  readonly k: number;
  readonly b: number;
  readonly averageLength: number;
  readonly text: TextParams;
}

const TOKENIZERS: readonly Tokenizer[] = ['prefix', 'whitespace', 'word', 'multilingual'];

/**
 * The options of the model `qdrant/bm25`: raw JSON of an object; undefined = all defaults. Stop words and stemmer are
 * those of the language (English) where not given, unlike in a text index; a language that is unknown has neither.
 * Throws bad_input, with serde's words as far as they are known.
 * Source: SEMANTICS.md 5, OpenAPI 1.19 Bm25Config.
 */
export function parseBm25Options(json: string | undefined): Bm25Options {
  const fields = new Map<string, unknown>(Object.entries(json === undefined ? {} : parseObject(json)));
  const read = <T>(name: string, decode: (value: unknown) => T): T | undefined => {
    const value = fields.get(name);
    return value === undefined || value === null ? undefined : decode(value);
  };
  const number = (name: string, byDefault: number): number => (fields.has(name) ? float(fields.get(name)) : byDefault);
  const k = number('k', 1.2);
  const b = number('b', 0.75);
  const averageLength = number('avg_len', 256);
  // The one word that may not be null.
  const tokenizer = fields.has('tokenizer') ? tokenizerOf(fields.get('tokenizer')) : 'word';
  const language = read('language', string) ?? 'english';
  const text: TextParams = {
    tokenizer,
    lowercase: read('lowercase', boolean),
    asciiFolding: read('ascii_folding', boolean),
    stopwords: read('stopwords', stopwordsOf) ?? stopwordsOfLanguage(language),
    stemmer: read('stemmer', stemmerOf) ?? stemmerOfLanguage(language),
    minTokenLen: read('min_token_len', usize),
    maxTokenLen: read('max_token_len', usize),
  };
  demand(k >= 0 && k < Infinity, `BM25 k must be finite and non-negative, got ${k}`);
  demand(b >= 0 && b <= 1, `BM25 b must be finite and in range [0, 1], got ${b}`);
  demand(
    averageLength > 0 && averageLength < Infinity,
    `BM25 avg_len must be finite and positive, got ${averageLength}`,
  );
  return { k, b, averageLength, text };
}

function demand(holds: boolean, message: string): void {
  if (!holds) throw badInput(message);
}

/** The doors let nothing but an object through. */
function parseObject(json: string): object {
  const value: unknown = JSON.parse(json);
  if (isObject(value)) return value;
  throw wrongType(value, 'struct Bm25Config');
}

function stopwordsOfLanguage(name: string): Stopwords | undefined {
  const language = parseStopWordLanguage(name);
  return language === undefined ? undefined : { kind: 'language', language };
}

function stemmerOfLanguage(name: string): Stemmer | undefined {
  const language = parseSnowballLanguage(name);
  return language === undefined ? undefined : { kind: 'snowball', language };
}

function tokenizerOf(value: unknown): Tokenizer {
  const given = string(value);
  const found = TOKENIZERS.find((name) => name === given);
  const names = TOKENIZERS.map((name) => `\`${name}\``).join(', ');
  return known(found, `unknown variant \`${given}\`, expected one of ${names}`);
}

function stopwordsOf(value: unknown): Stopwords {
  const fault = 'data did not match any variant of untagged enum StopwordsInterface';
  const languageOf = (name: string): string => known(parseStopWordLanguage(name), fault);
  if (typeof value === 'string') return { kind: 'language', language: languageOf(value) };
  if (!isObject(value)) throw invalid(fault);
  const list = (name: 'languages' | 'custom'): readonly string[] | undefined => {
    const given: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    if (given === undefined || given === null) return undefined;
    if (!Array.isArray(given) || !given.every((item) => typeof item === 'string')) throw invalid(fault);
    return given;
  };
  return { kind: 'set', languages: list('languages')?.map(languageOf), custom: list('custom') };
}

function stemmerOf(value: unknown): Stemmer {
  const fault = 'data did not match any variant of untagged enum StemmingAlgorithm';
  if (!isObject(value) || !('type' in value)) throw invalid(fault);
  if (value.type === 'none') return { kind: 'none' };
  if (value.type !== 'snowball' || !('language' in value) || typeof value.language !== 'string') throw invalid(fault);
  return { kind: 'snowball', language: known(parseSnowballLanguage(value.language), fault) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function float(value: unknown): number {
  if (typeof value === 'number') return value;
  throw wrongType(value, 'f64');
}

function usize(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw wrongType(value, 'usize');
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongType(value, 'a string');
}

function boolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(value, 'a boolean');
}

function known<T>(value: T | undefined, fault: string): T {
  if (value === undefined) throw invalid(fault);
  return value;
}

function wrongType(value: unknown, expected: string): Error {
  return invalid(`invalid type: ${serdeName(value)}, expected ${expected}`);
}

function invalid(fault: string): Error {
  return badInput(`Invalid BM25 config: ${fault}`);
}

/** What serde calls a value. */
function serdeName(value: unknown): string {
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number') return `${Number.isInteger(value) ? 'integer' : 'floating point'} \`${value}\``;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'sequence' : 'map';
}
