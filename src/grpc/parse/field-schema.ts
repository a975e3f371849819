import type * as wire from '../../../generated/collections.js';
import { FieldType as WireFieldType } from '../../../generated/points.js';
import type { FieldParams, FieldSchema, FieldType } from '../../core/payload-schema.ts';
import { invalidArgument } from '../grpc-error.ts';
import { wordOf, type Words, wordsOf } from '../wire/words.ts';
import { memoryOf } from './config-diffs.ts';
import { textParamsOf } from './text-params.ts';
import type { Violations } from './violations.ts';

const FIELD_TYPES: Words<FieldType, WireFieldType> = wordsOf({
  keyword: WireFieldType.FieldTypeKeyword,
  integer: WireFieldType.FieldTypeInteger,
  float: WireFieldType.FieldTypeFloat,
  geo: WireFieldType.FieldTypeGeo,
  text: WireFieldType.FieldTypeText,
  bool: WireFieldType.FieldTypeBool,
  datetime: WireFieldType.FieldTypeDatetime,
  uuid: WireFieldType.FieldTypeUuid,
});

/** Notes an integer index that would serve nothing. */
export function checkFieldParams(params: wire.PayloadIndexParams | undefined, violations: Violations): void {
  const given = params?.indexParams;
  if (given?.$case !== 'integerIndexParams') return;
  const { lookup, range } = given.value;
  if (lookup !== false || range !== false) return;
  violations.add(
    'field_index_params.index_params.lookup',
    "Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]",
  );
}

/** Throws INVALID_ARGUMENT where the type is missing, or the parameters are another type's. */
export function fieldSchemaOf(
  type: WireFieldType | undefined,
  params: wire.PayloadIndexParams | undefined,
): FieldSchema {
  if (type === undefined) throw invalidArgument('cannot convert field_type');
  const field = wordOf(FIELD_TYPES, type, 'field_type');
  const given = params?.indexParams;
  if (given === undefined) return { type: field, params: undefined };
  const schema = schemaOf(given);
  if (schema.type === field) return schema;
  const name = `${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
  throw invalidArgument(`field_type (${name}) and field_index_params do not match`);
}

function schemaOf(given: NonNullable<wire.PayloadIndexParams['indexParams']>): FieldSchema {
  switch (given.$case) {
    case 'keywordIndexParams': {
      const { isTenant, prefix } = given.value;
      const own = { isTenant, prefix: prefix === undefined ? undefined : true };
      return { type: 'keyword', params: { ...own, ...sharedOf(given.value) } };
    }
    case 'integerIndexParams': {
      const { lookup, range, isPrincipal } = given.value;
      return { type: 'integer', params: { lookup, range, isPrincipal, ...sharedOf(given.value) } };
    }
    case 'floatIndexParams':
      return { type: 'float', params: { isPrincipal: given.value.isPrincipal, ...sharedOf(given.value) } };
    case 'geoIndexParams':
      return { type: 'geo', params: sharedOf(given.value) };
    case 'textIndexParams':
      return { type: 'text', params: { ...sharedOf(given.value), text: textParamsOf(given.value) } };
    case 'boolIndexParams':
      return { type: 'bool', params: sharedOf(given.value) };
    case 'datetimeIndexParams':
      return { type: 'datetime', params: { isPrincipal: given.value.isPrincipal, ...sharedOf(given.value) } };
    case 'uuidIndexParams':
      return { type: 'uuid', params: { isTenant: given.value.isTenant, ...sharedOf(given.value) } };
  }
}

/** The parameters that every type has. */
function sharedOf({ onDisk, memory, enableHnsw }: wire.BoolIndexParams): FieldParams {
  return { onDisk, memory: memoryOf(memory), enableHnsw };
}
