import type { Value } from '../../../generated/json_with_int.js';
import { ryuText } from '../../base/number-text.ts';
import { invalidArgument } from '../grpc-error.ts';

/**
 * A map of values as raw JSON of an object, in an array of its own; integers keep every digit. Throws INVALID_ARGUMENT: NaN
 * and infinities.
 */
export function payloadJson(map: ReadonlyMap<string, Value>): Uint8Array {
  return new TextEncoder().encode(mapText(map));
}

/** A value as JSON; one that holds nothing is null. Throws INVALID_ARGUMENT: NaN and infinities. */
export function jsonOfValue(value: Value | undefined): string {
  const kind = value?.kind;
  switch (kind?.$case) {
    case 'doubleValue':
      return doubleJson(kind.value);
    case 'integerValue':
    case 'boolValue':
      return String(kind.value);
    case 'stringValue':
      return JSON.stringify(kind.value);
    case 'structValue':
      return mapText(kind.value.fields);
    case 'listValue':
      return `[${kind.value.values.map(jsonOfValue).join(',')}]`;
    case 'nullValue':
    case undefined:
      return 'null';
  }
}

/** A double as serde_json prints it: it reads back as a double, whole or not. Throws INVALID_ARGUMENT. */
export function doubleJson(value: number): string {
  if (!Number.isFinite(value)) throw invalidArgument('cannot convert to json number');
  return ryuText(value);
}

/** The same as text. */
export function mapText(map: ReadonlyMap<string, Value>): string {
  const members: string[] = [];
  map.forEach((value, key) => members.push(`${JSON.stringify(key)}:${jsonOfValue(value)}`));
  return `{${members.join(',')}}`;
}
