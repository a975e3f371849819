/**
 * A hash table from point ids to unsigned 32-bit values, without an object per point on the V8 heap.
 *
 * An id is what a column of ids holds at an index: a kind (0 or 1) and four 32-bit words. Entries live in partitions,
 * each an open-addressed table (linear probing) in shared memory of 2^14 slots at most. A full partition of that size
 * is split in two by the next bit of the hash (extendible hashing: `#directory` maps the top bits of a hash to its
 * partition), so no insertion ever rehashes more than one partition, however many ids there are.
 *
 *   slot = 6 words: word0, word1, word2, word3, kind + 1 (0: empty), value
 *
 * Source: Fagin et al. 1979, extendible hashing; Knuth 6.4 algorithm R for deletion without tombstones.
 */
const SLOT_WORDS = 6;
const KIND_AT = 4;
const VALUE_AT = 5;

const FIRST_SLOTS = 16;
/** 2^14 slots are 384 KiB; splitting them takes well under a millisecond. */
const SPLIT_SLOTS = 1 << 14;
// At 2^18 partitions (some 2 billion ids) they grow on instead: the hash has no more bits to give, since a slot's
// number uses the low ones.
const DEPTH_MAX = 18;

/** What `get`, `set` and `delete` return where there was no entry. */
export const NO_VALUE = -1;

interface Partition {
  slots: Uint32Array;
  slotCount: number;
  count: number;
  /** How many top bits of the hash all entries have in common. */
  depth: number;
}

export class IdTable {
  readonly #seed: number;
  #depth = 0;
  #directory: Partition[] = [makePartition(0, FIRST_SLOTS)];
  #count = 0;

  /** `seed`: any 32 bits; drawn at random, ids that collide cannot simply be looked up. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of shared memory. */
  get bytes(): number {
    let bytes = 0;
    for (const partition of this.#partitions()) bytes += partition.slots.byteLength;
    return bytes;
  }

  /** The value of the id at `index` of a column, or NO_VALUE. */
  get(kinds: Uint8Array, words: Uint32Array, index: number): number {
    const hash = hashAt(kinds, words, index, this.#seed);
    const { slots, slotCount } = this.#partition(hash);
    const at = find(slots, slotCount, hash, kinds, words, index);
    return slots[at + KIND_AT] === 0 ? NO_VALUE : (slots[at + VALUE_AT] ?? NO_VALUE);
  }

  /** Sets the value (0 … 2^32 - 1) of the id at `index` of a column; returns the one before, or NO_VALUE. */
  set(kinds: Uint8Array, words: Uint32Array, index: number, value: number): number {
    const hash = hashAt(kinds, words, index, this.#seed);
    const partition = this.#partitionWithRoom(hash);
    const { slots } = partition;
    const at = find(slots, partition.slotCount, hash, kinds, words, index);
    if (slots[at + KIND_AT] !== 0) {
      const before = slots[at + VALUE_AT] ?? NO_VALUE;
      slots[at + VALUE_AT] = value;
      return before;
    }
    const from = index * 4;
    slots[at] = words[from] ?? 0;
    slots[at + 1] = words[from + 1] ?? 0;
    slots[at + 2] = words[from + 2] ?? 0;
    slots[at + 3] = words[from + 3] ?? 0;
    slots[at + KIND_AT] = (kinds[index] ?? 0) + 1;
    slots[at + VALUE_AT] = value;
    partition.count += 1;
    this.#count += 1;
    return NO_VALUE;
  }

  /** Removes the id at `index` of a column; returns its value, or NO_VALUE if it was not there. */
  delete(kinds: Uint8Array, words: Uint32Array, index: number): number {
    const hash = hashAt(kinds, words, index, this.#seed);
    const partition = this.#partition(hash);
    const { slots, slotCount } = partition;
    const at = find(slots, slotCount, hash, kinds, words, index);
    if (slots[at + KIND_AT] === 0) return NO_VALUE;
    const value = slots[at + VALUE_AT] ?? NO_VALUE;
    closeGap(slots, slotCount, at, this.#seed);
    partition.count -= 1;
    this.#count -= 1;
    return value;
  }

  /**
   * Calls `visit` for each entry, in no order. The id is element 0 of the column that is handed over and valid during
   * the call alone. The table must not change meanwhile.
   */
  visit(visit: (kinds: Uint8Array, words: Uint32Array, value: number) => void): void {
    const kinds = new Uint8Array(1);
    for (const { slots } of this.#partitions()) {
      for (let at = 0; at < slots.length; at += SLOT_WORDS) {
        const kindWord = slots[at + KIND_AT] ?? 0;
        if (kindWord === 0) continue;
        kinds[0] = kindWord - 1;
        visit(kinds, slots.subarray(at, at + 4), slots[at + VALUE_AT] ?? 0);
      }
    }
  }

  *#partitions(): Generator<Partition, void, undefined> {
    // A partition of less depth than the directory stands there several times, side by side.
    let before: Partition | undefined;
    for (const partition of this.#directory) {
      if (partition !== before) yield partition;
      before = partition;
    }
  }

  #partition(hash: number): Partition {
    // A shift by 32 would be one by 0.
    const partition = this.#directory[this.#depth === 0 ? 0 : hash >>> (32 - this.#depth)];
    if (partition === undefined) throw new RangeError('id table: the directory covers all hashes');
    return partition;
  }

  #partitionWithRoom(hash: number): Partition {
    let partition = this.#partition(hash);
    // Three quarters full: linear probing still ends after three slots on average.
    while ((partition.count + 1) * 4 > partition.slotCount * 3) {
      if (partition.slotCount < SPLIT_SLOTS || partition.depth === DEPTH_MAX) this.#grow(partition);
      else this.#split(partition, hash);
      partition = this.#partition(hash);
    }
    return partition;
  }

  #grow(partition: Partition): void {
    const grown = makePartition(partition.depth, partition.slotCount * 2);
    this.#distribute(partition.slots, grown, grown);
    partition.slots = grown.slots;
    partition.slotCount = grown.slotCount;
  }

  #split(partition: Partition, hash: number): void {
    if (partition.depth === this.#depth) {
      this.#directory = this.#directory.flatMap((each) => [each, each]);
      this.#depth += 1;
    }
    const depth = partition.depth + 1;
    const low = makePartition(depth, partition.slotCount);
    const high = makePartition(depth, partition.slotCount);
    this.#distribute(partition.slots, low, high);
    const span = 2 ** (this.#depth - depth);
    const first = Math.floor((hash >>> (32 - this.#depth)) / (2 * span)) * 2 * span;
    this.#directory.fill(low, first, first + span);
    this.#directory.fill(high, first + span, first + 2 * span);
  }

  /** Copies all entries of `source`, each to `low` or `high` by the bit of its hash that tells them apart. */
  #distribute(source: Uint32Array, low: Partition, high: Partition): void {
    const shift = 32 - low.depth;
    for (let from = 0; from < source.length; from += SLOT_WORDS) {
      if (source[from + KIND_AT] === 0) continue;
      const hash = hashSlot(source, from, this.#seed);
      const target = low === high || ((hash >>> shift) & 1) === 0 ? low : high;
      let at = (hash & (target.slotCount - 1)) * SLOT_WORDS;
      while (target.slots[at + KIND_AT] !== 0) at = nextSlot(at, target.slotCount);
      copySlot(target.slots, at, source, from);
      target.count += 1;
    }
  }
}

function makePartition(depth: number, slotCount: number): Partition {
  const slots = new Uint32Array(new SharedArrayBuffer(slotCount * SLOT_WORDS * 4));
  return { slots, slotCount, count: 0, depth };
}

function nextSlot(at: number, slotCount: number): number {
  const next = at + SLOT_WORDS;
  return next === slotCount * SLOT_WORDS ? 0 : next;
}

function copySlot(target: Uint32Array, at: number, source: Uint32Array, from: number): void {
  for (let word = 0; word < SLOT_WORDS; word += 1) target[at + word] = source[from + word] ?? 0;
}

/** The slot (as an offset in words) that holds the id, or the empty one where it would go. */
function find(
  slots: Uint32Array,
  slotCount: number,
  hash: number,
  kinds: Uint8Array,
  words: Uint32Array,
  index: number,
): number {
  const from = index * 4;
  const kindWord = (kinds[index] ?? 0) + 1;
  let at = (hash & (slotCount - 1)) * SLOT_WORDS;
  while (slots[at + KIND_AT] !== 0) {
    if (
      slots[at + 3] === words[from + 3] &&
      slots[at + 2] === words[from + 2] &&
      slots[at + 1] === words[from + 1] &&
      slots[at] === words[from] &&
      slots[at + KIND_AT] === kindWord
    ) {
      return at;
    }
    at = nextSlot(at, slotCount);
  }
  return at;
}

/** Empties a slot and moves later entries of its run forward, so that no search ends too early (Knuth's algorithm R). */
function closeGap(slots: Uint32Array, slotCount: number, gapAt: number, seed: number): void {
  const mask = slotCount - 1;
  let gap = gapAt / SLOT_WORDS;
  let slot = gap;
  for (;;) {
    slot = (slot + 1) & mask;
    const at = slot * SLOT_WORDS;
    if (slots[at + KIND_AT] === 0) break;
    const home = hashSlot(slots, at, seed) & mask;
    // Distances run around the end of the table: an entry may fill the gap if its home is not behind the gap.
    if (((slot - home) & mask) >= ((slot - gap) & mask)) {
      copySlot(slots, gap * SLOT_WORDS, slots, at);
      gap = slot;
    }
  }
  slots.fill(0, gap * SLOT_WORDS, (gap + 1) * SLOT_WORDS);
}

function hashAt(kinds: Uint8Array, words: Uint32Array, index: number, seed: number): number {
  const from = index * 4;
  const kind = kinds[index] ?? 0;
  return hashId(words[from] ?? 0, words[from + 1] ?? 0, words[from + 2] ?? 0, words[from + 3] ?? 0, kind, seed);
}

function hashSlot(slots: Uint32Array, at: number, seed: number): number {
  const kind = (slots[at + KIND_AT] ?? 1) - 1;
  return hashId(slots[at] ?? 0, slots[at + 1] ?? 0, slots[at + 2] ?? 0, slots[at + 3] ?? 0, kind, seed);
}

/** MurmurHash3 (x86, 32 bits) of the five words. */
function hashId(word0: number, word1: number, word2: number, word3: number, kind: number, seed: number): number {
  let hash = mix(seed ^ kind, word0);
  hash = mix(hash, word1);
  hash = mix(hash, word2);
  hash = mix(hash, word3);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const turned = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}
