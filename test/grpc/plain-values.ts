import { BinaryReader } from '../../generated/wire.js';

/**
 * Payloads of the wire read in the plainest way there is, from bytes that a decoder has found to make sense. The generated
 * decoder is no oracle for them: it drops entries of a map that have no value, which prost, and so Qdrant, takes for null.
 */

type RawField = { readonly field: number; readonly value: bigint | number | Uint8Array };

function rawFields(bytes: Uint8Array): readonly RawField[] {
  const reader = new BinaryReader(bytes);
  const fields: RawField[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if ((tag & 7) === 0) fields.push({ field, value: BigInt(reader.int64()) });
    else if ((tag & 7) === 1) fields.push({ field, value: reader.double() });
    else if ((tag & 7) === 2) fields.push({ field, value: reader.bytes() });
    else reader.unknown(tag);
  }
  return fields;
}

/** The bytes of each element of a repeated message. */
export function elementsOf(bytes: Uint8Array, field: number): readonly Uint8Array[] {
  return rawFields(bytes).flatMap((found) =>
    found.field === field && found.value instanceof Uint8Array ? [found.value] : [],
  );
}

/** A map of values from its entries; the last of a key counts. */
export function plainMap(entries: readonly Uint8Array[]): ReadonlyMap<string, unknown> {
  return new Map(
    entries.map((entry) => [
      Buffer.from(elementsOf(entry, 1).at(-1) ?? []).toString(),
      plainValue(elementsOf(entry, 2).at(-1) ?? new Uint8Array(0)),
    ]),
  );
}

function plainValue(bytes: Uint8Array): unknown {
  let plain: unknown = null;
  for (const { field, value } of rawFields(bytes)) {
    if (field === 1) plain = null;
    else if (field === 2) plain = { double: value };
    else if (field === 3) plain = { integer: value };
    else if (field === 5) plain = value !== 0n;
    else if (!(value instanceof Uint8Array)) continue;
    else if (field === 4) plain = Buffer.from(value).toString();
    else if (field === 6) plain = plainMap(elementsOf(value, 1));
    else if (field === 7) plain = { list: elementsOf(value, 1).map(plainValue) };
  }
  return plain;
}

/** JSON as `plainValue` shows it: numbers with a point, with an exponent, or beyond an int64 are doubles. */
export function plainJson(json: string): unknown {
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number') {
      const source = context?.source ?? '';
      return isDouble(source) ? { double: value } : { integer: BigInt(source) };
    }
    if (Array.isArray(value)) return { list: value as unknown[] };
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
    return value;
  };
  return JSON.parse(json, revive);
}

function isDouble(source: string): boolean {
  if (/[.eE]/.test(source) || source === '-0') return true;
  return BigInt.asIntN(64, BigInt(source)) !== BigInt(source);
}
