import { JSON_NULL, JSON_NUMBER, JSON_OBJECT, JSON_RAW_OBJECT, type JsonTree } from '../../base/json/json-tree.ts';
import { ID_NUMBER, ID_UUID } from '../../core/ids.ts';
import type { PointColumns } from '../../core/requests.ts';
import type { Decoding } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { decodeId, decodeIds } from './scalars.ts';
import { VectorNodes } from './vector-nodes.ts';

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
  private readonly vectors: VectorNodes;
  private readonly count: number;

  constructor(decoding: Decoding, count: number) {
    this.decoding = decoding;
    this.tree = decoding.tree;
    this.count = count;
    this.kinds = new Uint8Array(count);
    this.words = new Uint32Array(count * 4);
    this.payloadNodes = new Int32Array(count).fill(-1);
    this.vectors = new VectorNodes(decoding, count);
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
   * placeOf  the place of the vector of a point, for broken rules.
   */
  setVector(index: number, node: number, placeOf: (index: number) => string): void {
    this.vectors.set(index, node, placeOf);
  }

  /** One vector under its name. */
  setNamedVector(index: number, name: string, node: number, placeOf: (index: number) => string): void {
    this.vectors.setOne(index, name, node, placeOf);
  }

  finish(): PointColumns {
    return {
      ids: { count: this.count, kinds: this.kinds, words: this.words },
      ...this.vectors.finish(),
      ...this.finishPayloads(),
    };
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
