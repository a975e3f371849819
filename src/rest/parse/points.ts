import { JSON_ARRAY, JSON_FLOATS, JSON_NULL, JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { Filter } from '../../core/filter.ts';
import type { PointChange, PointColumns, UpdateMode } from '../../core/requests.ts';
import type { InferenceObject } from '../../core/vectors.ts';
import { WireError } from '../wire-error.ts';
import { type Decoding, eachField, elements, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { FormatError, missingField, noVariant, unknownVariant, wrongFirstNumber, wrongType } from './format-error.ts';
import { ColumnBuilder } from './point-columns.ts';
import { decodeIds, decodeString } from './scalars.ts';
import { decodeShardKeys, refuseShardKeys } from './shard-key.ts';
import { fieldsOf } from './struct-fields.ts';
import { decodeInference, isDense, vectorKind } from './vectors.ts';

const UPDATE_MODES = ['upsert', 'insert_only', 'update_only'] as const satisfies readonly UpdateMode[];

type UpsertChange = Extract<PointChange, { readonly kind: 'upsert' }>;

/**
 * `PointInsertOperations`: `{points: […]}` or `{batch: {…}}`. Qdrant reads it into a JSON value first and decides by its
 * keys; so nothing that is wrong in it has a position.
 * path  where it stands in the body, for broken rules; '' = it is the body.
 */
export function decodeUpsert(decoding: Decoding, node: number, path: string): UpsertChange {
  const { tree } = decoding;
  const fields = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node) : NO_FIELDS;
  const batch = fields.get('batch');
  const list = fields.get('points');
  let points: PointColumns;
  if (batch !== undefined) points = decodeBatch(decoding, batch, path);
  else if (list !== undefined) points = decodePoints(decoding, list, path);
  else throw new FormatError('Invalid PointInsertOperations format');
  return { kind: 'upsert', points, ...decodeConditions(decoding, fields, path) };
}

const NO_FIELDS: ReadonlyMap<string, number> = new Map();

function decodeConditions(
  decoding: Decoding,
  fields: ReadonlyMap<string, number>,
  path: string,
): Pick<UpsertChange, 'mode' | 'updateFilter'> {
  refuseShardKeys(decoding, optional(decoding, fields.get('shard_key'), decodeShardKeys), 'write');
  const toFilter = (decoding: Decoding, node: number): Filter => decodeFilter(decoding, node, `${path}update_filter`);
  return {
    updateFilter: optional(decoding, fields.get('update_filter'), toFilter),
    mode: optional(decoding, fields.get('update_mode'), decodeMode) ?? 'upsert',
  };
}

function decodeMode(decoding: Decoding, node: number): UpdateMode {
  const name = decodeString(decoding, node);
  const mode = UPDATE_MODES.find((known) => known === name);
  if (mode === undefined) throw unknownVariant(name, UPDATE_MODES);
  return mode;
}

function decodePoints(decoding: Decoding, list: number, path: string): PointColumns {
  const { tree } = decoding;
  const nodes = listOf(decoding, list, 'struct PointStruct');
  const builder = new ColumnBuilder(decoding, nodes.length);
  const placeOf = (index: number): string => `${path}points[${index}].vector`;
  nodes.forEach((node, index) => {
    if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct PointStruct');
    let hasId = false;
    let hasVector = false;
    const end = tree.nextOf(node);
    for (let at = node + 1; at < end; at = tree.nextOf(at + 1)) {
      switch (tree.text(at)) {
        case 'id':
          builder.setId(index, at + 1);
          hasId = true;
          break;
        case 'vector':
        case 'vectors':
          builder.setVector(index, at + 1, placeOf);
          hasVector = true;
          break;
        case 'payload':
          builder.setPayload(index, at + 1);
          break;
        default:
      }
    }
    if (!hasId) throw missingField('id');
    if (!hasVector) throw missingField('vector');
  });
  return builder.finish();
}

/** The elements of a list whose elements must be objects. */
function listOf({ tree }: Decoding, list: number, expected: string): number[] {
  const kind = tree.kindOf(list);
  if (kind === JSON_FLOATS) throw wrongFirstNumber(tree, list, expected);
  if (kind !== JSON_ARRAY) throw wrongType(tree, list, 'a sequence');
  return elements(tree, list);
}

function decodeBatch(decoding: Decoding, batch: number, path: string): PointColumns {
  const { tree } = decoding;
  if (tree.kindOf(batch) !== JSON_OBJECT) throw wrongType(tree, batch, 'struct Batch');
  const fields = fieldsOf(tree, batch);
  const ids = fields.get('ids');
  const vectors = fields.get('vectors');
  const payloads = fields.get('payloads');
  if (ids === undefined) throw missingField('ids');
  const idCount = decodeIds(decoding, ids).length;
  if (vectors === undefined) throw missingField('vectors');
  const builder = new ColumnBuilder(decoding, idCount);
  builder.setIds(ids);
  const vectorCounts = setBatchVectors(decoding, builder, vectors, { idCount, path });
  for (const count of vectorCounts) {
    if (count !== idCount) {
      decoding.violate(`${path}batch.batch: number of ids and vectors must be equal (${idCount} != ${count})`);
      break;
    }
  }
  if (payloads !== undefined && tree.kindOf(payloads) !== JSON_NULL) {
    const nodes = listOf(decoding, payloads, 'a map');
    nodes.forEach((node, index) => {
      if (index < idCount) builder.setPayload(index, node);
    });
    if (nodes.length !== idCount) {
      decoding.violate(`${path}batch.batch: number of ids and payloads must be equal (${idCount} != ${nodes.length})`);
    }
  }
  return builder.finish();
}

/** Sets the vectors of a batch and returns how many each name has. */
function setBatchVectors(
  decoding: Decoding,
  builder: ColumnBuilder,
  node: number,
  { idCount, path }: { readonly idCount: number; readonly path: string },
): number[] {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return [setUnnamedBatch(decoding, builder, node, { idCount, path })];
  const placeOf = (): string => `${path}batch.vectors.?`;
  const counts: number[] = [];
  eachField(tree, node, (name, list) => {
    if (tree.kindOf(list) !== JSON_ARRAY) throw noVariant('BatchVectorStruct');
    const rows = elements(tree, list);
    rows.forEach((row, index) => {
      if (vectorKind(tree, row) === undefined) throw noVariant('BatchVectorStruct');
      if (index < idCount) builder.setNamedVector(index, name, row, placeOf);
    });
    counts.push(rows.length);
  });
  return counts;
}

/** A list for the vector without a name: all dense, or all multivectors. Sparse ones need a name, and so do models. */
function setUnnamedBatch(
  decoding: Decoding,
  builder: ColumnBuilder,
  list: number,
  { idCount, path }: { readonly idCount: number; readonly path: string },
): number {
  const { tree } = decoding;
  if (tree.kindOf(list) !== JSON_ARRAY) throw noVariant('BatchVectorStruct');
  const rows = elements(tree, list);
  const isEmpty = (row: number): boolean => isDense(tree, row) && tree.kindOf(row) !== JSON_FLOATS;
  const kinds = new Set(rows.map((row) => (isEmpty(row) ? 'empty' : vectorKind(tree, row))));
  const isMulti = kinds.has('multi');
  kinds.delete('empty');
  if (kinds.has(undefined) || kinds.has('sparse') || kinds.size > 1) throw noVariant('BatchVectorStruct');
  if (kinds.has('inference')) {
    decoding.fail(new WireError(400, directInference(decodeInference(tree, rows[0] ?? 0)?.kind ?? 'text')));
    return idCount;
  }
  const placeOf = (): string => `${path}batch.vectors`;
  rows.forEach((row, index) => {
    if (isEmpty(row)) {
      const rule = isMulti
        ? 'batch.vectors.data: multi vector must not be empty'
        : 'batch.batch.vectors: dense vector must not be empty';
      decoding.violate(path + rule);
    } else if (index < idCount) builder.setNamedVector(index, '', row, placeOf);
  });
  return rows.length;
}

function directInference(kind: InferenceObject['kind']): string {
  const name = { text: 'Document', image: 'Image', object: 'Object' }[kind];
  return `Direct ${name} processing is not supported in top-level batch vectors. Use named vectors.`;
}
