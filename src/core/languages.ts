/**
 * The languages of full text as Qdrant names them: a long lower-case name, and the short one that stands for it.
 * Both are matched as they stand, case and all. Source: SEMANTICS.md 2.4.
 */

/** Short names that are no ISO code are Qdrant's own. */
const STOP_WORD_LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['arabic', 'ar'],
  ['azerbaijani', 'az'],
  ['basque', 'eu'],
  ['bengali', 'bn'],
  ['catalan', 'ca'],
  ['chinese', 'zh'],
  ['danish', 'da'],
  ['dutch', 'nl'],
  ['english', 'en'],
  ['finnish', 'fi'],
  ['french', 'fr'],
  ['german', 'de'],
  ['greek', 'el'],
  ['hebrew', 'he'],
  ['hinglish', 'hi-en'],
  ['hungarian', 'hu'],
  ['indonesian', 'id'],
  ['italian', 'it'],
  ['japanese', 'jp'],
  ['kazakh', 'kk'],
  ['nepali', 'ne'],
  ['norwegian', 'no'],
  ['portuguese', 'pt'],
  ['romanian', 'ro'],
  ['russian', 'ru'],
  ['slovene', 'sl'],
  ['spanish', 'es'],
  ['swedish', 'sv'],
  ['tajik', 'tg'],
  ['turkish', 'tr'],
]);

const SNOWBALL_LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['arabic', 'ar'],
  ['armenian', 'hy'],
  ['danish', 'da'],
  ['dutch', 'nl'],
  ['english', 'en'],
  ['finnish', 'fi'],
  ['french', 'fr'],
  ['german', 'de'],
  ['greek', 'el'],
  ['hungarian', 'hu'],
  ['italian', 'it'],
  ['norwegian', 'no'],
  ['portuguese', 'pt'],
  ['romanian', 'ro'],
  ['russian', 'ru'],
  ['spanish', 'es'],
  ['swedish', 'sv'],
  ['tamil', 'ta'],
  ['turkish', 'tr'],
]);

/** The long name of a language that has stop words, by its long or short name. */
export function parseStopWordLanguage(name: string): string | undefined {
  return longName(STOP_WORD_LANGUAGES, name);
}

/** The long name of a language that has a Snowball stemmer, by its long or short name. */
export function parseSnowballLanguage(name: string): string | undefined {
  return longName(SNOWBALL_LANGUAGES, name);
}

function longName(languages: ReadonlyMap<string, string>, name: string): string | undefined {
  if (languages.has(name)) return name;
  for (const [long, short] of languages) if (short === name) return long;
  return undefined;
}
