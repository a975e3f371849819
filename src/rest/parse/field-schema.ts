import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { FIELD_TYPES, type FieldParams, type FieldSchema, type FieldType } from '../../core/payload-schema.ts';
import { type Decode, type Decoding, optional } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { decodeBool, decodeString } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { decodeTextParams } from './text-params.ts';
import { lastForm } from './untagged.ts';

const PLACEMENTS = ['cold', 'cached', 'pinned'] as const;

type OwnParam = Exclude<keyof FieldParams, 'onDisk' | 'memory' | 'enableHnsw' | 'text'>;

/** The parameters that a type has besides those of all types. */
const OWN_PARAMS: Readonly<Record<FieldType, readonly OwnParam[]>> = {
  keyword: ['isTenant', 'prefix'],
  integer: ['lookup', 'range', 'isPrincipal'],
  float: ['isPrincipal'],
  geo: [],
  text: [],
  bool: [],
  datetime: ['isPrincipal'],
  uuid: ['isTenant'],
};

const WIRE_NAMES: Readonly<Record<OwnParam, string>> = {
  isTenant: 'is_tenant',
  isPrincipal: 'is_principal',
  prefix: 'prefix',
  lookup: 'lookup',
  range: 'range',
};

/**
 * `field_schema`: the name of a type, or an object with its parameters. An untagged enum: whatever is wrong inside, the
 * failure is the same.
 */
export function decodeFieldSchema(decoding: Decoding, node: number): FieldSchema {
  return lastForm(
    () => decodeForm(decoding, node),
    () => noVariant('PayloadFieldSchema'),
  );
}

function decodeForm(decoding: Decoding, node: number): FieldSchema {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING) return { type: decodeType(decoding, node), params: undefined };
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('PayloadFieldSchema');
  const fields = fieldsOf(tree, node);
  const given = fields.get('type');
  if (given === undefined) throw noVariant('PayloadFieldSchema');
  const type = decodeType(decoding, given);
  const read = <T>(name: string, decode: Decode<T>): T | undefined => optional(decoding, fields.get(name), decode);
  const own: Partial<Record<OwnParam, boolean | undefined>> = {};
  for (const param of OWN_PARAMS[type]) own[param] = read(WIRE_NAMES[param], decodeBool);
  const params: FieldParams = {
    ...own,
    onDisk: read('on_disk', decodeBool),
    memory: read('memory', decodeMemory),
    enableHnsw: read('enable_hnsw', decodeBool),
    text: type === 'text' ? decodeTextParams(decoding, fields) : undefined,
  };
  if (params.lookup === false && params.range === false) {
    decoding.violate(
      "field_schema.lookup: Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]",
    );
  }
  return { type, params };
}

function decodeType(decoding: Decoding, node: number): FieldType {
  return oneOf(FIELD_TYPES, decodeString(decoding, node));
}

function decodeMemory(decoding: Decoding, node: number): (typeof PLACEMENTS)[number] {
  return oneOf(PLACEMENTS, decodeString(decoding, node));
}

function oneOf<T extends string>(names: readonly T[], given: string): T {
  const found = names.find((name) => name === given);
  if (found === undefined) throw noVariant('PayloadFieldSchema');
  return found;
}
