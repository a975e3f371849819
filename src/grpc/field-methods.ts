import * as wire from '../../generated/points.js';
import { createFieldIndex, deleteFieldIndex } from '../operations/fields.ts';
import { createVectorField, deleteVectorField } from '../operations/vector-fields.ts';
import { message, type Method, unary } from './method.ts';
import { createFieldIndexOf, deleteFieldIndexOf } from './parse/fields.ts';
import { createVectorFieldOf, deleteVectorFieldOf } from './parse/vector-fields.ts';
import { renderUpdate } from './render/updates.ts';

const SERVICE = '/qdrant.Points';

/** Payload indexes and vector fields of a collection that lives: methods of `Points`, whose log orders them. */
export function fieldMethods(): readonly Method[] {
  return [
    unary(
      `${SERVICE}/CreateFieldIndex`,
      message(wire.CreateFieldIndexCollection, createFieldIndexOf),
      createFieldIndex,
      renderUpdate,
    ),
    unary(
      `${SERVICE}/DeleteFieldIndex`,
      message(wire.DeleteFieldIndexCollection, deleteFieldIndexOf),
      deleteFieldIndex,
      renderUpdate,
    ),
    unary(
      `${SERVICE}/CreateVectorName`,
      message(wire.CreateVectorNameRequest, createVectorFieldOf),
      createVectorField,
      renderUpdate,
    ),
    unary(
      `${SERVICE}/DeleteVectorName`,
      message(wire.DeleteVectorNameRequest, deleteVectorFieldOf),
      deleteVectorField,
      renderUpdate,
    ),
  ];
}
