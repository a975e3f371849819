import { readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';
import * as fc from 'fast-check';

import { bm25, cutText } from '../../src/filters/text/bm25.ts';

/** Qdrant 1.18's answers: documents, then what they have become, found by their ids. */
const RECORDED = path.join(import.meta.dirname, '../../../shared/golden/recorded/bm25.json');

interface Step {
  readonly body?: {
    readonly points?: readonly { readonly id: number; readonly vector: { readonly b: Document } }[];
  };
  readonly expect: { readonly body: { readonly result?: unknown } };
}

interface Document {
  readonly text: string;
  readonly options?: object;
}

interface Answer {
  readonly id: number;
  readonly vector: { readonly b: { readonly indices: readonly number[]; readonly values: readonly number[] } };
}

test('documents become what Qdrant makes of them, to the last bit', (t) => {
  const { steps } = JSON.parse(readFileSync(RECORDED, 'utf8')) as { readonly steps: readonly Step[] };
  const documents = new Map(
    steps.flatMap(({ body }) => body?.points ?? []).map(({ id, vector }) => [id, vector.b] as const),
  );
  const answers = steps
    .flatMap(({ expect }): unknown[] => (Array.isArray(expect.body.result) ? expect.body.result : []))
    .map((answer) => answer as Answer);
  t.is(answers.length, 6);
  for (const { id, vector } of answers) {
    const { text, options } = documents.get(id) as Document;
    const made = bm25(text, options && JSON.stringify(options), 'document');
    const expected = vector.b.indices
      .map((index, at) => [index, Math.fround(vector.b.values[at] as number)])
      .toSorted(([a = 0], [b = 0]) => a - b);
    t.deepEqual(
      Array.from(made.indices, (index, at) => [index, made.values[at]]),
      expected,
    );
  }
});

/** SEMANTICS.md 5. */
const INDICES: readonly (readonly [string, number])[] = [
  ['the', 1132748958],
  ['hello', 613153351],
  ['world', 74040069],
  ['quick', 771291085],
  ['brown', 741580288],
  ['fox', 1621867415],
  ['databas', 1423958341],
];

const PLAIN = JSON.stringify({ language: 'none' });

for (const [token, index] of INDICES) {
  test(`the index of '${token}'`, (t) => {
    t.deepEqual([...bm25(token, PLAIN, 'query').indices], [index]);
  });
}

test('an empty stem is a token with index 0, no text an empty vector', (t) => {
  t.deepEqual(bm25('', undefined, 'document'), { indices: new Uint32Array(0), values: new Float32Array(0) });
  t.deepEqual(bm25(' ?! ', undefined, 'query'), { indices: new Uint32Array(0), values: new Float32Array(0) });
});

test('k, b and the average length weigh terms', (t) => {
  const options = JSON.stringify({ language: 'none', k: 1.2, b: 0.75, avg_len: 5 });
  const { indices, values } = bm25('the quick brown the fox', options, 'document');
  t.is(values[indices.indexOf(1132748958)], Math.fround(1.375));
});

const bagOf = (text: string, options: object | undefined, mode: 'document' | 'query'): readonly number[] => [
  ...bm25(text, options && JSON.stringify(options), mode).indices,
];

/** Two ways to say the same. */
const ALIKE: readonly {
  readonly what: string;
  readonly one: readonly [string, object | undefined];
  readonly other: readonly [string, object | undefined];
  readonly mode: 'document' | 'query';
}[] = [
  {
    what: 'stop words of English are dropped and words stemmed',
    one: ['the running dogs', undefined],
    other: ['run dog', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'a language by its short name',
    one: ['die laufenden Hunde', { language: 'de' }],
    other: ['die laufenden Hunde', { language: 'german' }],
    mode: 'document',
  },
  {
    what: 'null is not given',
    one: ['The Dogs', { language: null, stopwords: null, stemmer: null, min_token_len: null }],
    other: ['The Dogs', {}],
    mode: 'document',
  },
  {
    what: 'no stemmer',
    one: ['the dogs', { stemmer: { type: 'none' } }],
    other: ['dogs', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'another stemmer and words of the own',
    one: ['la perros dogs', { stemmer: { type: 'snowball', language: 'spanish' }, stopwords: { custom: ['DOGS'] } }],
    other: ['la perr', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'lists of several languages',
    one: ['the der dogs', { stopwords: { languages: ['english', 'de'] } }],
    other: ['dog', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'stop words of one language by its name',
    one: ['the der dogs', { stopwords: 'german' }],
    other: ['the dog', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'a language with stop words alone',
    one: ['dogs', { language: 'hebrew' }],
    other: ['dogs', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'whitespace, folding, lengths',
    one: ['Ação: to dogs', { tokenizer: 'whitespace', ascii_folding: true, min_token_len: 3, max_token_len: 5 }],
    other: ['acao: dog', { tokenizer: 'whitespace', language: 'none' }],
    mode: 'document',
  },
  {
    what: 'letters as they are',
    one: ['Dogs', { lowercase: false, language: 'none' }],
    other: ['Dogs', { lowercase: false, language: 'xx' }],
    mode: 'document',
  },
  {
    what: 'a document has all beginnings of its words',
    one: ['cat', { tokenizer: 'prefix', language: 'none' }],
    other: ['c ca cat', { language: 'none' }],
    mode: 'document',
  },
  {
    what: 'a query has its words, cut',
    one: ['catalogue', { tokenizer: 'prefix', language: 'none', max_token_len: 3 }],
    other: ['cat', { language: 'none' }],
    mode: 'query',
  },
];

for (const { what, one, other, mode } of ALIKE) {
  test(what, (t) => {
    t.deepEqual(bagOf(...one, mode), bagOf(...other, mode));
  });
}

/** Options that are refused, and the words of the refusal. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['{"k":-1}', 'BM25 k must be finite and non-negative, got -1'],
  ['{"k":1e999}', 'BM25 k must be finite and non-negative, got Infinity'],
  ['{"b":1.5}', 'BM25 b must be finite and in range [0, 1], got 1.5'],
  ['{"avg_len":0}', 'BM25 avg_len must be finite and positive, got 0'],
  ['{"k":"a"}', 'Invalid BM25 config: invalid type: string "a", expected f64'],
  ['{"k":null}', 'Invalid BM25 config: invalid type: null, expected f64'],
  ['{"language":1}', 'Invalid BM25 config: invalid type: integer `1`, expected a string'],
  ['{"lowercase":1.5}', 'Invalid BM25 config: invalid type: floating point `1.5`, expected a boolean'],
  ['{"min_token_len":true}', 'Invalid BM25 config: invalid type: boolean `true`, expected usize'],
  ['{"max_token_len":[]}', 'Invalid BM25 config: invalid type: sequence, expected usize'],
  ['[]', 'Invalid BM25 config: invalid type: sequence, expected struct Bm25Config'],
  ['{"tokenizer":{}}', 'Invalid BM25 config: invalid type: map, expected a string'],
  [
    '{"tokenizer":"x"}',
    'Invalid BM25 config: unknown variant `x`, expected one of `prefix`, `whitespace`, `word`, `multilingual`',
  ],
  ...['"xx"', '1', '{"languages":["xx"]}', '{"custom":[1]}'].map(
    (stopwords) =>
      [
        `{"stopwords":${stopwords}}`,
        'Invalid BM25 config: data did not match any variant of untagged enum StopwordsInterface',
      ] as const,
  ),
  ...['"none"', '{}', '{"type":"x"}', '{"type":"snowball"}', '{"type":"snowball","language":"xx"}'].map(
    (stemmer) =>
      [
        `{"stemmer":${stemmer}}`,
        'Invalid BM25 config: data did not match any variant of untagged enum StemmingAlgorithm',
      ] as const,
  ),
];

for (const [options, message] of REFUSED) {
  test(`refuses ${options}`, (t) => {
    t.throws(() => bm25('x', options, 'document'), { message });
  });
}

/** Counts tokens of the word tokenizer one by one. */
function plainDocument(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().split(/[^a-z0-9]+/)) {
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

test('a long text in pieces has the terms of the whole', (t) => {
  const words = Array.from({ length: 60_000 }, (_, at) => `w${(at * at) % 1009}`);
  const text = words.join(' ');
  t.true(cutText(text).length > 2);
  t.is(cutText(text).join(''), text);
  const made = bm25(text, PLAIN, 'document');
  const counts = plainDocument(text);
  const saturation = 1.2 * (0.25 + (0.75 * words.length) / 256);
  const expected = Array.from(counts, ([word, count]) => [
    bagOf(word, { language: 'none' }, 'query')[0] ?? -1,
    Math.fround((count * 2.2) / (count + saturation)),
  ]).toSorted(([a = 0], [b = 0]) => a - b);
  t.deepEqual(
    Array.from(made.indices, (index, at) => [index, made.values[at]]),
    expected,
  );
});

test('a text without a space stays whole, up to a million characters', (t) => {
  t.is(cutText('x'.repeat(200_000)).length, 1);
  t.deepEqual(
    cutText('x'.repeat(3 << 19)).map(({ length }) => length),
    [1 << 20, 1 << 19],
  );
});

test('indices ascend, each once; a query counts every term alike', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const document = bm25(text, undefined, 'document');
      const query = bm25(text, undefined, 'query');
      t.deepEqual(document.indices, query.indices);
      t.true(query.values.every((value) => value === 1));
      t.true(document.indices.every((index, at) => at === 0 || index > (document.indices[at - 1] ?? 0)));
    }),
  );
  t.pass();
});
