import { loadStemmer } from './language-modules.ts';
import { SnowballWord } from './snowball/snowball-word.ts';

/** A word in lower case to its stem, which need not be a word. */
export type Stem = (word: string) => string;

/** Words are repeated. So many words and stems are about a megabyte. */
const MEMORY_WORDS = 8192;

/**
 * UTF-16 code units. V8 makes a longer substring a view of its text, which would live as long as the memory of the word.
 * (SlicedString::kMinLength is 13.)
 */
const LONGEST_REMEMBERED = 12;

/** UTF-16 code units. What is longer is no word and stays as it is: a stemmer's time grows with the square of the length. */
const LONGEST_WORD = 1024;

/**
 * The Snowball stemmer of a language by its long name (`english` is Porter2); undefined where there is none.
 *
 * The programs are those of rust-stemmers 1.2.0, which Qdrant uses, and Armenian, which its fork adds, of Snowball 2.2.
 */
export function openStemmer(language: string): Stem | undefined {
  const module = loadStemmer(language);
  if (module === undefined) return undefined;
  const word = new SnowballWord();
  const run = module.openProgram(word);
  const memory = new Map<string, string>();
  return (text) => {
    if (text.length > LONGEST_WORD) return text;
    const isRemembered = text.length <= LONGEST_REMEMBERED;
    const known = isRemembered ? memory.get(text) : undefined;
    if (known !== undefined) return known;
    word.set(text);
    run();
    if (isRemembered) {
      if (memory.size >= MEMORY_WORDS) memory.clear();
      memory.set(text, word.current);
    }
    return word.current;
  };
}
