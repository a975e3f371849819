import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { ID_NUMBER, ID_UUID } from '../../core/ids.ts';
import type { OtherVector, PointColumns } from '../../core/requests.ts';
import type { Decoding } from './decoding.ts';
import { noVariant, wrongType } from './format-error.ts';
import { decodeId, decodeIds } from './scalars.ts';
import { infiniteComponent, isDense, sparseViolations, vectorKind } from './vectors.ts';

/**
 * Collects points of a request into columns. What is set twice counts as it was set last. Vectors and payloads stay
 * where they are in the tree until `finish`, which copies each once.
 */
export class ColumnBuilder {
  private readonly decoding: Decoding;
  private readonly tree: JsonTree;
  private readonly kinds: Uint8Array;
  private readonly words: Uint32Array;
  private readonly payloadNodes: Int32Array;
  /** Node of the default vector of each point; -1 = none. */
  private readonly vectorNodes: Int32Array;
  private readonly others: OtherVector[] = [];
  private readonly count: number;

  constructor(decoding: Decoding, count: number) {
    this.decoding = decoding;
    this.tree = decoding.tree;
    this.count = count;
    this.kinds = new Uint8Array(count);
    this.words = new Uint32Array(count * 4);
    this.payloadNodes = new Int32Array(count).fill(-1);
    this.vectorNodes = new Int32Array(count).fill(-1);
  }

  setId(index: number, node: number): void {
    const { tree, words } = this;
    const start = tree.startOf(node);
    const digits = tree.endOf(node) - start;
    // Up to 15 digits fit into a double; this is nearly every id.
    if (tree.kindOf(node) === JSON_NUMBER && digits <= 15) {
      let value = 0;
      let at = start;
      for (; at < start + digits; at++) {
        const digit = (tree.bytes[at] ?? 0) - 48;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (at === start + digits) {
        this.kinds[index] = ID_NUMBER;
        words.fill(0, index * 4, index * 4 + 2);
        words[index * 4 + 2] = Math.floor(value / 0x1_0000_0000);
        words[index * 4 + 3] = value >>> 0;
        return;
      }
    }
    const id = decodeId(this.decoding, node);
    this.kinds[index] = id.kind === ID_UUID ? ID_UUID : ID_NUMBER;
    words.set([id.word0, id.word1, id.word2, id.word3], index * 4);
  }

  setIds(list: number): void {
    decodeIds(this.decoding, list).forEach((id, index) => {
      this.kinds[index] = id.kind;
      this.words.set([id.word0, id.word1, id.word2, id.word3], index * 4);
    });
  }

  /** A JSON null or an object. */
  setPayload(index: number, node: number): void {
    const kind = this.tree.kindOf(node);
    if (kind !== JSON_NULL && kind !== JSON_RAW_OBJECT && kind !== JSON_OBJECT)
      throw wrongType(this.tree, node, 'a map');
    this.payloadNodes[index] = kind === JSON_NULL ? -1 : node;
  }

  /**
   * One `VectorStruct`: numbers, rows of numbers, vectors by name, or something to embed.
   * path  of the vector, for broken rules.
   */
  setVector(index: number, node: number, path: string): void {
    const { tree } = this;
    const kind = tree.kindOf(node);
    this.vectorNodes[index] = -1;
    if (kind === JSON_FLOATS) this.vectorNodes[index] = node;
    else if (kind === JSON_ARRAY) {
      if (isDense(tree, node)) this.decoding.violate(`${path}.vector: dense vector must not be empty`);
      else if (vectorKind(tree, node) === 'multi') this.others.push({ pointIndex: index, name: '', kind: 'multi' });
      else throw noVariant('VectorStruct');
    } else if (kind === JSON_OBJECT) this.setNamed(index, node, path);
    else throw noVariant('VectorStruct');
  }

  private setNamed(index: number, object: number, path: string): void {
    const { tree } = this;
    const end = tree.nextOf(object);
    const found: { readonly name: string; readonly node: number }[] = [];
    for (let at = object + 1; at < end; at = tree.nextOf(at + 1)) found.push({ name: tree.text(at), node: at + 1 });
    if (found.some(({ node }) => vectorKind(tree, node) === undefined)) {
      if (vectorKind(tree, object) !== 'inference') throw noVariant('VectorStruct');
      this.others.push({ pointIndex: index, name: '', kind: 'inference' });
      return;
    }
    for (const { name, node } of found) this.setOne(index, name, node, `${path}.?`);
  }

  /** One vector under its name. */
  setOne(index: number, name: string, node: number, path: string): void {
    const { tree } = this;
    const kind = vectorKind(tree, node);
    if (kind === undefined) throw noVariant('VectorStruct');
    if (kind === 'sparse') for (const rule of sparseViolations(tree, node)) this.decoding.violate(`${path}.${rule}`);
    if (kind === 'dense' && tree.kindOf(node) !== JSON_FLOATS) {
      this.decoding.violate(`${path}.vector: dense vector must not be empty`);
    } else if (kind === 'dense' && name === '') this.vectorNodes[index] = node;
    else this.others.push({ pointIndex: index, name, kind });
  }

  finish(): PointColumns {
    return {
      ids: { count: this.count, kinds: this.kinds, words: this.words },
      ...this.finishVectors(),
      ...this.finishPayloads(),
      others: this.others,
    };
  }

  private finishVectors(): { readonly vectors: Float32Array; readonly vectorStarts: Uint32Array } {
    const { tree, count } = this;
    let floatCount = 0;
    for (const node of this.vectorNodes) {
      if (node >= 0) floatCount += (tree.floatEnd[node] ?? 0) - (tree.floatStart[node] ?? 0);
    }
    const vectors = new Float32Array(floatCount);
    const vectorStarts = new Uint32Array(count + 1);
    let at = 0;
    for (let index = 0; index < count; index++) {
      const node = this.vectorNodes[index] ?? -1;
      if (node >= 0) {
        const vector = tree.floats.subarray(tree.floatStart[node], tree.floatEnd[node]);
        if (tree.hasInfinite) {
          const error = infiniteComponent(vector, `points[${index}].vector`);
          if (error !== undefined) this.decoding.fail(error);
        }
        vectors.set(vector, at);
        at += vector.length;
      }
      vectorStarts[index + 1] = at;
    }
    return { vectors, vectorStarts };
  }

  private finishPayloads(): { readonly payloads: Uint8Array; readonly payloadStarts: Uint32Array } {
    const { tree, count } = this;
    let payloadBytes = 0;
    for (const node of this.payloadNodes) if (node >= 0) payloadBytes += tree.endOf(node) - tree.startOf(node);
    const payloads = new Uint8Array(payloadBytes);
    const payloadStarts = new Uint32Array(count + 1);
    let at = 0;
    for (let index = 0; index < count; index++) {
      const node = this.payloadNodes[index] ?? -1;
      if (node >= 0) at += tree.bytes.copy(payloads, at, tree.startOf(node), tree.endOf(node));
      payloadStarts[index + 1] = at;
    }
    return { payloads, payloadStarts };
  }
}
