import type { JsonPath } from '../core/json-path.ts';
import type { FieldSchema } from '../core/payload-schema.ts';
import { BoolValues } from './bool-values.ts';
import type { Facet } from './facet.ts';
import type { FieldIndex } from './field-index.ts';
import type { FieldOrder } from './field-order.ts';
import type { FieldValues } from './field-values.ts';
import { GeoValues } from './geo-values.ts';
import type { IndexContent } from './index-content.ts';
import { present } from '../base/invariant.ts';
import type { KnownValues } from './known-values.ts';
import { KeywordValues } from './keyword-values.ts';
import { DATETIMES, FLOATS, INTEGERS } from './number-kinds.ts';
import { NumberValues } from './number-values.ts';
import { TextValues } from './text-values.ts';
import { openAnalyser } from './text/analyser.ts';
import { UuidValues } from './uuid-values.ts';
import { ValueIndex } from './value-index.ts';

/**
 * An empty index.
 *
 * seed  any 32 bits, drawn at random: values whose hashes collide cannot simply be looked up.
 */
export function openFieldIndex(path: JsonPath, schema: FieldSchema, seed: number): FieldIndex {
  return new ValueIndex(path, schema, openValues(schema, seed));
}

/** Counting the points of each value by an index; undefined where its type (or its parameters) do not serve that. */
export function facetOf(index: FieldIndex): Facet | undefined {
  return index instanceof ValueIndex ? index.facet : undefined;
}

/** The order of points by an index; undefined where its type (or its parameters) do not serve that. */
export function orderOf(index: FieldIndex): FieldOrder | undefined {
  return index instanceof ValueIndex ? index.order : undefined;
}

/** All values of points by an index, without their payloads; undefined where its type does not serve that. */
export function knownValuesOf(index: FieldIndex): KnownValues | undefined {
  return index instanceof ValueIndex ? index.known : undefined;
}

/** Tells an index what the payload of a slot is, for `knownValuesOf`. */
export function learnValues(index: FieldIndex, slot: number, payload: Uint8Array): void {
  if (index instanceof ValueIndex) index.learn(slot, payload);
}

/** What a file keeps of an index; it goes on changing with the index. */
export function contentOf(index: FieldIndex): IndexContent {
  return present(index instanceof ValueIndex ? index.content : undefined, 'index content: made by openFieldIndex');
}

function openValues({ type, params }: FieldSchema, seed: number): FieldValues {
  switch (type) {
    case 'keyword':
      return new KeywordValues(params?.prefix === true, seed);
    case 'integer':
      return new NumberValues(INTEGERS, { lookup: params?.lookup !== false, range: params?.range !== false }, seed);
    case 'float':
      return new NumberValues(FLOATS, { lookup: false, range: true }, seed);
    case 'datetime':
      return new NumberValues(DATETIMES, { lookup: false, range: true }, seed);
    case 'bool':
      return new BoolValues();
    case 'uuid':
      return new UuidValues(seed);
    case 'geo':
      return new GeoValues(seed);
    case 'text':
      return new TextValues(openAnalyser(params?.text), params?.text?.phraseMatching === true, seed);
  }
}
