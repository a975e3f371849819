import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { LookupFrom, QueryStep } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type Decoding, eachField, flattened, isNull, optional } from './decoding.ts';
import { FormatError, missingField, wrongFirstNumber, wrongType } from './format-error.ts';
import { parseBatch, parseSingle, QueryFields } from './query-fields.ts';
import { decodeQueryForm } from './query-kinds.ts';
import { decodeString } from './scalars.ts';
import { decodeShardKeys, refuseShardKeys } from './shard-key.ts';
import { structFields } from './struct-fields.ts';
import type { Wire } from './wire.ts';

/** `POST /collections/{c}/points/query`. */
export function parseQuery(wire: Wire): QueryBatch {
  return parseSingle(wire, (decoding, node) => decodeQueryRequest(decoding, node, 'internal'));
}

/** `POST /collections/{c}/points/query/batch`. */
export function parseQueryBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct QueryRequest', (decoding, node, index) =>
    decodeQueryRequest(decoding, node, `searches[${index}].internal`),
  );
}

function decodeQueryRequest(decoding: Decoding, node: number, path: string): QueryPoints {
  return flattened(decoding, node, 'struct QueryRequest', (decoding, object) =>
    decodeQuery(decoding, object, path, nothingElse),
  );
}

/** Reads a field that a query does not have, or has in another sense; false where it is not one of these. */
export type ReadOther = (key: string, node: number) => boolean;

const nothingElse: ReadOther = () => false;

/**
 * The fields of a query body, of an object that is whole. What Qdrant finds wrong with a query as a whole is not looked
 * for here: `checkQueries` does that.
 *
 * path   where Qdrant's validation finds the fields: `internal`.
 * other  is asked first.
 */
export function decodeQuery(decoding: Decoding, object: number, path: string, other: ReadOther): QueryPoints {
  const fields = new QueryFields();
  eachField(decoding.tree, object, (key, value) => {
    if (!other(key, value) && !readStepField(decoding, fields, { key, value, path })) {
      fields.read(decoding, key, value, path);
    }
  });
  return fields.finished();
}

interface GivenField {
  readonly key: string;
  readonly value: number;
  readonly path: string;
}

/** Reads what a query and a prefetch have in common; false where they have no such field. */
function readStepField(decoding: Decoding, fields: QueryFields, { key, value, path }: GivenField): boolean {
  switch (key) {
    case 'query':
      fields.once('query');
      fields.query = isNull(decoding.tree, value) ? undefined : decodeQueryForm(decoding, value, `${path}.query`);
      return true;
    case 'prefetch':
      fields.once('prefetch');
      fields.prefetch = decodePrefetches(decoding, value, path);
      return true;
    case 'using':
      fields.once('using');
      fields.using = optional(decoding, value, decodeString) ?? '';
      return true;
    case 'lookup_from':
      fields.once('lookup_from');
      fields.lookupFrom = optional(decoding, value, decodeLookupFrom);
      return true;
    case 'limit':
      // `null` is the default here, where the older forms ask for a number.
      return isNull(decoding.tree, value) || fields.readShared(decoding, key, value, path);
    default:
      return fields.readShared(decoding, key, value, path);
  }
}

const NO_PREFETCHES: readonly QueryStep[] = [];

/** A list of prefetches, one alone, or null. Recursive: no JSON that is read is deeper than 127 levels. */
function decodePrefetches(decoding: Decoding, node: number, path: string): readonly QueryStep[] {
  const { tree } = decoding;
  if (isNull(tree, node)) return NO_PREFETCHES;
  if (tree.kindOf(node) === JSON_OBJECT) return [decodePrefetch(decoding, node, `${path}.prefetch[0]`)];
  if (tree.kindOf(node) === JSON_FLOATS) throw wrongFirstNumber(tree, node, 'struct Prefetch');
  if (tree.kindOf(node) !== JSON_ARRAY) throw new FormatError('Expected a single prefetch or a list of prefetches');
  const steps: QueryStep[] = [];
  const end = tree.nextOf(node);
  for (let at = node + 1; at < end; at = tree.nextOf(at)) {
    if (tree.kindOf(at) !== JSON_OBJECT) throw wrongType(tree, at, 'struct Prefetch');
    steps.push(decodePrefetch(decoding, at, `${path}.prefetch[${steps.length}]`));
  }
  return steps;
}

function decodePrefetch(decoding: Decoding, object: number, path: string): QueryStep {
  decoding.take('queries and prefetches', 1);
  const fields = new QueryFields();
  eachField(decoding.tree, object, (key, value) => readStepField(decoding, fields, { key, value, path }));
  return fields.step();
}

/** Where the vectors of ids are looked up instead. */
export function decodeLookupFrom(decoding: Decoding, node: number): LookupFrom {
  const { tree } = decoding;
  const fields = structFields(tree, node, 'struct LookupLocation', 3);
  const collection = fields.get('collection');
  const vector = fields.get('vector');
  const shardKey = fields.get('shard_key');
  if (collection === undefined) throw missingField('collection');
  refuseShardKeys(decoding, optional(decoding, shardKey, decodeShardKeys), 'read');
  return {
    collection: decodeString(decoding, collection),
    vector: optional(decoding, vector, decodeString),
  };
}
