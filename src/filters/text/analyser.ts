import type { TextParams } from '../../core/payload-schema.ts';
import { cutMultilingual } from './cut-multilingual.ts';
import { cutWhitespace, cutWords } from './cut-words.ts';
import { openRefinement } from './refinement.ts';

/**
 * Cuts text into the tokens that an index holds or BM25 counts. It remembers stems, so each thread opens its own.
 *
 *   text ─ tokenizer ─▶ words ─ refinement ─▶ tokens
 *
 * Source: SEMANTICS.md 2.4; test/filters/text-recorded.test.ts holds it to Qdrant's recorded answers.
 */
export interface Analyser {
  /** In the order of the text, repeats kept. A phrase is asked for by these tokens too. */
  documentTokens(text: string): string[];
  /** What a query for all or for any of its words asks for. */
  queryTokens(text: string): string[];
}

/** undefined = all defaults: words in lower case. */
export function openAnalyser(params: TextParams | undefined): Analyser {
  const tokenizer = params?.tokenizer ?? 'word';
  if (tokenizer === 'prefix') return openPrefixes(params);
  // Words come in lower case already, where nothing stands before that step.
  const early = (params?.lowercase ?? true) && params?.asciiFolding !== true;
  const isLowercase = early && tokenizer !== 'multilingual';
  const refine = openRefinement(params, { isLowercase, stopWords: true, maxTokenLen: params?.maxTokenLen });
  const cut = { word: cutWords, whitespace: cutWhitespace, multilingual: cutMultilingual }[tokenizer];
  const tokens = (text: string): string[] => refine(cut(text, early));
  return { documentTokens: tokens, queryTokens: tokens };
}

/**
 * Characters. Qdrant has no such limit, and a megabyte without a space would be a million tokens of half a megabyte each.
 * Queries are cut alike: beginnings that differ only behind it are taken for the same.
 */
const LONGEST_PREFIX = 256;

/** A document's tokens are all beginnings of its words; a query's are its words, cut to the longest beginning there is. */
function openPrefixes(params: TextParams | undefined): Analyser {
  const early = (params?.lowercase ?? true) && params?.asciiFolding !== true;
  const least = params?.minTokenLen ?? 1;
  const most = Math.min(params?.maxTokenLen ?? LONGEST_PREFIX, LONGEST_PREFIX);
  const refineDocument = openRefinement(params, { isLowercase: early, stopWords: true, maxTokenLen: undefined });
  const refineQuery = openRefinement(params, { isLowercase: early, stopWords: false, maxTokenLen: undefined });
  return {
    documentTokens: (text) => refineDocument(cutWords(text, early)).flatMap((word) => prefixes(word, least, most)),
    queryTokens: (text) => refineQuery(cutWords(text, early)).map((word) => prefixes(word, most, most)[0] ?? word),
  };
}

/** The beginnings of `word` of `least` to `most` characters, shortest first. */
function prefixes(word: string, least: number, most: number): string[] {
  const found: string[] = [];
  let end = 0;
  for (let count = 1; count <= most && end < word.length; count += 1) {
    end += (word.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
    if (count >= least) found.push(word.substring(0, end));
  }
  return found;
}
