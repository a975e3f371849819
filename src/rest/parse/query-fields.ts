import type { Filter } from '../../core/filter.ts';
import type { LookupFrom, Query, SearchParams } from '../../core/query.ts';
import type { PayloadSelector, QueryBatch, QueryPoints, VectorSelector } from '../../core/requests.ts';
import { decodeBody, type Decoding, directList, directStruct, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { readOptions } from './query-text.ts';
import { decodeScore, decodeUsize } from './scalars.ts';
import { DEFAULT_SEARCH_PARAMS, decodeSearchParams } from './search-params.ts';
import { decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

const LIMIT_DEFAULT = 10;

type DecodeOne = (decoding: Decoding, node: number, index: number) => QueryPoints;

/** A request with one query. */
export function parseSingle(wire: Wire, decodeOne: (decoding: Decoding, node: number) => QueryPoints): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  return { collection, ...options, queries: [decodeBody(parseTree(wire.body), decodeOne)] };
}

/** A request with several queries, `element` each as serde names it. */
export function parseBatch(wire: Wire, element: string, decodeOne: DecodeOne): QueryBatch {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const queries: QueryPoints[] = [];
  decodeBody(parseTree(wire.body), (decoding, root) => {
    const each = (decoding: Decoding, node: number): void =>
      void queries.push(decodeOne(decoding, node, queries.length));
    const searches = (decoding: Decoding, list: number): void => directList(decoding, list, element, { direct: each });
    const fields = { searches: { direct: searches } };
    directStruct(decoding, root, `${element}Batch`, { fields, required: ['searches'], first: 'a sequence' });
  });
  return { collection, ...options, queries };
}

/** What both forms of search share; the fields are filled in the order of the text. */
export class QueryFields {
  query: Query | undefined = undefined;
  using = '';
  lookupFrom: LookupFrom | undefined = undefined;
  limit: number = LIMIT_DEFAULT;
  offset = 0;
  scoreThreshold: number | undefined = undefined;
  filter: Filter | undefined = undefined;
  params: SearchParams = DEFAULT_SEARCH_PARAMS;
  withPayload: PayloadSelector = NO_PAYLOAD;
  withVector: VectorSelector = NO_VECTOR;

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
      query: this.query,
      prefetch: [],
      using: this.using,
      lookupFrom: this.lookupFrom,
      limit: this.limit,
      offset: this.offset,
      scoreThreshold: this.scoreThreshold,
      filter: this.filter,
      params: this.params,
      withPayload: this.withPayload,
      withVector: this.withVector,
      shardKeys: undefined,
    };
  }
}
