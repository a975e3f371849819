import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, type JsonTree } from '../../base/json/json-tree.ts';
import { badInput } from '../../core/errors.ts';
import { SPARSE_LENGTHS } from '../../core/vector-rules.ts';
import type { InferredVector, VectorColumn } from '../../core/vectors.ts';
import type { Decoding } from './decoding.ts';
import { noVariant } from './format-error.ts';
import {
  denseColumn,
  inferredVectors,
  multiColumn,
  NODE_DENSE,
  NODE_INFERENCE,
  NODE_MULTI,
  NODE_SPARSE,
  sparseColumn,
  type VectorsOfName,
} from './vector-columns.ts';
import { decodeInference, type GivenKind, numberCount, sparseNodes, vectorKind, vectorViolations } from './vectors.ts';

const KIND_CODES: Readonly<Record<GivenKind, number>> = {
  dense: NODE_DENSE,
  sparse: NODE_SPARSE,
  multi: NODE_MULTI,
  inference: NODE_INFERENCE,
};

/** The vectors of one name; `key`: the node of the name where it was met first, -1 = it was never spelled out. */
interface NameNodes extends VectorsOfName {
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
  private sink: NameNodes | undefined = undefined;
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
      unnamed.kinds[index] = NODE_DENSE;
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
    this.decoding.violate(`${placeOf(index)}.values: ${SPARSE_LENGTHS}`);
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
    if (this.names.length > 0 && !this.decoding.takeCells(count)) return this.refuse(name);
    const opened = { name, key, nodes: new Int32Array(count).fill(-1), kinds: new Uint8Array(count) };
    this.names.push(opened);
    this.byName.set(name, opened);
    if (name === '') this.unnamed = opened;
    return opened;
  }

  /** The body is refused once it has been read; until then such vectors go where nobody looks. */
  private refuse(name: string): NameNodes {
    const words = `${this.count} points with more than ${this.names.length} names of vectors are too many for one request`;
    this.decoding.fail(badInput(`${words} in this version of Vectorizer`));
    const { count } = this;
    return (this.sink ??= { name, key: -1, nodes: new Int32Array(count), kinds: new Uint8Array(count) });
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
      const kinds = new Set(name.kinds);
      if (kinds.has(NODE_DENSE)) vectors.push(denseColumn(this.decoding, name));
      if (kinds.has(NODE_SPARSE)) vectors.push(sparseColumn(this.decoding, name, this.placeOfSparse));
      if (kinds.has(NODE_MULTI)) vectors.push(multiColumn(this.decoding, name));
      if (kinds.has(NODE_INFERENCE)) inferred.push(...inferredVectors(this.tree, name));
    }
    return { vectors, inferred };
  }
}

function sameBytes({ bytes, start, end }: JsonTree, left: number, right: number): boolean {
  const from = start[left] ?? 0;
  const other = start[right] ?? 0;
  const length = (end[left] ?? 0) - from;
  if ((end[right] ?? 0) - other !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[from + at] !== bytes[other + at]) return false;
  return true;
}
