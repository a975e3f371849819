import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { badRequest } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import type { QueryBatch, QueryPoints, QueryTarget, SearchParams } from '../../core/requests.ts';
import { decodeBody, type Decoding, directList, directStruct, flattened, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { FormatError, missingField, noVariant, wrongFirstNumber, wrongType } from './format-error.ts';
import { decodeQueryKind } from './query-kinds.ts';
import { decodeScore, decodeString, decodeUsize, idOfNode } from './scalars.ts';
import { DEFAULT_SEARCH_PARAMS, decodeSearchParams } from './search-params.ts';
import { decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
import { infiniteComponent, isDense, sparseViolations, VECTOR_FEATURES, vectorKind } from './vectors.ts';
import { readOptions } from './query-text.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

const LIMIT_DEFAULT = 10;
const QUERY_FORMS = 'Expected some form of vector, id, or a type of query';

/** `POST /collections/{c}/points/query`. */
export function parseQuery(wire: Wire): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const query = decodeBody(parseTree(wire.body), (decoding, node) => decodeQueryRequest(decoding, node, 'internal'));
  return { collection, ...options, queries: [query] };
}

/** `POST /collections/{c}/points/query/batch`. */
export function parseQueryBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct QueryRequest', (decoding, node, index) =>
    decodeQueryRequest(decoding, node, `searches[${index}].internal`),
  );
}

/** `POST /collections/{c}/points/search`. */
export function parseSearch(wire: Wire): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const query = decodeBody(parseTree(wire.body), (decoding, node) =>
    decodeSearchRequest(decoding, node, 'search_request'),
  );
  return { collection, ...options, queries: [query] };
}

/** `POST /collections/{c}/points/search/batch`. */
export function parseSearchBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct SearchRequest', (decoding, node, index) =>
    decodeSearchRequest(decoding, node, `searches[${index}].search_request`),
  );
}

function parseBatch(
  wire: Wire,
  element: string,
  decodeOne: (decoding: Decoding, node: number, index: number) => QueryPoints,
): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const queries: QueryPoints[] = [];
  decodeBody(parseTree(wire.body), (decoding, root) => {
    const each = (decoding: Decoding, node: number): void =>
      void queries.push(decodeOne(decoding, node, queries.length));
    const searches = (decoding: Decoding, list: number): void => directList(decoding, list, element, { direct: each });
    const fields = { searches: { direct: searches } };
    directStruct(decoding, root, `${element}Batch`, { fields, required: ['searches'] });
  });
  return { collection, ...options, queries };
}

/** What both forms of search share; the fields are filled in the order of the text. */
class QueryFields {
  target: QueryTarget = { kind: 'scroll' };
  using = '';
  limit = LIMIT_DEFAULT;
  offset = 0;
  scoreThreshold: number | undefined = undefined;
  filter: Filter | undefined = undefined;
  params: SearchParams = DEFAULT_SEARCH_PARAMS;
  withPayload = NO_PAYLOAD;
  withVector = NO_VECTOR;

  /** Reads one of the fields that both forms have; false where it has no such name. */
  read(decoding: Decoding, key: string, node: number, path: string): boolean {
    switch (key) {
      case 'limit':
        this.limit = decodeUsize(decoding, node);
        if (this.limit === 0) decoding.violate(`${path}.limit: value 0 invalid, must be 1 or larger`);
        return true;
      case 'offset':
        this.offset = optional(decoding, node, decodeUsize) ?? 0;
        return true;
      case 'score_threshold':
        this.scoreThreshold = optional(decoding, node, decodeScore);
        return true;
      case 'params':
        this.params =
          optional(decoding, node, (decoding, node) => decodeSearchParams(decoding, node, `${path}.params`)) ??
          DEFAULT_SEARCH_PARAMS;
        return true;
      case 'with_payload':
        this.withPayload = optional(decoding, node, decodeWithPayload) ?? NO_PAYLOAD;
        return true;
      case 'with_vector':
      case 'with_vectors':
        this.withVector = optional(decoding, node, decodeWithVector) ?? NO_VECTOR;
        return true;
      case 'filter':
        this.filter = optional(decoding, node, (decoding, node) => decodeFilter(decoding, node, `${path}.filter`));
        return true;
      case 'shard_key':
        optional(decoding, node, (decoding) => decoding.refuse('shard_key'));
        return true;
      default:
        return false;
    }
  }

  finished(): QueryPoints {
    return {
      target: this.target,
      using: this.using,
      limit: this.limit,
      offset: this.offset,
      scoreThreshold: this.scoreThreshold,
      filter: this.filter,
      params: this.params,
      withPayload: this.withPayload,
      withVector: this.withVector,
    };
  }
}

function decodeQueryRequest(decoding: Decoding, node: number, path: string): QueryPoints {
  return flattened(decoding, node, 'struct QueryRequest', (decoding, object) => decodeQuery(decoding, object, path));
}

/** A query or, with the same fields, a prefetch. */
function decodeQuery(decoding: Decoding, object: number, path: string): QueryPoints {
  const { tree } = decoding;
  const fields = new QueryFields();
  let hasQuery = false;
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
      fields.target = target ?? { kind: 'scroll' };
    } else if (key === 'using') fields.using = optional(decoding, value, decodeString) ?? '';
    else if (key === 'prefetch') hasPrefetch = decodePrefetch(decoding, value, path);
    else if (key === 'lookup_from') optional(decoding, value, (decoding) => decoding.refuse('lookup_from'));
    // `null` is the default here, where search asks for a number.
    else if (key !== 'limit' || optional(decoding, value, () => true) === true) fields.read(decoding, key, value, path);
  }
  checkQuery(decoding, fields, { hasQuery, hasPrefetch });
  return fields.finished();
}

function checkQuery(
  decoding: Decoding,
  { target, scoreThreshold }: QueryFields,
  { hasQuery, hasPrefetch }: { readonly hasQuery: boolean; readonly hasPrefetch: boolean },
): void {
  if (hasQuery) {
    if (target.kind === 'order_by' && scoreThreshold !== undefined) {
      decoding.fail(badRequest("Can't use score_threshold with an order_by query."));
    }
  } else if (hasPrefetch) {
    decoding.fail(
      badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query."),
    );
  } else if (scoreThreshold !== undefined) {
    decoding.fail(
      badRequest("A query is needed to use the score_threshold. Can't have score_threshold without defining a query."),
    );
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
function decodeTarget(decoding: Decoding, node: number, path: string): QueryTarget {
  const { tree } = decoding;
  const plain = decodeVectorInput(decoding, node, `${path}.query`);
  if (plain !== undefined) return plain;
  if (tree.kindOf(node) !== JSON_OBJECT) throw new FormatError(QUERY_FORMS);
  const given = decodeQueryKind(decoding, node, `${path}.query`);
  const target = typeof given === 'number' ? decodeVectorInput(decoding, given, `${path}.query.nearest`) : given;
  if (target === undefined) throw new FormatError(QUERY_FORMS);
  return target;
}

/** A vector or an id; undefined where the node is neither. What is not served is refused. */
function decodeVectorInput(decoding: Decoding, node: number, path: string): QueryTarget | undefined {
  const { tree } = decoding;
  const kind = tree.kindOf(node);
  if (kind === JSON_FLOATS) return { kind: 'vector', vector: ownVector(decoding, node, path) };
  if (kind === JSON_NUMBER || kind === JSON_STRING) {
    const id = idOfNode(tree, node);
    return id === undefined ? undefined : { kind: 'id', id };
  }
  const vector = vectorKind(tree, node);
  if (vector === undefined) return undefined;
  if (vector === 'sparse') for (const rule of sparseViolations(tree, node)) decoding.violate(`${path}.${rule}`);
  if (vector !== 'dense') decoding.refuse(VECTOR_FEATURES[vector]);
  return { kind: 'vector', vector: new Float32Array(0) };
}

function ownVector(decoding: Decoding, node: number, path: string): Float32Array {
  const { tree } = decoding;
  const vector = tree.copyFloats(node);
  if (tree.hasInfinite) {
    const error = infiniteComponent(vector, path);
    if (error !== undefined) decoding.fail(error);
  }
  return vector;
}

/** The body of the legacy search: `vector` and `limit` are required. */
function decodeSearchRequest(decoding: Decoding, node: number, path: string): QueryPoints {
  return flattened(decoding, node, 'struct SearchRequest', (decoding, object) => {
    const { tree } = decoding;
    const fields = new QueryFields();
    let hasLimit = false;
    const end = tree.nextOf(object);
    let at = object + 1;
    while (at < end) {
      const key = tree.text(at);
      const value = at + 1;
      at = tree.nextOf(value);
      if (key === 'vector') decodeSearchVector(decoding, value, fields, path);
      else {
        if (key === 'limit' || key === 'top') hasLimit = true;
        fields.read(decoding, key === 'top' ? 'limit' : key, value, path);
      }
    }
    if (fields.target.kind === 'scroll') throw missingField('vector');
    if (!hasLimit) throw missingField('limit');
    return fields.finished();
  });
}

/** Numbers, or `{name, vector}` with numbers or a sparse vector. */
function decodeSearchVector(decoding: Decoding, node: number, fields: QueryFields, path: string): void {
  const { tree } = decoding;
  if (isDense(tree, node)) {
    fields.target = { kind: 'vector', vector: ownVector(decoding, node, `${path}.vector`) };
    return;
  }
  const named = namedVector(tree, node);
  if (named === undefined) throw noVariant('NamedVectorStruct');
  const kind = vectorKind(tree, named.vector);
  if (kind !== 'dense' && kind !== 'sparse') throw noVariant('NamedVectorStruct');
  if (kind === 'sparse') {
    for (const rule of sparseViolations(tree, named.vector)) decoding.violate(`${path}.vector.${rule}`);
    decoding.refuse(VECTOR_FEATURES.sparse);
  }
  fields.using = named.name;
  const vector = kind === 'dense' ? ownVector(decoding, named.vector, `${path}.vector.vector`) : new Float32Array(0);
  fields.target = { kind: 'vector', vector };
}

function namedVector(tree: JsonTree, node: number): { readonly name: string; readonly vector: number } | undefined {
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  let name: string | undefined;
  let vector: number | undefined;
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
    const key = tree.text(at);
    if (key === 'name' && tree.kindOf(at + 1) === JSON_STRING) name = tree.text(at + 1);
    if (key === 'vector') vector = at + 1;
  }
  return name === undefined || vector === undefined ? undefined : { name, vector };
}
