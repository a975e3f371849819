import type { QuantizationConfig } from '../../../src/core/quantization.ts';

const ASIDE = { alwaysRam: undefined, memory: undefined };

/** Every kind of quantisation, as the benches name them. */
export const QUANTISATIONS: Readonly<Record<string, QuantizationConfig>> = {
  scalar: { kind: 'scalar', quantile: undefined, ...ASIDE },
  turbo4: { kind: 'turbo', bits: 'bits4', ...ASIDE },
  turbo2: { kind: 'turbo', bits: 'bits2', ...ASIDE },
  'turbo1.5': { kind: 'turbo', bits: 'bits1_5', ...ASIDE },
  turbo1: { kind: 'turbo', bits: 'bits1', ...ASIDE },
  binary: { kind: 'binary', encoding: 'one_bit', queryEncoding: undefined, ...ASIDE },
  'binary1.5': { kind: 'binary', encoding: 'one_and_half_bits', queryEncoding: undefined, ...ASIDE },
  binary2: { kind: 'binary', encoding: 'two_bits', queryEncoding: undefined, ...ASIDE },
  'product x4': { kind: 'product', compression: 'x4', ...ASIDE },
  'product x8': { kind: 'product', compression: 'x8', ...ASIDE },
  'product x16': { kind: 'product', compression: 'x16', ...ASIDE },
  'product x32': { kind: 'product', compression: 'x32', ...ASIDE },
  'product x64': { kind: 'product', compression: 'x64', ...ASIDE },
};
