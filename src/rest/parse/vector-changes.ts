import { JSON_ARRAY, JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { Filter } from '../../core/filter.ts';
import { badRequest } from '../../core/errors.ts';
import type { PointChange } from '../../core/requests.ts';
import { type Decoding, type DirectField, directList, directStruct, elements } from './decoding.ts';
import { filterField } from './filter.ts';
import { ChosenPoints } from './payload-changes.ts';
import { ColumnBuilder } from './point-columns.ts';
import { decodeString } from './scalars.ts';
import { SHARD_KEY } from './shard-key.ts';
import { isDense } from './vectors.ts';

/** Changes of vectors. `path`: where the change stands in the body, for broken rules; '' = it is the body. */

type UpdateChange = Extract<PointChange, { readonly kind: 'update_vectors' }>;
type DeleteChange = Extract<PointChange, { readonly kind: 'delete_vectors' }>;

export function decodeUpdateVectors(decoding: Decoding, node: number, path: string): UpdateChange {
  let builder = new ColumnBuilder(decoding, 0);
  let updateFilter: Filter | undefined;
  const points = (decoding: Decoding, list: number): void => {
    const isList = decoding.tree.kindOf(list) === JSON_ARRAY;
    const count = isList ? elements(decoding.tree, list).length : 0;
    if (isList && count === 0) decoding.violate(`${path}points: must specify points to update`);
    const columns = new ColumnBuilder(decoding, count);
    builder = columns;
    // A point's vector adds nothing to the place of its rules here.
    const placeOf = (index: number): string => `${path}points[${index}]`;
    let index = 0;
    const each = (decoding: Decoding, point: number): void => {
      decodePointVectors(decoding, point, { builder: columns, index, placeOf });
      index++;
    };
    directList(decoding, list, 'struct PointVectors', { direct: each });
  };
  const fields: Record<string, DirectField> = {
    points: { direct: points },
    shard_key: SHARD_KEY,
    update_filter: filterField(`${path}update_filter`, (filter) => (updateFilter = filter)),
  };
  directStruct(decoding, node, 'struct UpdateVectors', { fields, required: ['points'], first: 'a sequence' });
  return { kind: 'update_vectors', points: builder.finish(), updateFilter };
}

interface PointPlace {
  readonly builder: ColumnBuilder;
  readonly index: number;
  readonly placeOf: (index: number) => string;
}

function decodePointVectors(decoding: Decoding, point: number, { builder, index, placeOf }: PointPlace): void {
  const vector: DirectField = {
    buffered: (decoding, node) => {
      const { tree } = decoding;
      const isEmpty = isDense(tree, node) ? tree.kindOf(node) === JSON_ARRAY : isEmptyObject(decoding, node);
      if (isEmpty) decoding.violate(`${placeOf(index)}.vector: must specify vectors to update for point`);
      else builder.setVector(index, node, placeOf);
    },
  };
  const id: DirectField = { buffered: (_decoding, node) => builder.setId(index, node) };
  const fields = { id, vector, vectors: vector };
  directStruct(decoding, point, 'struct PointVectors', { fields, required: ['id', 'vector'] });
}

function isEmptyObject({ tree }: Decoding, node: number): boolean {
  return tree.kindOf(node) === JSON_OBJECT && tree.nextOf(node) === node + 1;
}

export function decodeDeleteVectors(decoding: Decoding, node: number, path: string): DeleteChange {
  const names = new Set<string>();
  const chosen = new ChosenPoints(path);
  const each = (decoding: Decoding, name: number): void => void names.add(decodeString(decoding, name));
  const vector: DirectField = {
    direct: (decoding, list) => directList(decoding, list, 'a string', { direct: each }),
  };
  const { points, filter, shard_key } = chosen.fields;
  const fields = { points, filter, vector, shard_key, vectors: vector };
  directStruct(decoding, node, 'struct DeleteVectors', { fields, required: ['vector'], first: 'a sequence' });
  if (names.size === 0) decoding.violate(`${path}vector: must specify vector names to delete`);
  if (chosen.ids === undefined && chosen.filter === undefined) {
    decoding.fail(badRequest('No filter or points provided'));
  }
  return { kind: 'delete_vectors', names: [...names], filter: chosen.filter, ids: chosen.ids };
}
