/**
 * Snowball stemmers: a word in lower case to its stem, which need not be a word.
 *
 * The programs are those of rust-stemmers 1.2.0, which Qdrant uses (`english` is Porter2), and Armenian of Snowball 2.2.
 */
import { openArabic } from './snowball/generated/arabic.ts';
import { openArmenian } from './snowball/generated/armenian.ts';
import { openDanish } from './snowball/generated/danish.ts';
import { openDutch } from './snowball/generated/dutch.ts';
import { openEnglish } from './snowball/generated/english.ts';
import { openFinnish } from './snowball/generated/finnish.ts';
import { openFrench } from './snowball/generated/french.ts';
import { openGerman } from './snowball/generated/german.ts';
import { openGreek } from './snowball/generated/greek.ts';
import { openHungarian } from './snowball/generated/hungarian.ts';
import { openItalian } from './snowball/generated/italian.ts';
import { openNorwegian } from './snowball/generated/norwegian.ts';
import { openPortuguese } from './snowball/generated/portuguese.ts';
import { openRomanian } from './snowball/generated/romanian.ts';
import { openRussian } from './snowball/generated/russian.ts';
import { openSpanish } from './snowball/generated/spanish.ts';
import { openSwedish } from './snowball/generated/swedish.ts';
import { openTamil } from './snowball/generated/tamil.ts';
import { openTurkish } from './snowball/generated/turkish.ts';
import { SnowballWord } from './snowball/snowball-word.ts';

export type Stem = (word: string) => string;

type OpenProgram = (word: SnowballWord) => () => void;

const PROGRAMS: ReadonlyMap<string, OpenProgram> = new Map<string, OpenProgram>([
  ['arabic', openArabic],
  ['armenian', openArmenian],
  ['danish', openDanish],
  ['dutch', openDutch],
  ['english', openEnglish],
  ['finnish', openFinnish],
  ['french', openFrench],
  ['german', openGerman],
  ['greek', openGreek],
  ['hungarian', openHungarian],
  ['italian', openItalian],
  ['norwegian', openNorwegian],
  ['portuguese', openPortuguese],
  ['romanian', openRomanian],
  ['russian', openRussian],
  ['spanish', openSpanish],
  ['swedish', openSwedish],
  ['tamil', openTamil],
  ['turkish', openTurkish],
]);

/** Words are repeated; at 8,192 of them the memory is about a megabyte. */
const MEMORY_WORDS = 8192;

/** The stemmer of a language by its long name; undefined where Snowball has none. */
export function openStemmer(language: string): Stem | undefined {
  const open = PROGRAMS.get(language);
  if (open === undefined) return undefined;
  const word = new SnowballWord();
  const run = open(word);
  const memory = new Map<string, string>();
  return (text) => {
    const known = memory.get(text);
    if (known !== undefined) return known;
    word.set(text);
    run();
    if (memory.size >= MEMORY_WORDS) memory.clear();
    memory.set(text, word.current);
    return word.current;
  };
}
