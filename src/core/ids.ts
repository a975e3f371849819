/**
 * Point ids: unsigned 64-bit integers and UUIDs.
 *
 * One id is four unsigned 32-bit words, most significant first (an integer has two zero words before its own), and a
 * kind. Ordered by (kind, words) this is Qdrant's order: all numbers in numeric order, then all UUIDs in byte order.
 */
export const ID_NUMBER = 0;
export const ID_UUID = 1;
export type IdKind = typeof ID_NUMBER | typeof ID_UUID;

/** One id, for single lookups. Long lists are `IdColumn`s. */
export interface PointId {
  readonly kind: IdKind;
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
}

/** Many ids without an object each. `words` holds four words an id. Both arrays may be longer than `count`. */
export interface IdColumn {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly words: Uint32Array;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The id with the value of `value`, which must be within 0 … 2^64 - 1. */
export function numberId(value: bigint): PointId {
  return {
    kind: ID_NUMBER,
    word0: 0,
    word1: 0,
    word2: Number((value >> 32n) & 0xffffffffn),
    word3: Number(value & 0xffffffffn),
  };
}

/** Decimal text → id, or undefined where it is not an unsigned 64-bit integer in digits alone. */
export function parseNumberId(text: string): PointId | undefined {
  if (text.length === 0 || text.length > 40 || !/^[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > 0xffffffffffffffffn ? undefined : numberId(value);
}

const UUID_FORM =
  /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$|^([0-9a-f]{32})$|^\{([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}$/i;

/** UUID text in any form that Qdrant takes (hyphens, 32 hex digits, `urn:uuid:`, braces; any case) → id. */
export function parseUuidId(text: string): PointId | undefined {
  const match = UUID_FORM.exec(text);
  if (match === null) return undefined;
  const digits = (match[1] ?? match[2] ?? match[3] ?? '').replaceAll('-', '');
  const word = (at: number): number => Number.parseInt(digits.slice(at, at + 8), 16);
  return { kind: ID_UUID, word0: word(0), word1: word(8), word2: word(16), word3: word(24) };
}

/** The text of an id: decimal digits, or a lower-case hyphenated UUID. Without quotes. */
export function idText(id: PointId): string {
  if (id.kind === ID_NUMBER) {
    return id.word2 < 0x200000
      ? String(id.word2 * 0x100000000 + id.word3)
      : ((BigInt(id.word2) << 32n) | BigInt(id.word3)).toString();
  }
  const a = hexWord(id.word0);
  const b = hexWord(id.word1);
  const c = hexWord(id.word2);
  const d = hexWord(id.word3);
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
}

/** What tells an id from all others in a Map or Set, cheaper than its text: a number below 2^53, else a string. */
export function idKey({ kind, word0, word1, word2, word3 }: PointId): number | string {
  if (kind === ID_UUID) {
    return String.fromCharCode(
      word0 >>> 16,
      word0 & 0xffff,
      word1 >>> 16,
      word1 & 0xffff,
      word2 >>> 16,
      word2 & 0xffff,
      word3 >>> 16,
      word3 & 0xffff,
    );
  }
  // Texts of larger numbers have 16 digits or more: none is one of the strings above.
  return word2 < 0x200000 ? word2 * 0x100000000 + word3 : ((BigInt(word2) << 32n) | BigInt(word3)).toString();
}

/** An id as JSON: a number, or a quoted UUID. */
export function idJson(id: PointId): string {
  return id.kind === ID_NUMBER ? idText(id) : `"${idText(id)}"`;
}

/** The id at `index` of a column. */
export function idAt(column: IdColumn, index: number): PointId {
  const { kinds, words } = column;
  const at = index * 4;
  return {
    kind: kinds[index] === ID_UUID ? ID_UUID : ID_NUMBER,
    word0: words[at] ?? 0,
    word1: words[at + 1] ?? 0,
    word2: words[at + 2] ?? 0,
    word3: words[at + 3] ?? 0,
  };
}

/** A column that holds `ids` in order. */
export function idColumn(ids: readonly PointId[]): IdColumn {
  const kinds = new Uint8Array(ids.length);
  const words = new Uint32Array(ids.length * 4);
  ids.forEach((id, index) => {
    kinds[index] = id.kind;
    words.set([id.word0, id.word1, id.word2, id.word3], index * 4);
  });
  return { count: ids.length, kinds, words };
}

/** Negative, zero or positive as `a` comes before, with or after `b` in Qdrant's order. */
export function compareIds(a: PointId, b: PointId): number {
  return a.kind - b.kind || a.word0 - b.word0 || a.word1 - b.word1 || a.word2 - b.word2 || a.word3 - b.word3;
}

/** The id that follows in Qdrant's order, or undefined after the last UUID. */
export function idAfter(id: PointId): PointId | undefined {
  const words = [id.word0, id.word1, id.word2, id.word3];
  const lowest = id.kind === ID_NUMBER ? 2 : 0;
  for (let at = 3; at >= lowest; at--) {
    if (words[at] !== 0xffffffff) {
      words[at] = (words[at] as number) + 1;
      return { kind: id.kind, word0: words[0] ?? 0, word1: words[1] ?? 0, word2: words[2] ?? 0, word3: words[3] ?? 0 };
    }
    words[at] = 0;
  }
  return id.kind === ID_NUMBER ? { kind: ID_UUID, word0: 0, word1: 0, word2: 0, word3: 0 } : undefined;
}

export function sameId(a: PointId, b: PointId): boolean {
  return compareIds(a, b) === 0;
}

function hexWord(word: number): string {
  return (
    (HEX[word >>> 24] ?? '') +
    (HEX[(word >>> 16) & 255] ?? '') +
    (HEX[(word >>> 8) & 255] ?? '') +
    (HEX[word & 255] ?? '')
  );
}
