import * as wire from '../../../generated/collections.js';
import type { Distance } from '../../core/collection-config.ts';
import type { Tokenizer } from '../../core/payload-schema.ts';
import type {
  BinaryEncoding,
  BinaryQueryEncoding,
  MemoryTier,
  ProductCompression,
  TurboBits,
} from '../../core/quantization.ts';
import type { VectorDatatype } from '../../core/vectors.ts';
import { type Words, wordsOf } from './words.ts';

/** The enums of a collection's configuration. What stands for "not given" is not among them. */

export const DISTANCES: Words<Distance, wire.Distance> = wordsOf({
  Cosine: wire.Distance.Cosine,
  Euclid: wire.Distance.Euclid,
  Dot: wire.Distance.Dot,
  Manhattan: wire.Distance.Manhattan,
});

export const DATATYPES: Words<VectorDatatype, wire.Datatype> = wordsOf({
  float32: wire.Datatype.Float32,
  uint8: wire.Datatype.Uint8,
  float16: wire.Datatype.Float16,
  turbo4: wire.Datatype.Turbo4,
});

export const MEMORY_TIERS: Words<MemoryTier, wire.Memory> = wordsOf({
  cold: wire.Memory.Cold,
  cached: wire.Memory.Cached,
  pinned: wire.Memory.Pinned,
});

export const MODIFIERS: Words<'none' | 'idf', wire.Modifier> = wordsOf({
  none: wire.Modifier.None,
  idf: wire.Modifier.Idf,
});

export const COMPRESSIONS: Words<ProductCompression, wire.CompressionRatio> = wordsOf({
  x4: wire.CompressionRatio.x4,
  x8: wire.CompressionRatio.x8,
  x16: wire.CompressionRatio.x16,
  x32: wire.CompressionRatio.x32,
  x64: wire.CompressionRatio.x64,
});

export const BINARY_ENCODINGS: Words<BinaryEncoding, wire.BinaryQuantizationEncoding> = wordsOf({
  one_bit: wire.BinaryQuantizationEncoding.OneBit,
  two_bits: wire.BinaryQuantizationEncoding.TwoBits,
  one_and_half_bits: wire.BinaryQuantizationEncoding.OneAndHalfBits,
});

export const QUERY_ENCODINGS: Words<BinaryQueryEncoding, wire.BinaryQuantizationQueryEncoding_Setting> = wordsOf({
  default: wire.BinaryQuantizationQueryEncoding_Setting.Default,
  binary: wire.BinaryQuantizationQueryEncoding_Setting.Binary,
  scalar4bits: wire.BinaryQuantizationQueryEncoding_Setting.Scalar4Bits,
  scalar8bits: wire.BinaryQuantizationQueryEncoding_Setting.Scalar8Bits,
});

export const TURBO_BITS: Words<TurboBits, wire.TurboQuantBitSize> = wordsOf({
  bits1: wire.TurboQuantBitSize.Bits1,
  bits1_5: wire.TurboQuantBitSize.Bits1_5,
  bits2: wire.TurboQuantBitSize.Bits2,
  bits4: wire.TurboQuantBitSize.Bits4,
});

export const TOKENIZERS: Words<Tokenizer, wire.TokenizerType> = wordsOf({
  prefix: wire.TokenizerType.Prefix,
  whitespace: wire.TokenizerType.Whitespace,
  word: wire.TokenizerType.Word,
  multilingual: wire.TokenizerType.Multilingual,
});
