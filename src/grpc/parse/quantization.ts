import * as wire from '../../../generated/collections.js';
import type { QuantizationDiff } from '../../core/collection-config.ts';
import type { BinaryQueryEncoding, MemoryTier, QuantizationConfig } from '../../core/quantization.ts';
import { invalidArgument } from '../grpc-error.ts';
import { BINARY_ENCODINGS, COMPRESSIONS, QUERY_ENCODINGS, TURBO_BITS } from '../wire/config-words.ts';
import { optionalWord, wordOf } from '../wire/words.ts';
import { memoryOf } from './config-diffs.ts';

/** Throws INVALID_ARGUMENT for a message that names no method. */
export function quantizationOf({ quantization }: wire.QuantizationConfig): QuantizationConfig {
  if (quantization === undefined) throw invalidArgument('Unable to convert quantization config');
  return methodOf(quantization);
}

/** Throws INVALID_ARGUMENT for a message that names no method. */
export function quantizationDiffOf({ quantization }: wire.QuantizationConfigDiff): QuantizationDiff {
  if (quantization === undefined) throw invalidArgument('Quantization type is not specified');
  return quantization.$case === 'disabled' ? 'disabled' : methodOf(quantization);
}

function methodOf(method: NonNullable<wire.QuantizationConfig['quantization']>): QuantizationConfig {
  switch (method.$case) {
    case 'scalar':
      checkScalarType(method.value.type);
      return { kind: 'scalar', quantile: method.value.quantile, ...placeOf(method.value) };
    case 'product': {
      const compression = wordOf(COMPRESSIONS, method.value.compression, 'compression ratio');
      return { kind: 'product', compression, ...placeOf(method.value) };
    }
    case 'binary': {
      const encoding = optionalWord(BINARY_ENCODINGS, method.value.encoding, 'binary quantization encoding');
      const queryEncoding = queryEncodingOf(method.value.queryEncoding);
      return { kind: 'binary', encoding, queryEncoding, ...placeOf(method.value) };
    }
    case 'turboquant': {
      const bits = optionalWord(TURBO_BITS, method.value.bits, 'turbo quantization bit size');
      return { kind: 'turbo', bits, ...placeOf(method.value) };
    }
  }
}

function checkScalarType(type: number): void {
  if (type === wire.QuantizationType.Int8) return;
  const isNamed = type === wire.QuantizationType.UnknownQuantization;
  throw invalidArgument(isNamed ? 'Unknown quantization type' : `Unknown quantization type: ${type}`);
}

function queryEncodingOf(given: wire.BinaryQuantizationQueryEncoding | undefined): BinaryQueryEncoding | undefined {
  return optionalWord(QUERY_ENCODINGS, given?.variant?.value, 'binary quantization query encoding');
}

interface WirePlace {
  readonly alwaysRam?: boolean | undefined;
  readonly memory?: wire.Memory | undefined;
}

function placeOf({ alwaysRam, memory }: WirePlace): {
  readonly alwaysRam: boolean | undefined;
  readonly memory: MemoryTier | undefined;
} {
  return { alwaysRam, memory: memoryOf(memory) };
}
