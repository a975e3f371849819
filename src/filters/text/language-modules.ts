import { createRequire } from 'node:module';

import { parseSnowballLanguage, parseStopWordLanguage } from '../../core/languages.ts';
import type { SnowballWord } from './snowball/snowball-word.ts';

/**
 * What belongs to one language is a module of its own, loaded when first asked for: together they are half a megabyte of
 * source, and hardly anybody uses more than one. Node's `require` loads a module at once, where `import` would make a
 * promise of every analyser. Only names of core/languages.ts lead to a file: stop-words/*.ts, snowball/generated/*.ts.
 */
const load = createRequire(import.meta.url);

/** The sources are run as they are (.ts), and built (.js). */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

interface StopWordsModule {
  /** In lower case, between white space. */
  readonly WORDS: string;
}

interface StemmerModule {
  readonly openProgram: (word: SnowballWord) => () => void;
}

/** By the long name of the language; undefined where there is no list. */
export function loadStopWords(language: string): StopWordsModule | undefined {
  if (parseStopWordLanguage(language) !== language) return undefined;
  return load(`./stop-words/${language}${EXTENSION}`) as StopWordsModule;
}

/** By the long name of the language; undefined where Snowball has no stemmer. */
export function loadStemmer(language: string): StemmerModule | undefined {
  if (parseSnowballLanguage(language) !== language) return undefined;
  return load(`./snowball/generated/${language}${EXTENSION}`) as StemmerModule;
}
