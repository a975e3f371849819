import { JSON_ARRAY, JSON_FLOATS, JSON_NUMBER, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { badInput, badRequest } from '../../core/errors.ts';
import type { Example, LookupFrom, Query } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type Decoding, flattened, optional } from './decoding.ts';
import { FormatError, missingField, wrongFirstNumber, wrongType } from './format-error.ts';
import { parseBatch, parseSingle, QueryFields } from './query-fields.ts';
import { decodeQueryKind, type RefusedTarget } from './query-kinds.ts';
import { decodeString, idOfNode } from './scalars.ts';
import { structFields } from './struct-fields.ts';
import { ownVector } from './vector-values.ts';
import { decodeInference, vectorKind, vectorViolations } from './vectors.ts';
import type { Wire } from './wire.ts';

const QUERY_FORMS = 'Expected some form of vector, id, or a type of query';

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
  return flattened(decoding, node, 'struct QueryRequest', (decoding, object) => decodeQuery(decoding, object, path));
}

/** A query or, with the same fields, a prefetch. */
function decodeQuery(decoding: Decoding, object: number, path: string): QueryPoints {
  const { tree } = decoding;
  const fields = new QueryFields();
  let hasQuery = false;
  let refused: string | undefined;
  let hasPrefetch = false;
  const end = tree.nextOf(object);
  let at = object + 1;
  while (at < end) {
    const key = tree.text(at);
    const value = at + 1;
    at = tree.nextOf(value);
    if (key === 'query') {
      const target = optional(decoding, value, (decoding, value) => decodeTarget(decoding, value, path));
      hasQuery = target !== undefined;
      refused = target?.kind === 'refused' ? target.query : undefined;
      fields.query = target === undefined || target.kind === 'refused' ? undefined : target;
    } else if (key === 'using') fields.using = optional(decoding, value, decodeString) ?? '';
    else if (key === 'prefetch') hasPrefetch = decodePrefetch(decoding, value, path);
    else if (key === 'lookup_from') fields.lookupFrom = optional(decoding, value, decodeLookupFrom);
    // `null` is the default here, where search asks for a number.
    else if (key !== 'limit' || optional(decoding, value, () => true) === true) fields.read(decoding, key, value, path);
  }
  checkQuery(decoding, fields, { hasQuery, hasPrefetch, refused });
  return fields.finished();
}

interface Given {
  readonly hasQuery: boolean;
  readonly hasPrefetch: boolean;
  /** The key of a query that is not served yet. */
  readonly refused: string | undefined;
}

const WITHOUT_QUERY: Readonly<Record<'prefetch' | 'threshold', string>> = {
  prefetch: "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
  threshold: "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
};

/** Queries that make something of other queries' results. */
const OF_PREFETCHES: Readonly<Record<string, string>> = { fusion: 'Fusion', rrf: 'Fusion', formula: 'Formula' };

/** What Qdrant finds once a query is read. */
function checkQuery(
  decoding: Decoding,
  { query, scoreThreshold, using }: QueryFields,
  { hasQuery, hasPrefetch, refused }: Given,
): void {
  const combining = refused === undefined ? undefined : OF_PREFETCHES[refused];
  if (!hasQuery) {
    if (hasPrefetch) decoding.fail(badRequest(WITHOUT_QUERY.prefetch));
    else if (scoreThreshold !== undefined) decoding.fail(badRequest(WITHOUT_QUERY.threshold));
  } else if (combining === 'Fusion' && using !== '') {
    decoding.fail(badRequest("Fusion queries cannot be combined with the 'using' field."));
  } else if (combining !== undefined && !hasPrefetch) {
    decoding.fail(badInput(`Validation failed: cannot apply ${combining} without prefetches`));
  } else if (query?.kind === 'order_by' && scoreThreshold !== undefined) {
    decoding.fail(badRequest("Can't use score_threshold with an order_by query."));
  }
}

function decodePrefetch(decoding: Decoding, node: number, path: string): boolean {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_OBJECT) {
    decodeQuery(decoding, node, `${path}.prefetch[0]`);
  } else if (tree.kindOf(node) === JSON_ARRAY) {
    let index = 0;
    for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at)) {
      if (tree.kindOf(at) !== JSON_OBJECT) throw wrongType(tree, at, 'struct Prefetch');
      decodeQuery(decoding, at, `${path}.prefetch[${index++}]`);
    }
    if (index === 0) return false;
  } else {
    if (tree.kindOf(node) === JSON_FLOATS) throw wrongFirstNumber(tree, node, 'struct Prefetch');
    if (optional(decoding, node, () => true) === undefined) return false;
    throw new FormatError('Expected a single prefetch or a list of prefetches');
  }
  decoding.refuse('prefetch');
  return true;
}

/** The `query` field: a vector, an id, or an object that names the kind of query. */
function decodeTarget(decoding: Decoding, node: number, path: string): Query | RefusedTarget {
  const { tree } = decoding;
  const plain = decodeVectorInput(decoding, node, `${path}.query`);
  if (plain !== undefined) return nearest(plain);
  if (tree.kindOf(node) !== JSON_OBJECT) throw new FormatError(QUERY_FORMS);
  const given = decodeQueryKind(decoding, node, `${path}.query`);
  if (given === undefined) throw new FormatError(QUERY_FORMS);
  if (typeof given !== 'number') return given;
  const example = decodeVectorInput(decoding, given, `${path}.query.nearest`);
  if (example === undefined) throw new FormatError(QUERY_FORMS);
  return nearest(example);
}

function nearest(example: Example): Query {
  return { kind: 'nearest', example, mmr: undefined };
}

/** A vector, an id or something to embed; undefined where the node is none of these. */
function decodeVectorInput(decoding: Decoding, node: number, path: string): Example | undefined {
  const { tree } = decoding;
  const kind = tree.kindOf(node);
  if (kind === JSON_NUMBER || kind === JSON_STRING) {
    const id = idOfNode(tree, node);
    return id === undefined ? undefined : { kind: 'id', id };
  }
  const given = vectorKind(tree, node);
  if (given === undefined) return undefined;
  for (const rule of vectorViolations(tree, node, given)) decoding.violate(`${path}.${rule}`);
  if (given !== 'inference') return { kind: 'vector', vector: ownVector(decoding, node, given, path) };
  const object = decodeInference(tree, node);
  return object === undefined ? undefined : { kind: 'inference', object };
}

/** Where the vectors of ids are looked up instead. */
function decodeLookupFrom(decoding: Decoding, node: number): LookupFrom {
  const { tree } = decoding;
  const fields = structFields(tree, node, 'struct LookupLocation', 3);
  const collection = fields.get('collection');
  const vector = fields.get('vector');
  const shardKey = fields.get('shard_key');
  if (collection === undefined) throw missingField('collection');
  if (shardKey !== undefined) optional(decoding, shardKey, (decoding) => decoding.refuse('shard_key'));
  return {
    collection: decodeString(decoding, collection),
    vector: vector === undefined ? undefined : optional(decoding, vector, decodeString),
  };
}
