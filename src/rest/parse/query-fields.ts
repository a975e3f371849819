import type { Filter } from '../../core/filter.ts';
import type { LookupFrom, Query, QueryStep, SearchParams } from '../../core/query.ts';
import { DEFAULT_SEARCH_PARAMS, QUERY_LIMIT } from '../../core/query-defaults.ts';
import type { PayloadSelector, QueryBatch, QueryPoints, ShardKeys, VectorSelector } from '../../core/requests.ts';
import { decodeBody, type Decoding, directList, directStruct, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { queryFault } from '../../core/query-fault.ts';
import { FormatError } from './format-error.ts';
import { readOptions } from './query-text.ts';
import { atLeast, decodeF32, decodeUsize } from './scalars.ts';
import { decodeSearchParams } from './search-params.ts';
import { decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
import { shardKeysBeside } from './shard-key.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

type DecodeOne = (decoding: Decoding, node: number, index: number) => QueryPoints;

/** Notes what Qdrant finds wrong with the queries of a request once they are read. */
export function checkQueries(decoding: Decoding, queries: readonly QueryPoints[]): void {
  const fault = queryFault(queries);
  if (fault !== undefined) decoding.fail(fault);
}

/** A request with one query. */
export function parseSingle(wire: Wire, decodeOne: (decoding: Decoding, node: number) => QueryPoints): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const query = decodeBody(parseTree(wire.body), (decoding, root) => {
    const query = decodeOne(decoding, root);
    checkQueries(decoding, [query]);
    return query;
  });
  return { collection, ...options, queries: [query] };
}

/** A request with several queries, `element` each as serde names it. */
export function parseBatch(wire: Wire, element: string, decodeOne: DecodeOne): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const queries: QueryPoints[] = [];
  decodeBody(parseTree(wire.body), (decoding, root) => {
    const each = (decoding: Decoding, node: number): void => {
      decoding.take('queries and prefetches', 1);
      queries.push(decodeOne(decoding, node, queries.length));
    };
    const searches = (decoding: Decoding, list: number): void => directList(decoding, list, element, { direct: each });
    const fields = { searches: { direct: searches } };
    directStruct(decoding, root, `${element}Batch`, { fields, required: ['searches'], first: 'a sequence' });
    checkQueries(decoding, queries);
  });
  return { collection, ...options, queries };
}

const FIELD_BITS = {
  query: 1,
  prefetch: 2,
  using: 4,
  lookup_from: 8,
  limit: 16,
  offset: 32,
  score_threshold: 64,
  filter: 128,
  params: 256,
  with_payload: 512,
  with_vector: 1024,
  shard_key: 2048,
};

const NO_PREFETCH: readonly QueryStep[] = [];

/** What is known of a query or of a prefetch while it is read; the fields are filled in the order of the text. */
export class QueryFields {
  query: Query | undefined = undefined;
  prefetch: readonly QueryStep[] = NO_PREFETCH;
  using = '';
  lookupFrom: LookupFrom | undefined = undefined;
  limit: number = QUERY_LIMIT;
  offset = 0;
  scoreThreshold: number | undefined = undefined;
  filter: Filter | undefined = undefined;
  params: SearchParams = DEFAULT_SEARCH_PARAMS;
  withPayload: PayloadSelector = NO_PAYLOAD;
  withVector: VectorSelector = NO_VECTOR;
  shardKeys: ShardKeys = undefined;
  private met = 0;

  /** Notes a field that is there: serde takes each once, be it by its alias. */
  once(name: keyof typeof FIELD_BITS): void {
    const bit = FIELD_BITS[name];
    if ((this.met & bit) !== 0) throw new FormatError(`duplicate field \`${name}\``);
    this.met |= bit;
  }

  /** Reads one of the fields that all forms of search have, old and new; false where they have no such name. */
  read(decoding: Decoding, key: string, node: number, path: string): boolean {
    switch (key) {
      case 'offset':
        this.once('offset');
        this.offset = optional(decoding, node, decodeUsize) ?? 0;
        return true;
      case 'with_payload':
        this.once('with_payload');
        this.withPayload = optional(decoding, node, decodeWithPayload) ?? NO_PAYLOAD;
        return true;
      case 'with_vector':
      case 'with_vectors':
        this.once('with_vector');
        this.withVector = optional(decoding, node, decodeWithVector) ?? NO_VECTOR;
        return true;
      case 'shard_key':
        this.once('shard_key');
        this.shardKeys = shardKeysBeside(decoding, node);
        return true;
      default:
        return this.readShared(decoding, key, node, path);
    }
  }

  /** Those of them that a prefetch has too. */
  readShared(decoding: Decoding, key: string, node: number, path: string): boolean {
    switch (key) {
      case 'limit':
        this.once('limit');
        this.limit = atLeast(1, decodeUsize, `${path}.limit`)(decoding, node);
        return true;
      case 'score_threshold':
        this.once('score_threshold');
        this.scoreThreshold = optional(decoding, node, decodeF32);
        return true;
      case 'params':
        this.once('params');
        this.params =
          optional(decoding, node, (decoding, node) => decodeSearchParams(decoding, node, `${path}.params`)) ??
          DEFAULT_SEARCH_PARAMS;
        return true;
      case 'filter':
        this.once('filter');
        this.filter = optional(decoding, node, (decoding, node) => decodeFilter(decoding, node, `${path}.filter`));
        return true;
      default:
        return false;
    }
  }

  /** As a prefetch. */
  step(): QueryStep {
    const { query, prefetch, using, lookupFrom, limit, scoreThreshold, filter, params } = this;
    return { query, prefetch, using, lookupFrom, limit, scoreThreshold, filter, params };
  }

  finished(): QueryPoints {
    const { offset, withPayload, withVector, shardKeys } = this;
    return { ...this.step(), offset, withPayload, withVector, shardKeys };
  }
}
