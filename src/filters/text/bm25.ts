import { type ThreadFunction, threadFunction } from '../../base/thread-function.ts';
import { murmur3 } from '../../base/murmur3.ts';
import type { SparseVector } from '../../core/vectors.ts';
import { type Analyser, openAnalyser } from './analyser.ts';
import { type Bm25Options, parseBm25Options } from './bm25-options.ts';

/** This module, for whoever runs `countTermsOnThread`. */
export const BM25_MODULE: string = import.meta.url;

/** A document's terms are weighed by how often they stand in it; a query's all count the same. */
export type Bm25Mode = 'document' | 'query';

/**
 * How often each term stands in a text, or in a piece of it.
 * indices  of the terms, in no order, each once; `counts` beside them.
 */
export interface TermCounts {
  readonly indices: Uint32Array;
  readonly counts: Uint32Array;
}

/** How often the terms of a whole text stand in it, by their indices. */
export type TermSum = Map<number, number>;

/** UTF-16 code units: a piece takes some milliseconds, and its tokens fit the small heap of a worker thread. */
const PIECE_LENGTH = 1 << 16;

/**
 * The sparse vector that the model `qdrant/bm25` makes of a text: for each term that occurs n times among L tokens
 * n (k + 1) / (n + k (1 − b + b L / average length)), or 1 in a query. The inverse document frequency is not in it: it
 * comes from the vector's modifier. Throws bad_input for options that do not fit.
 * Source: SEMANTICS.md 5; test/filters/bm25.test.ts holds it to Qdrant's recorded answers.
 */
export function bm25(text: string, options: string | undefined, mode: Bm25Mode): SparseVector {
  const pieces = cutText(text).map((piece): CountTerms => ({ text: piece, options, mode }));
  const sum: TermSum = new Map();
  for (const counts of countAllTerms(pieces)) addTerms(sum, counts);
  return weighTerms(sum, options, mode);
}

/**
 * A text as pieces that hold the same tokens when each is taken alone: none ends within a word, but where there is no
 * space in a million characters.
 */
export function cutText(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > PIECE_LENGTH) {
    SPACE.lastIndex = start + PIECE_LENGTH;
    const space = SPACE.exec(text)?.index ?? text.length;
    const end = Math.min(space, start + LONGEST_PIECE);
    pieces.push(text.substring(start, end));
    start = end;
  }
  if (start < text.length || start === 0) pieces.push(text.substring(start));
  return pieces;
}

const SPACE = /\s/g;
const LONGEST_PIECE = 1 << 20;

/** A piece of text whose terms are to be counted. */
export interface CountTerms {
  readonly text: string;
  readonly options: string | undefined;
  readonly mode: Bm25Mode;
}

/** The terms of each piece. Runs on worker threads too. Throws bad_input for options that do not fit. */
export function countAllTerms(pieces: readonly CountTerms[]): readonly TermCounts[] {
  return pieces.map(countTerms);
}

/** That, on a thread. */
export const countTermsOnThread: ThreadFunction<readonly CountTerms[], readonly TermCounts[]> =
  threadFunction(countAllTerms);

function countTerms({ text, options, mode }: CountTerms): TermCounts {
  const { analyser } = modelOf(options);
  const tokens = mode === 'document' ? analyser.documentTokens(text) : analyser.queryTokens(text);
  const byToken = new Map<string, number>();
  for (const token of tokens) byToken.set(token, (byToken.get(token) ?? 0) + 1);
  // Of two tokens with the same index one takes the place of the other, as in Qdrant.
  const byIndex = new Map<number, number>();
  for (const [token, count] of byToken) byIndex.set(termIndex(token), count);
  return { indices: Uint32Array.from(byIndex.keys()), counts: Uint32Array.from(byIndex.values()) };
}

/** Adds the terms of one more piece. */
export function addTerms(sum: TermSum, { indices, counts }: TermCounts): void {
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] ?? 0;
    sum.set(index, (sum.get(index) ?? 0) + (counts[at] ?? 0));
  }
}

/** The vector of the terms of a whole text. */
export function weighTerms(
  sum: ReadonlyMap<number, number>,
  options: string | undefined,
  mode: Bm25Mode,
): SparseVector {
  const indices = Uint32Array.from(sum.keys()).sort();
  const values = new Float32Array(indices.length).fill(1);
  if (mode === 'document') {
    const { k, b, averageLength } = modelOf(options).options;
    let length = 0;
    for (const count of sum.values()) length += count;
    const saturation = k * (1 - b + (b * length) / averageLength);
    for (let at = 0; at < indices.length; at++) {
      const count = sum.get(indices[at] ?? 0) ?? 0;
      values[at] = (count * (k + 1)) / (count + saturation);
    }
  }
  return { indices, values };
}

interface Model {
  readonly options: Bm25Options;
  readonly analyser: Analyser;
}

/** Clients send the same few options with every text; an analyser remembers stems. */
const MODELS_MAX = 8;
const models = new Map<string | undefined, Model>();

function modelOf(json: string | undefined): Model {
  const known = models.get(json);
  if (known !== undefined) return known;
  const options = parseBm25Options(json);
  const model = { options, analyser: openAnalyser(options.text) };
  if (models.size >= MODELS_MAX) models.clear();
  models.set(json, model);
  return model;
}

const encoder = new TextEncoder();
let scratch = new Uint8Array(1024);

/** |int32| of the token's hash: the least int32 stays as it is, 2³¹. */
function termIndex(token: string): number {
  // A code unit becomes three bytes at most.
  if (token.length * 3 > scratch.length) scratch = new Uint8Array(token.length * 3);
  const { written } = encoder.encodeInto(token, scratch);
  return Math.abs(murmur3(scratch, written) | 0);
}
