import { invariant, present } from '../base/invariant.ts';

/**
 * The hash table of a dictionary: it holds the numbers of values, not the values themselves.
 *
 * Numbers lie in parts, each an open-addressed table (linear probing) of 2^14 places at most: an entry is number + 1,
 * 0 = empty, and begins to look for its place at the low bits of its hash. A full part of that size is split in two by
 * the next of the top bits (extendible hashing, as in base/id-table.ts), so that no insertion ever moves more than one
 * part.
 */
const PLACES_FIRST = 16;
/** 2^14 places are 64 KiB: split in a fraction of a millisecond. */
const PLACES_MAX = 1 << 14;
/** The low 14 bits choose the place: no more than 18 are left for the parts. Behind that parts grow on. */
const DEPTH_MAX = 18;

interface Part {
  places: Uint32Array;
  count: number;
  /** How many top bits of the hash all entries have in common. */
  readonly depth: number;
}

export class HashedNumbers {
  readonly #hashOf: (number: number) => number;
  #depth = 0;
  #parts: Part[] = [{ places: new Uint32Array(PLACES_FIRST), count: 0, depth: 0 }];
  #bytes = PLACES_FIRST * 4;

  /** `hashOf`: the hash (32 bits, unsigned) of a number that is in the table. */
  constructor(hashOf: (number: number) => number) {
    this.#hashOf = hashOf;
  }

  get memoryBytes(): number {
    return this.#bytes;
  }

  /**
   * The places where a number with this hash may stand: from place hash % length on, around the end, up to the first
   * that is 0. A place holds number + 1. Valid until the table changes.
   */
  placesFor(hash: number): Uint32Array {
    return this.#part(hash).places;
  }

  /** Adds a number that is not there. */
  add(hash: number, number: number): void {
    let part = this.#part(hash);
    // Three quarters full: linear probing still ends after three places on average.
    while ((part.count + 1) * 4 > part.places.length * 3) {
      if (part.places.length < PLACES_MAX || part.depth === DEPTH_MAX) this.#grow(part);
      else this.#split(part, hash);
      part = this.#part(hash);
    }
    put(part.places, hash, number + 1);
    part.count++;
  }

  /** Takes a number out that is there. */
  delete(hash: number, number: number): void {
    const part = this.#part(hash);
    const { places } = part;
    const mask = places.length - 1;
    let gap = hash & mask;
    while (places[gap] !== number + 1) {
      invariant(places[gap] !== 0, 'hashed numbers: what is taken out is there');
      gap = (gap + 1) & mask;
    }
    // Later entries of the run move forward, so that no search ends too early (Knuth 6.4, algorithm R).
    for (let at = (gap + 1) & mask; places[at] !== 0; at = (at + 1) & mask) {
      const entry = places[at] ?? 0;
      const home = this.#hashOf(entry - 1) & mask;
      // Distances run around the end: an entry may fill the gap if its home is not behind the gap.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        places[gap] = entry;
        gap = at;
      }
    }
    places[gap] = 0;
    part.count--;
  }

  #part(hash: number): Part {
    // A shift by 32 would be one by 0.
    const at = this.#depth === 0 ? 0 : hash >>> (32 - this.#depth);
    return present(this.#parts[at], 'hashed numbers: there is a part for every hash');
  }

  #grow(part: Part): void {
    const grown = new Uint32Array(part.places.length * 2);
    for (const entry of part.places) if (entry !== 0) put(grown, this.#hashOf(entry - 1), entry);
    this.#bytes += part.places.byteLength;
    part.places = grown;
  }

  #split(part: Part, hash: number): void {
    if (part.depth === this.#depth) {
      this.#parts = this.#parts.flatMap((each) => [each, each]);
      this.#depth++;
    }
    const depth = part.depth + 1;
    const halves: readonly [Part, Part] = [
      { places: new Uint32Array(PLACES_MAX), count: 0, depth },
      { places: new Uint32Array(PLACES_MAX), count: 0, depth },
    ];
    for (const entry of part.places) {
      if (entry === 0) continue;
      const entryHash = this.#hashOf(entry - 1);
      const half = ((entryHash >>> (32 - depth)) & 1) === 1 ? halves[1] : halves[0];
      put(half.places, entryHash, entry);
      half.count++;
    }
    this.#bytes += PLACES_MAX * 4;
    // The part stands in the directory as often as there are values of the bits that it does not look at.
    const share = 1 << (this.#depth - part.depth);
    const first = Math.floor((hash >>> (32 - this.#depth)) / share) * share;
    for (let at = 0; at < share; at++) this.#parts[first + at] = at < share / 2 ? halves[0] : halves[1];
  }
}

function put(places: Uint32Array, hash: number, entry: number): void {
  const mask = places.length - 1;
  let at = hash & mask;
  while (places[at] !== 0) at = (at + 1) & mask;
  places[at] = entry;
}

/** One step of MurmurHash3 (x86, 32 bits). */
export function mixHash(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const turned = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

/** Its end. */
export function endHash(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
