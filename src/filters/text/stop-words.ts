/** Words too common to be looked for, by language. */
import { ARABIC } from './stop-words/arabic.ts';
import { AZERBAIJANI } from './stop-words/azerbaijani.ts';
import { BASQUE } from './stop-words/basque.ts';
import { BENGALI } from './stop-words/bengali.ts';
import { CATALAN } from './stop-words/catalan.ts';
import { CHINESE } from './stop-words/chinese.ts';
import { DANISH } from './stop-words/danish.ts';
import { DUTCH } from './stop-words/dutch.ts';
import { ENGLISH } from './stop-words/english.ts';
import { FINNISH } from './stop-words/finnish.ts';
import { FRENCH } from './stop-words/french.ts';
import { GERMAN } from './stop-words/german.ts';
import { GREEK } from './stop-words/greek.ts';
import { HEBREW } from './stop-words/hebrew.ts';
import { HINGLISH } from './stop-words/hinglish.ts';
import { HUNGARIAN } from './stop-words/hungarian.ts';
import { INDONESIAN } from './stop-words/indonesian.ts';
import { ITALIAN } from './stop-words/italian.ts';
import { JAPANESE } from './stop-words/japanese.ts';
import { KAZAKH } from './stop-words/kazakh.ts';
import { NEPALI } from './stop-words/nepali.ts';
import { NORWEGIAN } from './stop-words/norwegian.ts';
import { PORTUGUESE } from './stop-words/portuguese.ts';
import { ROMANIAN } from './stop-words/romanian.ts';
import { RUSSIAN } from './stop-words/russian.ts';
import { SLOVENE } from './stop-words/slovene.ts';
import { SPANISH } from './stop-words/spanish.ts';
import { SWEDISH } from './stop-words/swedish.ts';
import { TAJIK } from './stop-words/tajik.ts';
import { TURKISH } from './stop-words/turkish.ts';
/** The words of each language, in lower case, between white space. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['arabic', ARABIC],
  ['azerbaijani', AZERBAIJANI],
  ['basque', BASQUE],
  ['bengali', BENGALI],
  ['catalan', CATALAN],
  ['chinese', CHINESE],
  ['danish', DANISH],
  ['dutch', DUTCH],
  ['english', ENGLISH],
  ['finnish', FINNISH],
  ['french', FRENCH],
  ['german', GERMAN],
  ['greek', GREEK],
  ['hebrew', HEBREW],
  ['hinglish', HINGLISH],
  ['hungarian', HUNGARIAN],
  ['indonesian', INDONESIAN],
  ['italian', ITALIAN],
  ['japanese', JAPANESE],
  ['kazakh', KAZAKH],
  ['nepali', NEPALI],
  ['norwegian', NORWEGIAN],
  ['portuguese', PORTUGUESE],
  ['romanian', ROMANIAN],
  ['russian', RUSSIAN],
  ['slovene', SLOVENE],
  ['spanish', SPANISH],
  ['swedish', SWEDISH],
  ['tajik', TAJIK],
  ['turkish', TURKISH],
]);

const sets = new Map<string, ReadonlySet<string>>();

/** The stop words of a language by its long name (`english`), in lower case; none where there is no list. */
export function stopWordsOf(language: string): ReadonlySet<string> {
  const known = sets.get(language);
  if (known !== undefined) return known;
  const words = new Set(LISTS.get(language)?.trim().split(/\s+/));
  sets.set(language, words);
  return words;
}
