import { readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';
import * as fc from 'fast-check';

import { openStemmer } from '../../src/filters/text/stemmer.ts';

/** `# language`, then a word and its stem by rust-stemmers a line. */
const lines = readFileSync(path.join(import.meta.dirname, 'text-stems.txt'), 'utf8').split('\n');

const vocabularies = new Map<string, (readonly [word: string, stem: string])[]>();
let current: (readonly [string, string])[] = [];
for (const line of lines.filter((text) => text !== '' && !text.startsWith('//'))) {
  const [word = '', stem = ''] = line.split(' ');
  if (word === '#') vocabularies.set(stem, (current = []));
  else current.push([word, stem]);
}

test('there are words of 19 languages', (t) => {
  t.is(vocabularies.size, 19);
  for (const [language, words] of vocabularies) t.true(words.length >= 120, language);
});

for (const [language, words] of vocabularies) {
  test(`stems of ${language} are those of rust-stemmers`, (t) => {
    const stem = openStemmer(language);
    t.deepEqual(
      words.map(([word]) => stem?.(word)),
      words.map(([, expected]) => expected),
    );
  });

  test(`any text at all has a stem in ${language}, the same when asked again`, (t) => {
    const stem = openStemmer(language);
    const letters = fc.constantFrom(...words.slice(0, 60).flatMap(([word]) => [word.slice(0, 2), word.slice(-3)]));
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(letters, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    t.notThrows(() =>
      fc.assert(
        fc.property(anything, (word) => stem?.(word).isWellFormed() === true && stem(word) === stem(word)),
        { numRuns: 200 },
      ),
    );
  });
}

test('a stemmer that has forgotten all words again stems alike', (t) => {
  const stem = openStemmer('english');
  for (let number = 0; number < 20_000; number += 1) stem?.(`w${number}ing`);
  t.is(stem?.('running'), 'run');
});

test('a language without a stemmer has none', (t) => {
  t.is(openStemmer('basque'), undefined);
  t.is(openStemmer('constructor'), undefined);
});
