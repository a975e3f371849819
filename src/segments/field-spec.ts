import type { Distance } from '../core/collection-config.ts';
import type { QuantizationConfig } from '../core/quantization.ts';
import type { VectorDatatype } from '../core/vectors.ts';

/** What a vector field of a segment is and how it is indexed: plain data, stored in the manifest. */
export type FieldSpec = DenseSpec | MultiSpec | SparseSpec;

interface RowsSpec {
  readonly name: string;
  /** Dimensions of a vector, or of each row of a multivector. */
  readonly dimension: number;
  readonly distance: Distance;
  readonly datatype: VectorDatatype;
  /** Links of a row in the graph; 0: no graph. */
  readonly m: number;
  readonly efConstruct: number;
  /** null: none; what is stored says so in JSON. */
  readonly quantization: QuantizationConfig | null;
  /** Originals are read from files instead of being held in memory besides the codes. */
  readonly onDisk: boolean;
}

export interface DenseSpec extends RowsSpec {
  readonly kind: 'dense';
}

export interface MultiSpec extends RowsSpec {
  readonly kind: 'multi';
}

export interface SparseSpec {
  readonly kind: 'sparse';
  readonly name: string;
  /** Of the numbers in the index; vectors are kept as they were given. */
  readonly datatype: Exclude<VectorDatatype, 'turbo4'>;
}

/** Whether vectors of one are vectors of the other: only how they are indexed may differ. */
export function holdsSameVectors(a: FieldSpec, b: FieldSpec): boolean {
  if (a.name !== b.name || a.kind !== b.kind) return false;
  if (a.kind === 'sparse' || b.kind === 'sparse') return true;
  return a.dimension === b.dimension && a.distance === b.distance && a.datatype === b.datatype;
}

/** Whether a field built as one is in every way what the other asks for. Asked after every update. */
export function isSameSpec(a: FieldSpec, b: FieldSpec): boolean {
  return a === b || textOf(a) === textOf(b);
}

/** A spec never changes. */
const texts = new WeakMap<FieldSpec, string>();

function textOf(spec: FieldSpec): string {
  const known = texts.get(spec);
  if (known !== undefined) return known;
  const text = sortedJson(spec);
  texts.set(spec, text);
  return text;
}

/** Values that are undefined are not there; keys stand in order, in objects within too. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
