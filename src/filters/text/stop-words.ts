import { loadStopWords } from './language-modules.ts';

const sets = new Map<string, ReadonlySet<string>>();

/** Words too common to be looked for, in lower case, by the language's long name (`english`); none where there is no list. */
export function stopWordsOf(language: string): ReadonlySet<string> {
  const known = sets.get(language);
  if (known !== undefined) return known;
  const words = new Set(loadStopWords(language)?.WORDS.trim().split(/\s+/));
  sets.set(language, words);
  return words;
}
