import { ID_NUMBER, ID_UUID, type IdColumn, type PointId } from '../../core/ids.ts';

/** Tags of `PointId.num` and `PointId.uuid`. */
const TAG_NUMBER = 8;
const TAG_UUID = 18;
const CONTINUED = 0x80;
const UUID_LENGTH = 36;
const HYPHEN = 45;

/** The ids of a list of points, read from the bytes of their messages without an object each. */
export class IdPlaces {
  readonly #bytes: Buffer;
  readonly #kinds: Uint8Array;
  readonly #words: Uint32Array;

  constructor(bytes: Buffer, count: number) {
    this.#bytes = bytes;
    this.#kinds = new Uint8Array(count);
    this.#words = new Uint32Array(count * 4);
  }

  /** Reads the `PointId` at `start` … `end`, where it is in one of the usual forms; false where it is in another, or broken. */
  read(point: number, start: number, end: number): boolean {
    return this.#readNumber(point, start, end) || this.#readUuid(point, start, end);
  }

  set(point: number, { kind, word0, word1, word2, word3 }: PointId): void {
    this.#kinds[point] = kind;
    this.#words.set([word0, word1, word2, word3], point * 4);
  }

  finish(): IdColumn {
    return { count: this.#kinds.length, kinds: this.#kinds, words: this.#words };
  }

  /** A number of at most 28 bits, which nearly every one is. */
  #readNumber(point: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    const first = start + 1;
    if (bytes[start] !== TAG_NUMBER || end === first || end - first > 4) return false;
    let value = 0;
    for (let at = first; at < end; at++) {
      const byte = bytes[at] as number;
      // Only the last byte is not continued.
      if (byte >= CONTINUED === (at === end - 1)) return false;
      value |= (byte & 0x7f) << ((at - first) * 7);
    }
    this.#kinds[point] = ID_NUMBER;
    this.#words.fill(0, point * 4, point * 4 + 3);
    this.#words[point * 4 + 3] = value;
    return true;
  }

  /** A UUID with hyphens. */
  #readUuid(point: number, start: number, end: number): boolean {
    const bytes = this.#bytes;
    const first = start + 2;
    if (bytes[start] !== TAG_UUID || bytes[start + 1] !== UUID_LENGTH || end !== first + UUID_LENGTH) return false;
    let at = first;
    for (let word = 0; word < 4; word++) {
      let value = 0;
      for (let digits = 0; digits < 8; digits++) {
        if (isHyphenAt(at - first) && bytes[at++] !== HYPHEN) return false;
        const digit = HEX_DIGITS[bytes[at++] ?? 0] as number;
        if (digit < 0) return false;
        value = value * 16 + digit;
      }
      this.#words[point * 4 + word] = value;
    }
    this.#kinds[point] = ID_UUID;
    return true;
  }
}

function isHyphenAt(place: number): boolean {
  return place === 8 || place === 13 || place === 18 || place === 23;
}

/** By byte; -1 where it is no hexadecimal digit. */
const HEX_DIGITS: Int8Array = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});
