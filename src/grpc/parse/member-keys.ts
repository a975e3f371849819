/** Up to so many members of an object are compared one by one; beyond, keys are looked up. */
const COMPARED_MAX = 16;

/** A key that was written: where it lies, quotes included, and a number that equal keys have in common. */
export interface WrittenKey {
  readonly start: number;
  readonly end: number;
  readonly hash: number;
}

/**
 * The keys of the objects that are being written, each object within the one that was opened before: to find a key that
 * stands in one object twice. No object a key.
 */
export class MemberKeys {
  readonly #starts: number[] = [];
  /** Where the key of a member ends that counts no more, it begins. */
  readonly #ends: number[] = [];
  readonly #hashes: number[] = [];
  /** Of the open objects: the first member of each, and keys → members where they are many. */
  readonly #firsts: number[] = [];
  readonly #lookups: (Map<string, number> | undefined)[] = [];
  #count = 0;

  /** An object opens. */
  begin(): void {
    this.#firsts.push(this.#count);
    this.#lookups.push(undefined);
  }

  /** The object that was opened last ends. */
  end(): void {
    this.#count = this.#firsts.pop() ?? 0;
    this.#lookups.pop();
  }

  /** Where the member at an index begins, which the member before ends with. */
  startOf(member: number): number {
    return this.#starts[member] ?? 0;
  }

  /** Adds a member to the object that was opened last. Returns the index of the one that had its key, or -1. */
  add(out: Buffer, { start, end, hash }: WrittenKey): number {
    const member = this.#count++;
    this.#starts[member] = start;
    this.#ends[member] = end;
    this.#hashes[member] = hash;
    const first = this.#firsts[this.#firsts.length - 1] ?? 0;
    const twin =
      member - first < COMPARED_MAX ? this.#compared(out, first, member) : this.#lookedUp(out, first, member);
    if (twin >= 0) this.#ends[twin] = this.startOf(twin);
    return twin;
  }

  #compared(out: Buffer, first: number, member: number): number {
    const start = this.#starts[member] ?? 0;
    const length = (this.#ends[member] ?? 0) - start;
    const hash = this.#hashes[member];
    for (let other = first; other < member; other++) {
      if (this.#hashes[other] !== hash) continue;
      const otherStart = this.#starts[other] ?? 0;
      const otherEnd = this.#ends[other] ?? 0;
      if (otherEnd - otherStart !== length) continue;
      if (out.compare(out, otherStart, otherEnd, start, start + length) === 0) return other;
    }
    return -1;
  }

  #lookedUp(out: Buffer, first: number, member: number): number {
    const open = this.#lookups.length - 1;
    let lookup = this.#lookups[open];
    if (lookup === undefined) {
      lookup = new Map();
      for (let other = first; other < member; other++) lookup.set(this.#text(out, other), other);
      this.#lookups[open] = lookup;
    }
    const text = this.#text(out, member);
    const twin = lookup.get(text) ?? -1;
    lookup.set(text, member);
    return twin;
  }

  /** A member that counts no more has an empty one. */
  #text(out: Buffer, member: number): string {
    return out.toString('latin1', this.#starts[member], this.#ends[member]);
  }
}
