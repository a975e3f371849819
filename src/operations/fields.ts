import type { FacetHit, UpdateResult } from '../core/answers.ts';
import type { CreateFieldIndex, DeleteFieldIndex, FacetPoints } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** Indexes a field of the payloads; the same index again changes nothing, another one of the field takes its place. */
export const createFieldIndex: Operation<CreateFieldIndex, UpdateResult> = {
  name: 'create_field_index',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).createFieldIndex(context, request),
};

/** Does nothing where there is no such index. */
export const deleteFieldIndex: Operation<DeleteFieldIndex, UpdateResult> = {
  name: 'delete_field_index',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).deleteFieldIndex(context, request),
};

/** The most frequent values of an indexed field. */
export const facetPoints: Operation<FacetPoints, readonly FacetHit[]> = {
  name: 'facet_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).facet(context, request),
};
