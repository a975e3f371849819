import test from 'ava';
import * as fc from 'fast-check';

import type { TextParams } from '../../src/core/payload-schema.ts';
import { openAnalyser } from '../../src/filters/text/analyser.ts';
import { foldToAscii } from '../../src/filters/text/ascii-folding.ts';
import { stopWordsOf } from '../../src/filters/text/stop-words.ts';

interface Case {
  readonly title: string;
  readonly params?: TextParams;
  readonly text: string;
  readonly document: readonly string[];
  /** undefined: as the document's. */
  readonly query?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'words are cut at all but letters and digits',
    text: "You'll, x_y-Z 42!",
    document: ['you', 'll', 'x', 'y', 'z', '42'],
  },
  { title: 'repeats are kept, in order', text: 'b a b', document: ['b', 'a', 'b'] },
  {
    title: 'letters and digits of all scripts',
    text: '東京は Ⅷ ½ ٣ été 𝒜𝒷!𐐀',
    document: ['東京は', 'ⅷ', '½', '٣', 'été', '𝒜𝒷', '𐐨'],
  },
  { title: 'a lone surrogate is no letter', text: 'a\ud800b\udc00c', document: ['a', 'b', 'c'] },
  { title: 'a final sigma is final in its word', text: "ΑΣ'Α ΟΔΟΣ", document: ['ας', 'α', 'οδος'] },
  {
    title: 'lower case of all of Unicode',
    text: 'İX STRASSE ẞ KELVIN',
    document: ['i\u0307x', 'strasse', 'ß', 'kelvin'],
  },
  { title: 'case is kept if asked for', params: { lowercase: false }, text: 'Ab ÉT', document: ['Ab', 'ÉT'] },
  {
    title: 'white space is that of Unicode',
    params: { tokenizer: 'whitespace' },
    text: ' World-class\u0085hello_world\u00a0x\ufeffy\u3000 ',
    document: ['world-class', 'hello_world', 'x\ufeffy'],
  },
  {
    title: 'white space, case kept',
    params: { tokenizer: 'whitespace', lowercase: false },
    text: 'Ab cD',
    document: ['Ab', 'cD'],
  },
  {
    title: 'lengths are counted in characters, after stemming',
    params: { minTokenLen: 3, maxTokenLen: 4, stemmer: { kind: 'snowball', language: 'english' } },
    text: 'running tes 𝒜𝒷𝒸 𝒜𝒷 abcdo connection',
    document: ['run', 'tes', '𝒜𝒷𝒸'],
  },
  {
    title: 'prefixes of documents; words of queries, cut',
    params: { tokenizer: 'prefix', minTokenLen: 2, maxTokenLen: 4 },
    text: 'Hello 𝒜𝒷𝒸 a',
    document: ['he', 'hel', 'hell', '𝒜𝒷', '𝒜𝒷𝒸'],
    query: ['hell', '𝒜𝒷𝒸'],
  },
  {
    title: 'prefixes without limits',
    params: { tokenizer: 'prefix' },
    text: 'abc',
    document: ['a', 'ab', 'abc'],
    query: ['abc'],
  },
  {
    title: 'prefixes drop stop words of documents only',
    params: { tokenizer: 'prefix', stopwords: { kind: 'language', language: 'english' } },
    text: 'the',
    document: [],
    query: ['the'],
  },
  {
    title: 'prefixes of folded words in lower case',
    params: { tokenizer: 'prefix', asciiFolding: true, minTokenLen: 3 },
    text: 'Ñandú',
    document: ['nan', 'nand', 'nandu'],
    query: ['nandu'],
  },
  {
    title: 'stop words of a language',
    params: { stopwords: { kind: 'language', language: 'english' } },
    text: "The fox isn't HERE, don't you know",
    document: ['fox', 'know'],
  },
  {
    title: 'stop words of languages and of the user, in lower case',
    params: { stopwords: { kind: 'set', languages: ['english', 'german'], custom: ['FOX'] } },
    text: 'The fox und der Hund',
    document: ['hund'],
  },
  {
    title: "the user's stop words keep their case if tokens do",
    params: { lowercase: false, stopwords: { kind: 'set', languages: undefined, custom: ['Fox'] } },
    text: 'Fox fox the',
    document: ['fox', 'the'],
  },
  {
    title: 'a folded token is no stop word with an accent',
    params: { asciiFolding: true, stopwords: { kind: 'language', language: 'french' } },
    text: 'ÉTÉ même de',
    document: ['ete', 'meme'],
  },
  {
    title: 'stop words are dropped before stems are made',
    params: {
      stopwords: { kind: 'language', language: 'english' },
      stemmer: { kind: 'snowball', language: 'english' },
    },
    text: 'having foxes',
    document: ['fox'],
  },
  { title: 'no stemmer by name', params: { stemmer: { kind: 'none' } }, text: 'running', document: ['running'] },
  {
    title: 'languages that are not known have nothing',
    params: { stopwords: { kind: 'language', language: 'x' }, stemmer: { kind: 'snowball', language: 'x' } },
    text: 'the running',
    document: ['the', 'running'],
  },
  { title: 'nothing of nothing', text: '', document: [] },
  { title: 'nothing of white space', params: { tokenizer: 'whitespace' }, text: ' \n', document: [] },
];

for (const { title, params, text, document, query } of CASES) {
  test(title, (t) => {
    const analyser = openAnalyser(params);
    t.deepEqual(analyser.documentTokens(text), document);
    t.deepEqual(analyser.queryTokens(text), query ?? document);
  });
}

test('the words of any text are what a regular expression finds', (t) => {
  const pieces = fc.constantFrom('a', 'Bc', 'É', ' ', '_', '9', '東', '𝒜', '😀', 'Σ', '\ud800', '½', "'", '\u0301');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map((parts) => parts.join('')),
  );
  t.notThrows(() =>
    fc.assert(
      fc.property(text, fc.boolean(), (sample, lowercase) => {
        const words = sample.match(/[\p{Alphabetic}\p{N}]+/gu) ?? [];
        const expected = words.map((word) => (lowercase ? word.toLowerCase() : word));
        t.deepEqual(openAnalyser({ lowercase }).documentTokens(sample), expected);
      }),
      { numRuns: 1000 },
    ),
  );
});

test('a query for a beginning finds every document that has it', (t) => {
  const word = fc.stringMatching(/^[a-cé𝒜]{1,6}$/u);
  t.notThrows(() =>
    fc.assert(
      fc.property(word, fc.nat(6), fc.option(fc.integer({ min: 1, max: 6 })), (whole, length, max) => {
        const analyser = openAnalyser({ tokenizer: 'prefix', maxTokenLen: max ?? undefined });
        const beginning = [...whole].slice(0, length + 1).join('');
        const [wanted = ''] = analyser.queryTokens(beginning);
        t.true(analyser.documentTokens(whole).includes(wanted));
      }),
    ),
  );
});

test('a megabyte without a space is dealt with in time', (t) => {
  const text = 'ay'.repeat(500_000);
  const prefix = openAnalyser({ tokenizer: 'prefix' });
  t.is(prefix.documentTokens(text).length, 256);
  t.deepEqual(prefix.queryTokens(text), prefix.documentTokens(text).slice(-1));
  const stemmed = openAnalyser({ stemmer: { kind: 'snowball', language: 'english' } });
  t.deepEqual(stemmed.documentTokens(text), [text]);
});

test('characters fold to ASCII by the table of Lucene, all others stay', (t) => {
  t.is(foldToAscii('Ærøskøbing, ŒUVRE ﬁn ⑴ ＡＢＣ “x” ß Ðđ'), 'AEroskobing, OEUVRE fin (1) ABC "x" ss Dd');
  t.is(foldToAscii('東京 Привет 😀 ascii'), '東京 Привет 😀 ascii');
});

test('stop words: as many as the lists have, none for others', (t) => {
  t.is(stopWordsOf('english').size, 179);
  t.true(
    ['s', 't', 'd', 'll', 'm', 'o', 're', 've', 'y', 'don', 'ma'].every((word) => stopWordsOf('english').has(word)),
  );
  const sizes: Readonly<Record<string, number>> = {
    german: 232,
    french: 157,
    slovene: 1784,
    chinese: 841,
    turkish: 53,
  };
  for (const [language, size] of Object.entries(sizes)) t.is(stopWordsOf(language).size, size, language);
  t.is(stopWordsOf('klingon').size, 0);
});
