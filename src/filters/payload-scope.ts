import {
  afterColon,
  afterString,
  afterValue,
  firstMember,
  isKey,
  nextMember,
  type StoredKey,
  storedKey,
  storedText,
} from '../base/json/stored-json.ts';

/** 16: above it one text and a look-up cost less than as many comparisons. */
const COMPARED_KEYS_MAX = 16;

/**
 * The object that is looked at – a payload, or an element of `nested` – and where the values of the keys stand that are
 * asked for. One object after the other.
 * Cost  one pass over an object's top level for all keys together, when the first of them is asked for.
 */
export class PayloadScope {
  bytes: Buffer = Buffer.alloc(0);
  readonly #keys: StoredKey[] = [];
  readonly #places = new Map<string, number>();
  #starts: Int32Array = new Int32Array(0);
  #object = -1;
  #isLocated = false;

  /** A place for the values of `key`, the same for the same key. */
  placeOf(key: string): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#keys.push(storedKey(key)) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** Turns to the object that opens at `object`; -1: an object without keys. */
  enter(bytes: Buffer, object: number): void {
    this.bytes = bytes;
    this.#object = object;
    this.#isLocated = false;
  }

  /** The first byte of the value of the key with this place, or -1. */
  startOf(place: number): number {
    if (!this.#isLocated) this.#locate();
    return this.#starts[place] ?? -1;
  }

  #locate(): void {
    this.#isLocated = true;
    const keys = this.#keys;
    if (this.#starts.length < keys.length) this.#starts = new Int32Array(keys.length);
    const starts = this.#starts;
    starts.fill(-1);
    if (this.#object < 0) return;
    const { bytes } = this;
    let at = firstMember(bytes, this.#object);
    while (at >= 0) {
      const keyEnd = afterString(bytes, at);
      const value = afterColon(bytes, keyEnd);
      // No end after the first: of keys that stand twice the last one counts.
      if (keys.length > COMPARED_KEYS_MAX) {
        const place = this.#places.get(storedText(bytes, at, keyEnd));
        if (place !== undefined) starts[place] = value;
      } else {
        for (let place = 0; place < keys.length; place++) {
          const key = keys[place];
          if (key !== undefined && isKey(bytes, at, keyEnd, key)) starts[place] = value;
        }
      }
      at = nextMember(bytes, afterValue(bytes, value));
    }
  }
}
