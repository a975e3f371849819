import * as fc from 'fast-check';
import * as wire from '../../generated/collections.js';

/** What REST has as JSON, and the message that means the same. */
export interface Pair<Message> {
  readonly json: unknown;
  readonly wire: Message;
}

/** Random values in both wires at once. */
export type Pairs<Message> = fc.Arbitrary<Pair<Message>>;

export type Sections<Message> = { readonly [Key in keyof Message]: Pairs<NonNullable<Message[Key]>> };

/** Every field but the required may be left out. Names in JSON are the snake case of ours. */
export function section<Message extends object>(
  fields: Partial<Sections<Message>>,
  required: readonly (keyof Message & string)[] = [],
): Pairs<Message> {
  const model = fields as Record<string, Pairs<unknown>>;
  return fc.record(model, { requiredKeys: [...required], noNullPrototype: true }).map((pairs) => {
    const entries = Object.entries(pairs as Record<string, Pair<unknown>>);
    return {
      json: Object.fromEntries(entries.map(([name, { json }]) => [snakeCase(name), json])),
      wire: Object.fromEntries(entries.map(([name, pair]) => [name, pair.wire])) as Message,
    };
  });
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

export function same<T>(values: fc.Arbitrary<T>): Pairs<T> {
  return values.map((value) => ({ json: value, wire: value }));
}

export const flag: Pairs<boolean> = same(fc.boolean());

export function small(min: number, max: number): Pairs<number> {
  return same(fc.integer({ min, max }));
}

/** 64 bits on the wire, as far as JSON has them exactly. */
export function wide(min: bigint, max: bigint = 2n ** 53n - 1n): Pairs<bigint> {
  return fc.bigInt({ min, max }).map((value) => ({ json: Number(value), wire: value }));
}

/** The numbers of an enum, by their names in JSON. */
export function words<Value extends number>(table: Readonly<Record<string, Value>>): Pairs<Value> {
  return fc.constantFrom(...Object.entries(table)).map(([json, value]) => ({ json, wire: value }));
}

/** A map of the wire; JSON has an object. */
export function byName<Message>(names: readonly string[], pairs: Pairs<Message>): Pairs<Map<string, Message>> {
  if (names.length === 0) return fc.constant({ json: {}, wire: new Map<string, Message>() });
  return fc.dictionary(fc.constantFrom(...names), pairs, { noNullPrototype: true }).map((named) => {
    const entries = Object.entries(named);
    return {
      json: Object.fromEntries(entries.map(([name, { json }]) => [name, json])),
      wire: new Map(entries.map(([name, pair]) => [name, pair.wire])),
    };
  });
}

export const memory: Pairs<wire.Memory> = words({
  cold: wire.Memory.Cold,
  cached: wire.Memory.Cached,
  pinned: wire.Memory.Pinned,
});
