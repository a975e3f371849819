import { JSON_ARRAY, JSON_FLOATS, JSON_NULL, JSON_OBJECT, JsonTree } from '../../base/json/json-tree.ts';
import { parseJson } from '../../base/json/parse-json.ts';
import type { PointColumns, UpsertPoints } from '../../core/requests.ts';
import { decodeBody, type Decoding, eachField, elements, isNull, optional, requireWhole } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { FormatError, missingField, noVariant, unknownVariant, wrongFirstNumber, wrongType } from './format-error.ts';
import { ColumnBuilder } from './point-columns.ts';
import { writeOptions } from './query-text.ts';
import { decodeIds, decodeString } from './scalars.ts';
import { isDense, vectorKind } from './vectors.ts';
import { readCollection, type Wire } from './wire.ts';

const RAW_KEYS = { value: 'payload', elements: 'payloads' };
const UPDATE_MODES = ['upsert', 'insert_only', 'update_only'];
const SCRATCH_FLOATS_MAX = 1 << 20;

/** `PUT /collections/{c}/points`. */
export function parseUpsert(wire: Wire): UpsertPoints | Promise<UpsertPoints> {
  const collection = readCollection(wire);
  const options = writeOptions(wire.query);
  const points = wire.parsePoints(wire.body);
  if (points instanceof Promise) return points.then((points) => ({ collection, ...options, points }));
  return { collection, ...options, points };
}

// Nothing of the tree outlives parsePointColumns.
const scratch = new JsonTree();

/**
 * The points of an upsert's body, in arrays of their own. The same on every thread.
 *
 * Qdrant reads this body into a JSON value first and decides by its keys; so syntax errors have a position and all
 * others have none.
 */
export function parsePointColumns(body: Buffer): PointColumns {
  if (scratch.floats.length > SCRATCH_FLOATS_MAX) scratch.floats = new Float32Array(2048);
  parseJson(scratch, body, RAW_KEYS);
  return decodeBody(scratch, decodeUpsert);
}

function decodeUpsert(decoding: Decoding, root: number): PointColumns {
  const { tree } = decoding;
  requireWhole(tree, root);
  const fields = new Map<string, number>();
  if (tree.kindOf(root) === JSON_OBJECT) eachField(tree, root, (key, node) => fields.set(key, node));
  const batch = fields.get('batch');
  const points = fields.get('points');
  let columns: PointColumns;
  if (batch !== undefined) columns = decodeBatch(decoding, batch);
  else if (points !== undefined) columns = decodePoints(decoding, points);
  else throw new FormatError('Invalid PointInsertOperations format');
  checkUpsertOptions(decoding, fields);
  return columns;
}

function checkUpsertOptions(decoding: Decoding, fields: ReadonlyMap<string, number>): void {
  const { tree } = decoding;
  const shardKey = fields.get('shard_key');
  const filter = fields.get('update_filter');
  const mode = fields.get('update_mode');
  if (shardKey !== undefined && !isNull(tree, shardKey)) decoding.refuse('shard_key');
  if (filter !== undefined) {
    optional(decoding, filter, (decoding, node) => decodeFilter(decoding, node, 'update_filter'));
  }
  const name = mode === undefined ? undefined : optional(decoding, mode, decodeString);
  if (name !== undefined && !UPDATE_MODES.includes(name)) throw unknownVariant(name, UPDATE_MODES);
  if (name !== undefined && name !== 'upsert') decoding.refuse(`update_mode ${name}`);
}

function decodePoints(decoding: Decoding, list: number): PointColumns {
  const { tree } = decoding;
  const nodes = listOf(decoding, list, 'struct PointStruct');
  const builder = new ColumnBuilder(decoding, nodes.length);
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
          builder.setVector(index, at + 1, `points[${index}].vector`);
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

function decodeBatch(decoding: Decoding, batch: number): PointColumns {
  const { tree } = decoding;
  if (tree.kindOf(batch) !== JSON_OBJECT) throw wrongType(tree, batch, 'struct Batch');
  const fields = new Map<string, number>();
  eachField(tree, batch, (key, node) => fields.set(key, node));
  const ids = fields.get('ids');
  const vectors = fields.get('vectors');
  const payloads = fields.get('payloads');
  if (ids === undefined) throw missingField('ids');
  const idCount = decodeIds(decoding, ids).length;
  if (vectors === undefined) throw missingField('vectors');
  const builder = new ColumnBuilder(decoding, idCount);
  builder.setIds(ids);
  const vectorCounts = setBatchVectors(decoding, builder, vectors, idCount);
  for (const count of vectorCounts) {
    if (count !== idCount) {
      decoding.violate(`batch.batch: number of ids and vectors must be equal (${idCount} != ${count})`);
      break;
    }
  }
  if (payloads !== undefined && tree.kindOf(payloads) !== JSON_NULL) {
    const nodes = listOf(decoding, payloads, 'a map');
    nodes.forEach((node, index) => {
      if (index < idCount) builder.setPayload(index, node);
    });
    if (nodes.length !== idCount) {
      decoding.violate(`batch.batch: number of ids and payloads must be equal (${idCount} != ${nodes.length})`);
    }
  }
  return builder.finish();
}

/** Sets the vectors of a batch and returns how many each name has. */
function setBatchVectors(decoding: Decoding, builder: ColumnBuilder, node: number, idCount: number): number[] {
  const { tree } = decoding;
  const put = (list: number, name: string): number => {
    if (tree.kindOf(list) !== JSON_ARRAY) throw noVariant('BatchVectorStruct');
    const rows = elements(tree, list);
    rows.forEach((row, index) => {
      const kind = vectorKind(tree, row);
      // Without a name there are dense vectors, multivectors and documents; sparse ones need a name.
      if (kind === undefined || (kind === 'sparse' && name === '')) throw noVariant('BatchVectorStruct');
      if (kind === 'dense' && isDense(tree, row) && tree.kindOf(row) !== JSON_FLOATS) {
        decoding.violate('batch.batch.vectors: dense vector must not be empty');
      } else if (index < idCount) builder.setOne(index, name, row, `batch.vectors[${index}]`);
    });
    return rows.length;
  };
  if (tree.kindOf(node) !== JSON_OBJECT) return [put(node, '')];
  const counts: number[] = [];
  eachField(tree, node, (name, list) => counts.push(put(list, name)));
  return counts;
}
