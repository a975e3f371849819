import test from 'ava';

import { parseSnowballLanguage, parseStopWordLanguage } from '../../src/core/languages.ts';
import { openStemmer } from '../../src/filters/text/stemmer.ts';
import { stopWordsOf } from '../../src/filters/text/stop-words.ts';

const SHORT = 'ar az eu bn ca zh da nl en fi fr de el he hi-en hu id it jp kk ne no pt ro ru sl es sv tg tr'.split(' ');

test('a language goes by its long or its short name', (t) => {
  t.is(parseStopWordLanguage('english'), 'english');
  t.is(parseStopWordLanguage('hi-en'), 'hinglish');
  t.is(parseSnowballLanguage('hy'), 'armenian');
});

test('names are matched as they stand', (t) => {
  for (const name of ['English', 'EN', '', 'klingon', 'constructor', 'ja']) {
    t.is(parseStopWordLanguage(name), undefined, name);
    t.is(parseSnowballLanguage(name), undefined, name);
  }
});

test('every language that has a name has stop words or a stemmer', (t) => {
  for (const name of SHORT) t.true(stopWordsOf(parseStopWordLanguage(name) ?? '').size > 50, name);
  for (const name of 'ar hy da nl en fi fr de el hu it no pt ro ru es sv ta tr'.split(' ')) {
    t.truthy(openStemmer(parseSnowballLanguage(name) ?? ''), name);
  }
});

test('stop words and stemmers are of different languages', (t) => {
  t.is(parseSnowballLanguage('basque'), undefined);
  t.is(parseStopWordLanguage('tamil'), undefined);
});
