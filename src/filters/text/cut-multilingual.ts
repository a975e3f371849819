import { OTHER_VARIANTS, SIMPLIFIED } from './chinese-variants.ts';

/**
 * Words of text in any script, as charabia cuts and normalises them: diacritics are dropped, letters are in lower case,
 * whatever the index says about both. What has no letter is no word.
 *
 *   text ─ separators ─▶ pieces ─ change of script ─▶ runs of one script ─ segmenter ─▶ words ─ normalise ─▶
 *
 * Qdrant's own segmenters (jieba for Chinese, vaporetto for Japanese) come with dictionaries and models; ICU's stand in
 * for them here, and the two may cut a word differently. A language is told by its script alone, but for Han, which is
 * Japanese where the text has kana.
 * Source: charabia 0.10.0, src/segmenter and src/normalizer, with which test/filters/text-multilingual.test.ts compares.
 */
export function cutMultilingual(text: string): string[] {
  const isJapanese = KANA.test(text);
  const words: string[] = [];
  // Digits and signs at the beginning of a piece belong to the script before it.
  let script: Script | undefined;
  for (const piece of text.split(SEPARATORS)) {
    if (script === 'latin' && PRINTABLE_ASCII.test(piece)) {
      if (ASCII_LETTER.test(piece)) words.push(piece.toLowerCase());
      continue;
    }
    for (const run of runsOfScript(piece, script)) {
      script = run.script;
      for (const segment of segmentsOfRun(run, isJapanese)) {
        const word = isJapanese && script === 'cj' ? segment : normalise(segment, script);
        if (LETTER.test(word)) words.push(word);
      }
    }
  }
  return words;
}

/** Punctuation and spaces of Unicode 13 whose compatibility form is their own, and the operators of mathematics. */
const SEPARATORS =
  /[[\p{P}\p{Zs}\u2029\0\n\r\t`\u200C+\-±×÷\u2212-\u22FF]--[\u00A0\u037E\u0387\u066B\u066C\u0F0C\u2000\u2001\u2011\u202F\u205F\u2226\u228E\u2329\u232A]]+/v;
const PRINTABLE_ASCII = /^[ -~]*$/;
const ASCII_LETTER = /[a-z]/i;
const LETTER = /\p{Alphabetic}/u;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;

type Script = 'latin' | 'cased' | 'greek' | 'hebrew' | 'arabic' | 'thai' | 'khmer' | 'cj' | 'other';

/** The scripts that charabia tells apart; all else (digits, signs, marks) goes with what stands before it. */
const SCRIPTS: readonly (readonly [RegExp, Script])[] = [
  // By block, signs and all.
  [/[a-zA-Z\u0080-\u02AF\u1D00-\u1DBF\u1E00-\u1EFF\u2100-\u214F\u2C60-\u2C7F\uA720-\uA7FF\uAB30-\uAB6F]/, 'latin'],
  [/[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}]/u, 'cased'],
  [/\p{Script=Greek}/u, 'greek'],
  [/\p{Script=Hebrew}/u, 'hebrew'],
  [/\p{Script=Arabic}/u, 'arabic'],
  [/\p{Script=Thai}/u, 'thai'],
  [/\p{Script=Khmer}/u, 'khmer'],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u, 'cj'],
  [/[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Ethiopic}\p{Script=Hangul}\p{Script=Myanmar}]/u, 'other'],
  [/[\p{Script=Kannada}\p{Script=Tamil}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Telugu}]/u, 'other'],
  [/[\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}]/u, 'other'],
];

/** By UTF-16 code unit: 0 = not yet asked for, 1 = none, 2 … = 2 + index in SCRIPTS. */
const scriptMemory = new Uint8Array(0x10000);

function scriptOf(character: string): Script | undefined {
  const code = character.length === 1 ? character.charCodeAt(0) : -1;
  const known = scriptMemory[code] ?? 0;
  const index = known === 0 ? SCRIPTS.findIndex(([pattern]) => pattern.test(character)) : known - 2;
  if (known === 0 && code >= 0) scriptMemory[code] = index + 2;
  return SCRIPTS[index]?.[1];
}

interface ScriptRun {
  readonly text: string;
  /** undefined: no script so far. */
  readonly script: Script | undefined;
}

function runsOfScript(piece: string, before: Script | undefined): ScriptRun[] {
  const runs: ScriptRun[] = [];
  let start = 0;
  let at = 0;
  let current = before;
  for (const character of piece) {
    const script = scriptOf(character);
    if (script !== undefined && script !== current) {
      if (current !== undefined && at > start) {
        runs.push({ text: piece.slice(start, at), script: current });
        start = at;
      }
      current = script;
    }
    at += character.length;
  }
  if (at > start) runs.push({ text: piece.slice(start), script: current });
  return runs;
}

function segmentsOfRun({ text, script }: ScriptRun, isJapanese: boolean): string[] {
  switch (script) {
    case 'cj':
      return isJapanese ? segmentsOf(text, 'ja') : chineseWords(text);
    case 'thai':
      return segmentsOf(text, 'th');
    case 'khmer':
      return segmentsOf(text, 'km');
    case 'arabic':
      // The article is a word of its own: who looks for `شجرة` finds `الشجرة`.
      return /^[اأإآٱ]ل./u.test(text) ? [text.slice(0, 2), text.slice(2)] : [text];
    case 'latin':
    case 'cased':
    case 'greek':
    case 'hebrew':
    case 'other':
    case undefined:
      return [text];
  }
}

const segmenters = new Map<string, Intl.Segmenter>();

function segmentsOf(run: string, language: string): string[] {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(language, { granularity: 'word' });
    segmenters.set(language, segmenter);
  }
  return Array.from(segmenter.segment(run), ({ segment: word }) => word);
}

/**
 * As jieba's words are cut for search: a word of more than two characters into words of two where there are any. Its
 * dictionary is of simplified characters, so that a traditional word falls apart into characters.
 */
function chineseWords(run: string): string[] {
  const { traditional } = chineseVariants();
  return segmentsOf(run, 'zh').flatMap((word) => {
    const characters = [...word];
    if (characters.some((character) => traditional.has(character))) return characters;
    if (characters.length <= 2) return [word];
    const words: string[] = [];
    for (let at = 0; at < characters.length;) {
      const two = characters.slice(at, at + 2);
      const pair = two.join('');
      const isWord = two.length === 2 && isChineseWord(pair);
      words.push(isWord ? pair : (two[0] ?? ''));
      at += isWord ? 2 : 1;
    }
    return words;
  });
}

const PAIR_MEMORY = 8192;
const pairMemory = new Map<string, boolean>();

/** Two characters. */
function isChineseWord(pair: string): boolean {
  let isWord = pairMemory.get(pair);
  if (isWord === undefined) {
    isWord = segmentsOf(pair, 'zh').length === 1;
    if (pairMemory.size >= PAIR_MEMORY) pairMemory.clear();
    pairMemory.set(pair, isWord);
  }
  return isWord;
}

interface ChineseVariants {
  /** Simplified, old and rare forms to the usual traditional one. */
  readonly usual: ReadonlyMap<string, string>;
  /** Characters that have a simplified form and are none. */
  readonly traditional: ReadonlySet<string>;
}

let variants: ChineseVariants | undefined;

function chineseVariants(): ChineseVariants {
  if (variants !== undefined) return variants;
  const simplified = readPairs(SIMPLIFIED);
  const usual = new Map([...simplified, ...readPairs(OTHER_VARIANTS)]);
  const traditional = new Set(simplified.map(([, form]) => form).filter((form) => !usual.has(form)));
  variants = { usual, traditional };
  return variants;
}

function readPairs(text: string): (readonly [string, string])[] {
  const characters = [...text.replaceAll('\n', '')];
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < characters.length; at += 2) pairs.push([characters[at] ?? '', characters[at + 1] ?? '']);
  return pairs;
}

const MARKED_SCRIPTS: ReadonlySet<Script> = new Set<Script>(['latin', 'greek', 'hebrew', 'arabic', 'thai']);

function normalise(word: string, script: Script | undefined): string {
  let text = word.normalize('NFKD').replaceAll(/[\p{Cc}--\p{White_Space}]/gv, '');
  switch (script) {
    case 'latin':
      text = text.toLowerCase().replaceAll(/[‘’‛]/g, "'").replaceAll('œ', 'oe').replaceAll('æ', 'ae');
      text = text.replaceAll(/[đð]/g, 'd').replaceAll('ı', 'i');
      break;
    case 'cased':
      text = text.toLowerCase();
      break;
    case 'greek':
      text = text.toLowerCase().replace(/ς$/u, 'σ');
      break;
    case 'arabic':
      text = text
        .replaceAll('ـ', '')
        .replaceAll(/[أإآٱ]/g, 'ا')
        .replaceAll('ى', 'ي')
        .replaceAll('ة', 'ه');
      break;
    case 'cj':
      text = Array.from(text, (character) => chineseVariants().usual.get(character) ?? character).join('');
      break;
    case 'hebrew':
    case 'thai':
    case 'khmer':
    case 'other':
    case undefined:
      break;
  }
  return script !== undefined && MARKED_SCRIPTS.has(script) ? text.replaceAll(/\p{Mn}/gu, '') : text;
}
