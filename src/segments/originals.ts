import { invariant, present } from '../base/invariant.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { EncodedVectors } from './vector-encoding.ts';

/** Vectors of a field that stand in a file, by place. */
export interface FlushedVectors {
  readonly first: number;
  readonly count: number;
  readonly file: ChecksummedFile;
  /** Where in the file the first vector begins. */
  readonly dataAt: number;
  /** count + 1 offsets in bytes from there; undefined where all vectors are equally long. */
  readonly starts: Uint32Array | undefined;
}

/** Vectors that are in memory until a checkpoint has written them. */
interface PendingVectors extends EncodedVectors {
  readonly first: number;
}

/**
 * The vectors of a field as they were given (normalised for Cosine), by place: in files, and in memory for those that no
 * file holds yet. Searches come here only where a field has no exact scores in memory; answers that return vectors do.
 */
export class Originals {
  /** Bytes of every vector; 0: they differ. */
  private readonly width: number;
  /** Ascending by place, without gaps, followed by `pending`. */
  private flushed: FlushedVectors[] = [];
  private pending: PendingVectors[] = [];
  private pendingTotal = 0;

  constructor(width: number) {
    this.width = width;
  }

  get files(): readonly FlushedVectors[] {
    return this.flushed;
  }

  get flushedCount(): number {
    const last = this.flushed.at(-1);
    return last === undefined ? 0 : last.first + last.count;
  }

  /** Bytes of the vectors that no file holds yet. */
  get pendingBytes(): number {
    return this.pendingTotal;
  }

  /** Keeps vectors (not copied) as the places from `first` on. */
  append(first: number, vectors: EncodedVectors): void {
    if (vectors.count === 0) return;
    const last = this.pending.at(-1);
    const end = last === undefined ? this.flushedCount : last.first + last.count;
    invariant(first === end, 'originals: places follow each other');
    this.pending.push({ first, ...vectors });
    this.pendingTotal += vectors.bytes.length;
  }

  /** Forgets vectors from `first` on that were appended last, and that no file holds. */
  truncate(first: number): void {
    this.pending = this.pending.filter((vectors) => vectors.first < first);
    this.pendingTotal = this.pending.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Vectors of a file that was read at the start. */
  addFlushed(vectors: FlushedVectors): void {
    invariant(vectors.first === this.flushedCount && this.pending.length === 0, 'originals: files follow each other');
    this.flushed.push(vectors);
  }

  async close(): Promise<void> {
    await Promise.all(this.flushed.map(({ file }) => file.close()));
  }

  /** The bytes of one vector; to be read at once, not kept. */
  at(place: number): Uint8Array {
    const vectors = this.holderOf(place);
    const start = this.startOf(vectors, place - vectors.first);
    const end = this.startOf(vectors, place - vectors.first + 1);
    if ('bytes' in vectors) return vectors.bytes.subarray(start, end);
    return start === end ? NO_BYTES : vectors.file.readAtSync(vectors.dataAt + start, end - start);
  }

  /** How many bytes one vector has. */
  bytesAt(place: number): number {
    if (this.width > 0) return this.width;
    const vectors = this.holderOf(place);
    return this.startOf(vectors, place - vectors.first + 1) - this.startOf(vectors, place - vectors.first);
  }

  /** Copies one vector to `target`, which has as many bytes. */
  copyAt(place: number, target: Uint8Array): void {
    const vectors = this.holderOf(place);
    const start = this.startOf(vectors, place - vectors.first);
    const end = this.startOf(vectors, place - vectors.first + 1);
    if ('bytes' in vectors) target.set(vectors.bytes.subarray(start, end));
    else if (start < end) vectors.file.readIntoSync(target, vectors.dataAt + start);
  }

  /** Bytes of all vectors up to `end`, which is as far as anyone has appended, from `first` on. */
  bytesOf(first: number, end: number): number {
    return this.width > 0 ? (end - first) * this.width : (this.starts(first, end).at(-1) ?? 0);
  }

  /** end - first + 1 offsets in bytes of the vectors from `first` on. */
  starts(first: number, end: number): Uint32Array {
    const starts = new Uint32Array(end - first + 1);
    let at = 0;
    for (const vectors of [...this.flushed, ...this.pending]) {
      const to = Math.min(end, vectors.first + vectors.count);
      for (let place = Math.max(first, vectors.first); place < to; place++) {
        const from = this.startOf(vectors, place - vectors.first);
        starts[at + 1] = (starts[at] as number) + this.startOf(vectors, place - vectors.first + 1) - from;
        at++;
      }
    }
    return starts;
  }

  /** The bytes of vectors first … end in order, as chunks; those in files are read from there. */
  *chunks(first: number, end: number): Iterable<Uint8Array> {
    for (const vectors of this.flushed) {
      const from = Math.max(first, vectors.first) - vectors.first;
      const to = Math.min(end, vectors.first + vectors.count) - vectors.first;
      if (from >= to) continue;
      const start = this.startOf(vectors, from);
      const stop = this.startOf(vectors, to);
      for (let at = start; at < stop; at += CHUNK_BYTES)
        yield vectors.file.readAtSync(vectors.dataAt + at, Math.min(CHUNK_BYTES, stop - at));
    }
    for (const vectors of this.pending) {
      const from = Math.max(first, vectors.first) - vectors.first;
      const to = Math.min(end, vectors.first + vectors.count) - vectors.first;
      if (from < to) yield vectors.bytes.subarray(this.startOf(vectors, from), this.startOf(vectors, to));
    }
  }

  /**
   * Files now hold their vectors, up to the last one: those files that they replace are given back to be closed and
   * removed, and the vectors in memory that they cover are dropped.
   */
  replaceBy(files: readonly FlushedVectors[]): readonly FlushedVectors[] {
    const [first] = files;
    const last = files.at(-1);
    if (first === undefined || last === undefined) return [];
    const end = last.first + last.count;
    const replaced = this.flushed.filter((old) => old.first >= first.first);
    this.flushed = [...this.flushed.filter((old) => old.first < first.first), ...files];
    this.pending = this.pending.flatMap((old) => this.behind(old, end));
    this.pendingTotal = this.pending.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return replaced;
  }

  /** What of `old` is at or behind `end`, as a copy, so that the memory of the rest is really given back. */
  private behind(old: PendingVectors, end: number): PendingVectors[] {
    if (old.first >= end) return [old];
    const covered = end - old.first;
    if (covered >= old.count) return [];
    const start = this.startOf(old, covered);
    const starts = old.starts?.slice(covered).map((at) => at - start);
    return [{ first: end, count: old.count - covered, bytes: new Uint8Array(old.bytes.subarray(start)), starts }];
  }

  /** What holds a vector. */
  private holderOf(place: number): FlushedVectors | PendingVectors {
    const list: readonly (FlushedVectors | PendingVectors)[] = place >= this.flushedCount ? this.pending : this.flushed;
    return present(find(list, place), 'originals: every vector is kept');
  }

  /** Where the vector at an index begins among those beside it, and the one before it ends, in bytes. */
  private startOf({ starts }: { readonly starts: Uint32Array | undefined }, index: number): number {
    return starts === undefined ? index * this.width : (starts[index] as number);
  }
}

/** One read the size of a cache, and no stop of the event loop. */
const CHUNK_BYTES = 192 * 1024;
const NO_BYTES: Uint8Array = new Uint8Array(0);

function find<Vectors extends { readonly first: number; readonly count: number }>(
  list: readonly Vectors[],
  place: number,
): Vectors | undefined {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const vectors = list[middle] as Vectors;
    if (place < vectors.first) high = middle - 1;
    else if (place >= vectors.first + vectors.count) low = middle + 1;
    else return vectors;
  }
  return undefined;
}
