import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, type JsonTree } from '../../base/json/json-tree.ts';
import { present } from '../../base/invariant.ts';
import type { InferredVector, VectorColumn } from '../../core/vectors.ts';
import type { Decoding } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { copyMulti, copySparse, multiCount, multiDimension, sparseCount } from './vector-values.ts';
import {
  decodeInference,
  type GivenKind,
  infiniteComponent,
  numberCount,
  SPARSE_LENGTHS,
  SPARSE_UNIQUE,
  sparseNodes,
  vectorKind,
  vectorViolations,
} from './vectors.ts';

const DENSE = 1;
const SPARSE = 2;
const MULTI = 3;
const INFERENCE = 4;
const KIND_CODES: Readonly<Record<GivenKind, number>> = {
  dense: DENSE,
  sparse: SPARSE,
  multi: MULTI,
  inference: INFERENCE,
};

/**
 * The vectors of one name.
 * nodes   where each point's vector stands in the tree; -1 = it has none.
 * kinds   its kind, 0 = none.
 * key     the node of the name where it was met first; -1 = it was never spelled out.
 */
interface NameNodes {
  readonly name: string;
  readonly nodes: Int32Array;
  readonly kinds: Uint8Array;
  readonly key: number;
}

/**
 * Where the vectors of a list of points stand in the tree, by name. What is set twice counts as it was set last. `finish`
 * copies each once.
 */
export class VectorNodes {
  private readonly decoding: Decoding;
  private readonly tree: JsonTree;
  private readonly count: number;
  private readonly names: NameNodes[] = [];
  private readonly byName: Map<string, NameNodes> = new Map();
  /** Of '', which is what most points have. */
  private unnamed: NameNodes | undefined = undefined;
  private lastSet = -1;
  /** The same for all sparse vectors of a list. */
  private placeOfSparse: (index: number) => string = String;

  constructor(decoding: Decoding, count: number) {
    this.decoding = decoding;
    this.tree = decoding.tree;
    this.count = count;
  }

  /**
   * One `VectorStruct`: numbers, rows of numbers, vectors by name, or something to embed. Throws where it is none.
   * placeOf  the place of the vector of a point, for broken rules.
   */
  set(index: number, node: number, placeOf: (index: number) => string): void {
    const { tree } = this;
    if (this.lastSet === index) this.clear(index);
    this.lastSet = index;
    const kind = tree.kindOf(node);
    if (kind === JSON_FLOATS) {
      const unnamed = (this.unnamed ??= this.open('', -1));
      unnamed.nodes[index] = node;
      unnamed.kinds[index] = DENSE;
    } else if (kind === JSON_ARRAY) this.setOne(index, '', node, placeOf);
    else if (kind === JSON_OBJECT) this.setNamed(index, node, placeOf);
    else throw noVariant('VectorStruct');
  }

  /** One vector under its name. Throws where it is none. */
  setOne(index: number, name: string, node: number, placeOf: (index: number) => string): void {
    const kind = vectorKind(this.tree, node);
    if (kind === undefined) throw noVariant('VectorStruct');
    this.put(index, this.byName.get(name) ?? this.open(name, -1), node, { kind, placeOf });
  }

  private setNamed(index: number, object: number, placeOf: (index: number) => string): void {
    const { tree } = this;
    const placeOfAny = (index: number): string => `${placeOf(index)}.?`;
    const end = tree.nextOf(object);
    let position = 0;
    for (let key = object + 1; key < end; key = tree.nextOf(key + 1)) {
      const kind = vectorKind(tree, key + 1);
      if (kind === undefined) {
        // Not vectors by name then: perhaps something to embed.
        if (decodeInference(tree, object) === undefined) throw noVariant('VectorStruct');
        this.clear(index);
        this.setOne(index, '', object, placeOf);
        return;
      }
      this.put(index, this.nameAt(key, position++), key + 1, { kind, placeOf: placeOfAny });
    }
  }

  private put(
    index: number,
    name: NameNodes,
    node: number,
    { kind, placeOf }: { readonly kind: GivenKind; readonly placeOf: (index: number) => string },
  ): void {
    if (kind === 'dense') {
      if (this.tree.kindOf(node) !== JSON_FLOATS) {
        this.decoding.violate(`${placeOf(index)}.vector: dense vector must not be empty`);
        return;
      }
    } else if (kind === 'sparse') this.checkLengths(index, node, placeOf);
    else for (const rule of vectorViolations(this.tree, node, kind)) this.decoding.violate(`${placeOf(index)}.${rule}`);
    name.nodes[index] = node;
    name.kinds[index] = KIND_CODES[kind];
  }

  /** Whether indices are unique is seen when they are copied. */
  private checkLengths(index: number, node: number, placeOf: (index: number) => string): void {
    this.placeOfSparse = placeOf;
    const nodes = sparseNodes(this.tree, node);
    if (nodes === undefined || numberCount(this.tree, nodes.indices) === numberCount(this.tree, nodes.values)) return;
    this.decoding.violate(`${placeOf(index)}.${SPARSE_LENGTHS}`);
  }

  /** The vectors of the name that `key` spells. Points mostly give the same names in the same order. */
  private nameAt(key: number, position: number): NameNodes {
    const { tree } = this;
    const guess = this.names[position];
    if (guess !== undefined && guess.key >= 0 && sameBytes(tree, guess.key, key)) return guess;
    const name = tree.text(key);
    return this.byName.get(name) ?? this.open(name, key);
  }

  private open(name: string, key: number): NameNodes {
    const { count } = this;
    const opened = { name, key, nodes: new Int32Array(count).fill(-1), kinds: new Uint8Array(count) };
    this.names.push(opened);
    this.byName.set(name, opened);
    if (name === '') this.unnamed = opened;
    return opened;
  }

  private clear(index: number): void {
    for (const { nodes, kinds } of this.names) {
      nodes[index] = -1;
      kinds[index] = 0;
    }
  }

  /** A column for each name and kind that is there, and what has to be embedded first. */
  finish(): { readonly vectors: readonly VectorColumn[]; readonly inferred: readonly InferredVector[] } {
    const vectors: VectorColumn[] = [];
    const inferred: InferredVector[] = [];
    for (const name of this.names) {
      const present = new Set(name.kinds);
      if (present.has(DENSE)) vectors.push(this.denseColumn(name));
      if (present.has(SPARSE)) vectors.push(this.sparseColumn(name));
      if (present.has(MULTI)) vectors.push(this.multiColumn(name));
      if (present.has(INFERENCE)) this.listInferred(name, inferred);
    }
    return { vectors, inferred };
  }

  private denseColumn({ name, nodes, kinds }: NameNodes): VectorColumn {
    const { tree } = this;
    const { has, starts, total } = this.places(nodes, kinds, DENSE);
    const values = new Float32Array(total);
    for (let index = 0; index < this.count; index++) {
      if (has[index] === 0) continue;
      const node = nodes[index] ?? 0;
      values.set(tree.floats.subarray(tree.floatStart[node], tree.floatEnd[node]), starts[index]);
    }
    this.requireFinite(name, starts, values);
    return { kind: 'dense', name, has, starts, values };
  }

  private sparseColumn({ name, nodes, kinds }: NameNodes): VectorColumn {
    const { has, starts, total } = this.places(nodes, kinds, SPARSE);
    const values = new Float32Array(total);
    const indices = new Uint32Array(total);
    for (let index = 0; index < this.count; index++) {
      if (has[index] === 0) continue;
      if (copySparse(this.tree, nodes[index] ?? 0, { indices, values, at: starts[index] ?? 0 })) continue;
      this.decoding.violate(`${this.placeOfSparse(index)}.${SPARSE_UNIQUE}`);
    }
    this.requireFinite(name, starts, values);
    return { kind: 'sparse', name, has, starts, values, indices };
  }

  private multiColumn({ name, nodes, kinds }: NameNodes): VectorColumn {
    const { has, starts, total } = this.places(nodes, kinds, MULTI);
    const values = new Float32Array(total);
    const dimensions = new Uint32Array(this.count);
    for (let index = 0; index < this.count; index++) {
      if (has[index] === 0) continue;
      const node = nodes[index] ?? 0;
      dimensions[index] = multiDimension(this.tree, node);
      copyMulti(this.tree, node, values, starts[index] ?? 0);
    }
    this.requireFinite(name, starts, values);
    return { kind: 'multi', name, has, starts, values, dimensions };
  }

  private listInferred({ name, nodes, kinds }: NameNodes, inferred: InferredVector[]): void {
    for (let index = 0; index < this.count; index++) {
      if (kinds[index] !== INFERENCE) continue;
      const object = present(decodeInference(this.tree, nodes[index] ?? 0), 'what was noted as inference is one');
      inferred.push({ pointIndex: index, name, object });
    }
  }

  private places(
    nodes: Int32Array,
    kinds: Uint8Array,
    kind: number,
  ): { readonly has: Uint8Array; readonly starts: Uint32Array; readonly total: number } {
    const { tree, count } = this;
    const sizeOf = SIZES[kind] ?? SIZES[DENSE];
    const has = new Uint8Array(count);
    const starts = new Uint32Array(count + 1);
    let total = 0;
    for (let index = 0; index < count; index++) {
      if (kinds[index] === kind) {
        has[index] = 1;
        total += sizeOf(tree, nodes[index] ?? 0);
      }
      starts[index + 1] = total;
    }
    return { has, starts, total };
  }

  /** Notes the first component that no f32 can hold. */
  private requireFinite(name: string, starts: Uint32Array, values: Float32Array): void {
    if (!this.tree.hasInfinite) return;
    for (let index = 0; index < this.count; index++) {
      const place = `points[${index}].vector${name === '' ? '' : `.${name}`}`;
      const error = infiniteComponent(values.subarray(starts[index], starts[index + 1]), place);
      if (error !== undefined) {
        this.decoding.fail(error);
        return;
      }
    }
  }
}

type SizeOf = (tree: JsonTree, node: number) => number;

/** Entries that a vector takes, by the code of its kind. */
const SIZES: { readonly [DENSE]: SizeOf; readonly [kind: number]: SizeOf } = {
  [DENSE]: (tree, node) => (tree.floatEnd[node] ?? 0) - (tree.floatStart[node] ?? 0),
  [SPARSE]: sparseCount,
  [MULTI]: multiCount,
};

function sameBytes({ bytes, start, end }: JsonTree, left: number, right: number): boolean {
  const from = start[left] ?? 0;
  const other = start[right] ?? 0;
  const length = (end[left] ?? 0) - from;
  if ((end[right] ?? 0) - other !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== bytes[other + at]) return false;
  return true;
}
