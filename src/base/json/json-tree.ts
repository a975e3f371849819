import type { JsonSyntaxError } from './json-error.ts';

export const JSON_NULL = 0;
export const JSON_FALSE = 1;
export const JSON_TRUE = 2;
/** A number outside an array of numbers; its digits stay in the bytes. */
export const JSON_NUMBER = 3;
export const JSON_STRING = 4;
export const JSON_ARRAY = 5;
export const JSON_OBJECT = 6;
/** A non-empty array of numbers alone: values in `floats`, digits in the bytes. */
export const JSON_FLOATS = 7;
/** An object that was checked but not taken apart: only its bytes count. */
export const JSON_RAW_OBJECT = 8;
/** Where the text stopped being JSON; always the last node of a tree. */
export const JSON_BROKEN = 9;

const FIRST_NODES = 64;
const FIRST_FLOATS = 2048;

/**
 * A JSON text as a table of nodes in the order of the text.
 *
 *     {"id":7,"vector":[1,2]}   →   0 OBJECT  1 STRING(id)  2 NUMBER(7)  3 STRING(vector)  4 FLOATS [0, 2)
 *
 * kind[n]           one of JSON_…
 * start[n], end[n]  the node's bytes, quotes and brackets included.
 * next[n]           the node after n and everything inside it; children of an object alternate key, value.
 * floatStart[n], floatEnd[n]  range in `floats`, for JSON_FLOATS.
 *
 * A tree is scratch: the next parse into it overwrites all. Nothing may keep a reference to its arrays.
 * A text that breaks off is kept up to the break (`failure`), since serde_json reports a wrong type that stands before a
 * syntax error first.
 */
export class JsonTree {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  kind: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_NODES);
  start: Int32Array<ArrayBuffer> = new Int32Array(FIRST_NODES);
  end: Int32Array<ArrayBuffer> = new Int32Array(FIRST_NODES);
  next: Int32Array<ArrayBuffer> = new Int32Array(FIRST_NODES);
  floatStart: Int32Array<ArrayBuffer> = new Int32Array(FIRST_NODES);
  floatEnd: Int32Array<ArrayBuffer> = new Int32Array(FIRST_NODES);
  floats: Float32Array<ArrayBuffer> = new Float32Array(FIRST_FLOATS);
  floatCount = 0;
  /** Whether one of the floats is beyond the range of f32, and so infinite. */
  hasInfinite = false;
  failure: JsonSyntaxError | undefined = undefined;
  /** Bytes after the root that are not white space: the failure, and what it points at. */
  trailing: JsonSyntaxError | undefined = undefined;

  reset(bytes: Buffer): void {
    this.bytes = bytes;
    this.count = 0;
    this.floatCount = 0;
    this.hasInfinite = false;
    this.failure = undefined;
    this.trailing = undefined;
  }

  /** Appends a node that begins at byte `start`; the caller closes it. */
  open(kind: number, start: number): number {
    const node = this.count;
    if (node === this.kind.length) this.growNodes();
    this.count = node + 1;
    this.kind[node] = kind;
    this.start[node] = start;
    return node;
  }

  close(node: number, end: number): void {
    this.end[node] = end;
    this.next[node] = this.count;
  }

  /** Makes room for one more float and returns the array that holds them from now on. */
  growFloats(): Float32Array<ArrayBuffer> {
    const grown = new Float32Array(this.floats.length * 2);
    grown.set(this.floats);
    this.floats = grown;
    return grown;
  }

  /** The bytes of a node as text: a number's digits, a literal. */
  rawText(node: number): string {
    return this.bytes.toString('latin1', this.start[node] ?? 0, this.end[node] ?? 0);
  }

  /** The characters of a string node, escapes resolved. */
  text(node: number): string {
    const start = (this.start[node] ?? 0) + 1;
    const end = (this.end[node] ?? 0) - 1;
    const { bytes } = this;
    for (let at = start; at < end; at++) {
      if (bytes[at] === 92) return JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string;
    }
    return bytes.toString('utf8', start, end);
  }

  kindOf(node: number): number {
    return this.kind[node] ?? JSON_BROKEN;
  }

  startOf(node: number): number {
    return this.start[node] ?? 0;
  }

  endOf(node: number): number {
    return this.end[node] ?? 0;
  }

  nextOf(node: number): number {
    return this.next[node] ?? this.count;
  }

  /** Whether the text breaks off inside `node`. */
  isBrokenIn(node: number): boolean {
    return this.failure !== undefined && node < this.count && this.nextOf(node) === this.count;
  }

  /** The numbers of a list in an array of their own: of a JSON_FLOATS node, or none of an empty JSON_ARRAY. */
  copyFloats(node: number): Float32Array<ArrayBuffer> {
    if (this.kindOf(node) !== JSON_FLOATS) return new Float32Array(0);
    return this.floats.slice(this.floatStart[node], this.floatEnd[node]);
  }

  private growNodes(): void {
    const length = this.kind.length * 2;
    const grow = (column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(length);
      grown.set(column);
      return grown;
    };
    const kind = new Uint8Array(length);
    kind.set(this.kind);
    this.kind = kind;
    this.start = grow(this.start);
    this.end = grow(this.end);
    this.next = grow(this.next);
    this.floatStart = grow(this.floatStart);
    this.floatEnd = grow(this.floatEnd);
  }
}
