import * as wire from '../../../generated/collections.js';
import { parseSnowballLanguage, parseStopWordLanguage } from '../../core/languages.ts';
import {
  type Stemmer,
  type Stopwords,
  stopwordSet,
  type TextParams,
  type Tokenizer,
} from '../../core/payload-schema.ts';
import { invalidArgument } from '../grpc-error.ts';
import { TOKENIZERS } from '../wire/config-words.ts';
import { wordOf } from '../wire/words.ts';
import { optionalCount } from './config-diffs.ts';

/** The parameters of full text. */
export function textParamsOf(params: wire.TextIndexParams): TextParams {
  const { stopwords, stemmer } = params;
  return {
    tokenizer: tokenizerOf(params.tokenizer),
    minTokenLen: optionalCount(params.minTokenLen),
    maxTokenLen: optionalCount(params.maxTokenLen),
    lowercase: params.lowercase,
    asciiFolding: params.asciiFolding,
    phraseMatching: params.phraseMatching,
    stopwords: stopwords === undefined ? undefined : stopwordsOf(stopwords),
    stemmer: stemmer === undefined ? undefined : stemmerOf(stemmer),
  };
}

/** `Unknown` is the field's default: what clients send who say nothing. */
function tokenizerOf(tokenizer: wire.TokenizerType): Tokenizer | undefined {
  return tokenizer === wire.TokenizerType.Unknown ? undefined : wordOf(TOKENIZERS, tokenizer, 'tokenizer type');
}

/** An empty list and none look alike on this wire. */
function stopwordsOf({ languages, custom }: wire.StopwordsSet): Stopwords {
  return stopwordSet(
    languages.length === 0 ? undefined : languages.map(stopWordLanguage),
    custom.length === 0 ? undefined : custom,
  );
}

function stopWordLanguage(name: string): string {
  const language = parseStopWordLanguage(name);
  if (language === undefined) throw invalidArgument(`unknown language: ${name}`);
  return language;
}

function stemmerOf({ stemmingParams }: wire.StemmingAlgorithm): Stemmer {
  switch (stemmingParams?.$case) {
    case 'disabled':
      return { kind: 'none' };
    case 'snowball': {
      const { language: name } = stemmingParams.value;
      const language = parseSnowballLanguage(name);
      if (language === undefined) throw invalidArgument(`unknown language: ${name}`);
      return { kind: 'snowball', language };
    }
    case undefined:
      throw invalidArgument('Malformed stemming algorithm');
  }
}
