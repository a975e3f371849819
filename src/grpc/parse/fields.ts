import type * as wire from '../../../generated/points.js';
import type { CreateFieldIndex, DeleteFieldIndex } from '../../core/requests.ts';
import { checkFieldParams, fieldSchemaOf } from './field-schema.ts';
import { jsonPathOf } from './paths.ts';
import { Violations } from './violations.ts';
import { writeOptionsOf } from './write-options.ts';

/** Throws INVALID_ARGUMENT for a broken rule, a field that is no path, and a type that is missing. */
export function createFieldIndexOf(message: wire.CreateFieldIndexCollection): CreateFieldIndex {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  violations.notEmpty('field_name', message.fieldName);
  checkFieldParams(message.fieldIndexParams, violations);
  violations.finish();
  const schema = fieldSchemaOf(message.fieldType, message.fieldIndexParams);
  return { collection, ...writeOptionsOf(message), path: jsonPathOf(message.fieldName), schema };
}

/** Throws INVALID_ARGUMENT for a broken rule and a field that is no path. */
export function deleteFieldIndexOf(message: wire.DeleteFieldIndexCollection): DeleteFieldIndex {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  violations.notEmpty('field_name', message.fieldName);
  violations.finish();
  return { collection, ...writeOptionsOf(message), path: jsonPathOf(message.fieldName) };
}
