import type { UpdateResult } from '../core/answers.ts';
import type { CreateVectorField, DeleteVectorField } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** Adds a vector field to a collection that lives; the very same field again changes nothing. */
export const createVectorField: Operation<CreateVectorField, UpdateResult> = {
  name: 'create_vector_name',
  access: 'write',
  run: (house, _context, request) => house.database.createVectorField(request),
};

/** Takes a vector field and its data away; does nothing where there is none of that name. */
export const deleteVectorField: Operation<DeleteVectorField, UpdateResult> = {
  name: 'delete_vector_name',
  access: 'write',
  run: (house, _context, request) => house.database.deleteVectorField(request),
};
