import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { parseSnowballLanguage, parseStopWordLanguage } from '../../core/languages.ts';
import {
  type Stemmer,
  type Stopwords,
  stopwordSet,
  type TextParams,
  type Tokenizer,
} from '../../core/payload-schema.ts';
import { type Decode, type Decoding, optional } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { decodeBool, decodeString, decodeUsize, stringList } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';

/** The parameters of full text; the failures' words are the caller's. */

const TOKENIZERS = ['prefix', 'whitespace', 'word', 'multilingual'] as const satisfies readonly Tokenizer[];

export function decodeTextParams(decoding: Decoding, fields: ReadonlyMap<string, number>): TextParams {
  const read = <T>(name: string, decode: Decode<T>): T | undefined => optional(decoding, fields.get(name), decode);
  const tokenizer = fields.get('tokenizer');
  return {
    // The one parameter that may not be null.
    tokenizer: tokenizer === undefined ? undefined : decodeTokenizer(decoding, tokenizer),
    minTokenLen: read('min_token_len', decodeUsize),
    maxTokenLen: read('max_token_len', decodeUsize),
    lowercase: read('lowercase', decodeBool),
    asciiFolding: read('ascii_folding', decodeBool),
    phraseMatching: read('phrase_matching', decodeBool),
    stopwords: read('stopwords', decodeStopwords),
    stemmer: read('stemmer', decodeStemmer),
  };
}

function decodeTokenizer(decoding: Decoding, node: number): Tokenizer {
  const given = decodeString(decoding, node);
  return known(TOKENIZERS.find((name) => name === given));
}

function decodeStopwords(decoding: Decoding, node: number): Stopwords {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING)
    return { kind: 'language', language: known(parseStopWordLanguage(tree.text(node))) };
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('StopwordsInterface');
  const fields = fieldsOf(tree, node);
  const list = (name: string): readonly string[] | undefined =>
    optional(decoding, fields.get(name), ({ tree }, node) => known(stringList(tree, node)));
  const languages = list('languages')?.map((name) => known(parseStopWordLanguage(name)));
  return stopwordSet(languages, list('custom'));
}

function decodeStemmer(decoding: Decoding, node: number): Stemmer {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('StemmingAlgorithm');
  const fields = fieldsOf(tree, node);
  const text = (name: string): string => decodeString(decoding, known(fields.get(name)));
  switch (text('type')) {
    case 'none':
      return { kind: 'none' };
    case 'snowball':
      return { kind: 'snowball', language: known(parseSnowballLanguage(text('language'))) };
    default:
      throw noVariant('StemmingAlgorithm');
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw noVariant('TextIndexParams');
  return value;
}
