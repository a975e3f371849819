/** Quantisation of dense vectors and of the rows of multivectors, in Qdrant's words. */
export type ProductCompression = 'x4' | 'x8' | 'x16' | 'x32' | 'x64';
export type BinaryEncoding = 'one_bit' | 'two_bits' | 'one_and_half_bits';
export type BinaryQueryEncoding = 'default' | 'binary' | 'scalar4bits' | 'scalar8bits';
export type TurboBits = 'bits1' | 'bits1_5' | 'bits2' | 'bits4';

/** undefined: not given, and not shown. `alwaysRam` and the memory tier say where codes live; ours are always in memory. */
export type QuantizationConfig =
  | {
      readonly kind: 'scalar';
      /** 0.5 … 1: the share of values that keeps its place, the others are cut off. */
      readonly quantile: number | undefined;
      readonly alwaysRam: boolean | undefined;
      readonly memory: MemoryTier | undefined;
    }
  | {
      readonly kind: 'product';
      readonly compression: ProductCompression;
      readonly alwaysRam: boolean | undefined;
      readonly memory: MemoryTier | undefined;
    }
  | {
      readonly kind: 'binary';
      readonly encoding: BinaryEncoding | undefined;
      readonly queryEncoding: BinaryQueryEncoding | undefined;
      readonly alwaysRam: boolean | undefined;
      readonly memory: MemoryTier | undefined;
    }
  | {
      readonly kind: 'turbo';
      readonly bits: TurboBits | undefined;
      readonly alwaysRam: boolean | undefined;
      readonly memory: MemoryTier | undefined;
    };

/** Where data lives (Qdrant 1.19): read from files, kept in the cache of files, held in memory. */
export type MemoryTier = 'cold' | 'cached' | 'pinned';

/** What a search says about quantised codes. undefined: as the kind of quantisation has it. */
export interface QuantizationParams {
  /** Search on the vectors themselves. */
  readonly ignore: boolean;
  /** Score the candidates again by the vectors themselves. */
  readonly rescore: boolean | undefined;
  /** At least 1: candidates for each result. */
  readonly oversampling: number | undefined;
}

/** Whether candidates are scored again where the search does not say (SEMANTICS.md 3.1). */
export function rescoresByDefault(config: QuantizationConfig): boolean {
  return config.kind === 'binary' || (config.kind === 'turbo' && config.bits !== undefined && config.bits !== 'bits4');
}
