import test from 'ava';
import * as fc from 'fast-check';

import { openAnalyser } from '../../src/filters/text/analyser.ts';
import { cutMultilingual } from '../../src/filters/text/cut-multilingual.ts';

/** What charabia 0.10.0 makes of the text, tokens without a letter left out. */
const CHARABIA: readonly (readonly [text: string, tokens: string])[] = [
  [
    'The quick ("brown") fox can’t jump 32.3 feet, right? Brr, it\'s 29.3°F! kebab-case snake_case 123',
    'the quick brown fox can t jump feet right brr it s 3°f kebab case snake case',
  ],
  ['Données élémentaires à Paris', 'donnees elementaires a paris'],
  ['ŒUVRE cœur Æther æon', 'oeuvre coeur aether aeon'],
  ['Đorđe ðe straße ıI İstanbul', 'dorde de straße ii istanbul'],
  ['ΟΔΥΣΣΕΥΣ Έλληνας ὁδός', 'οδυσσευσ ελληνασ οδοσ'],
  ['Съешь ещё этих', 'съешь ещё этих'],
  ['ՀԱՅԱՍՏԱՆ Երևան', 'հայաստան երեւան'],
  ['السلام عليكم ورحمة الله', 'ال سلام عليكم ورحمه ال له'],
  ['أحمد إلى ٱلأحوال مدرسـة', 'احمد ال ي ال احوال مدرسه'],
  ['שָׁלוֹם עוֹלָם', 'שלום עולם'],
  ['नमस्ते दुनिया தமிழ்', 'नमस्ते दुनिया தமிழ்'],
  ['helloмирworld', 'hello мир world'],
  ['5.13 µs/iter 890μs 18ms', 'μs iter μ s 18ms'],
  ['a+b x=y C++ v1.2.3 $5 ~18 1,000', 'a b x=y c v1'],
  ['a Ⓘ ﬁne ﬀ ½ ²', 'a i fine ff'],
  ['żółć łódź naïve Ångström', 'zołc łodz naive angstrom'],
  ['今天天气，我们去看书', '今天 天气 我們 去 看書'],
  ['北京大学图书馆', '北京 大學 圖書 館'],
  ['東京', '東 京'],
  ['今天是星期一', '今天 是 星期 一'],
  ['东京', '東京'],
];

for (const [text, tokens] of CHARABIA) {
  test(`${text.slice(0, 30)} is cut and normalised as charabia does`, (t) => {
    t.deepEqual(
      cutMultilingual(text),
      tokens.normalize('NFKD') === tokens ? tokens.split(' ') : decomposed(text, tokens),
    );
  });
}

/** Scripts whose marks stay keep them apart from their letters. */
function decomposed(text: string, tokens: string): string[] {
  return tokens.split(' ').map((token) => (text.normalize('NFC').includes(token) ? token.normalize('NFKD') : token));
}

test('Korean words stand between spaces', (t) => {
  t.deepEqual(
    cutMultilingual('이것은 한국어').map((word) => word.normalize('NFC')),
    ['이것은', '한국어'],
  );
});

test('Japanese, Thai and Khmer fall into words; Han is Japanese where there is kana', (t) => {
  t.deepEqual(cutMultilingual('東京は日本の首都です'), ['東京', 'は', '日本', 'の', '首都', 'です']);
  t.deepEqual(cutMultilingual('Qdrantのコード'), ['qdrant', 'の', 'コード']);
  t.deepEqual(cutMultilingual('ผมชื่อสมชาย'), ['ผม', 'ชอ', 'สมชาย']);
  t.deepEqual(cutMultilingual('សួស្តីពិភពលោក'), ['សួស្តី', 'ពិភពលោក']);
});

test('what has no letter is no word', (t) => {
  t.deepEqual(cutMultilingual('123 -- 4.5 🙂 ½'), []);
});

test('the steps after it are those of every tokenizer', (t) => {
  const analyser = openAnalyser({
    tokenizer: 'multilingual',
    stopwords: { kind: 'language', language: 'french' },
    stemmer: { kind: 'snowball', language: 'french' },
    maxTokenLen: 7,
  });
  t.deepEqual(analyser.documentTokens('Les données élémentaires à PARIS'), ['donne', 'a', 'paris']);
});

test('words are well formed and hold no white space that separates, whatever the text', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) =>
        cutMultilingual(text).every((word) => word !== '' && word.isWellFormed() && !/[\n\r\t]/.test(word)),
      ),
      { numRuns: 500 },
    ),
  );
});
