import type { Stopwords, TextParams } from '../../core/payload-schema.ts';
import { foldToAscii } from './ascii-folding.ts';
import { openStemmer } from './stemmer.ts';
import { stopWordsOf } from './stop-words.ts';

/**
 * What becomes of words before they are tokens: fold to ASCII → lower case → drop stop words → stem → drop what is too
 * short or too long by then. A stem may be empty, and stays a token unless a least length says otherwise.
 */
export type Refinement = (words: string[]) => string[];

export interface RefinementOptions {
  /** The words are in lower case already. */
  readonly isLowercase: boolean;
  readonly stopWords: boolean;
  readonly maxTokenLen: number | undefined;
}

export function openRefinement(params: TextParams | undefined, options: RefinementOptions): Refinement {
  const foldsToAscii = params?.asciiFolding ?? false;
  const lowers = params?.lowercase ?? true;
  const stopWords = options.stopWords ? openStopWords(params?.stopwords, lowers) : undefined;
  const stemmer = params?.stemmer;
  const stem = stemmer?.kind === 'snowball' ? openStemmer(stemmer.language) : undefined;
  const min = params?.minTokenLen ?? 0;
  const max = options.maxTokenLen ?? Infinity;
  const toLower = lowers && !options.isLowercase;
  const measures = min > 0 || max < Infinity;
  if (!foldsToAscii && !toLower && stopWords === undefined && stem === undefined && !measures) return (words) => words;
  return (words) => {
    const tokens: string[] = [];
    for (const word of words) {
      let token = foldsToAscii ? foldToAscii(word) : word;
      if (toLower) token = token.toLowerCase();
      if (stopWords?.has(token) === true) continue;
      if (stem !== undefined) token = stem(token);
      if (measures) {
        const length = characterCount(token);
        if (length < min || length > max) continue;
      }
      tokens.push(token);
    }
    return tokens;
  };
}

/** undefined: none at all. Words of the user's own are lowered as tokens are, but not folded: a folded token misses `été`. */
function openStopWords(stopwords: Stopwords | undefined, lowercase: boolean): ReadonlySet<string> | undefined {
  if (stopwords === undefined) return undefined;
  if (stopwords.kind === 'language') return stopWordsOf(stopwords.language);
  const all = new Set<string>();
  for (const language of stopwords.languages ?? []) for (const word of stopWordsOf(language)) all.add(word);
  for (const word of stopwords.custom ?? []) all.add(lowercase ? word.toLowerCase() : word);
  return all;
}

/** Unicode scalar values. */
function characterCount(token: string): number {
  let count = token.length;
  for (let at = 0; at < token.length; at += 1) {
    const code = token.charCodeAt(at);
    if (code >= 0xdc00 && code < 0xe000) count -= 1;
  }
  return count;
}
