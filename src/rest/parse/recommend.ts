import type { Example, Query, RecommendStrategy } from '../../core/query.ts';
import { olderRecommendFault } from '../../core/query-fault.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type Decoding, optional } from './decoding.ts';
import { decodeLegacyExamples } from './legacy-examples.ts';
import { decodePagedSearch, FieldNames, readExamplePlace } from './legacy-search.ts';
import { parseBatch, parseSingle, type QueryFields } from './query-fields.ts';
import { decodeStrategy } from './vector-queries.ts';
import type { Wire } from './wire.ts';

/** `POST /collections/{c}/points/recommend`, Qdrant's older form of a query. */
export function parseRecommend(wire: Wire): QueryBatch {
  return parseSingle(wire, (decoding, node) => decodeRecommend(decoding, node, 'recommend_request'));
}

/** `POST /collections/{c}/points/recommend/batch`. */
export function parseRecommendBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct RecommendRequest', (decoding, node, index) =>
    decodeRecommend(decoding, node, `searches[${index}].recommend_request`),
  );
}

function decodeRecommend(decoding: Decoding, node: number, path: string): QueryPoints {
  const examples = new RecommendFields();
  const shape = { expected: 'struct RecommendRequest', path };
  const fields = decodePagedSearch(decoding, node, shape, (fields) => {
    return (key, value) => examples.read(decoding, fields, { key, node: value, path });
  });
  fields.query = examples.query(decoding);
  return fields.finished();
}

interface Field {
  readonly key: string;
  readonly node: number;
  /** Of the body, for broken rules. */
  readonly path: string;
}

/** What an older recommendation has beside the fields of every search. */
export class RecommendFields {
  private readonly names = new FieldNames();
  private strategy: RecommendStrategy = 'average_vector';
  private positive: readonly Example[] = [];
  private negative: readonly Example[] = [];

  /** False where a recommendation has no such field of its own. */
  read(decoding: Decoding, fields: QueryFields, { key, node, path }: Field): boolean {
    switch (key) {
      case 'positive':
        this.names.add(key);
        this.positive = decodeLegacyExamples(decoding, node, `${path}.positive`);
        return true;
      case 'negative':
        this.names.add(key);
        this.negative = decodeLegacyExamples(decoding, node, `${path}.negative`);
        return true;
      case 'strategy':
        this.names.add(key);
        this.strategy = optional(decoding, node, decodeStrategy) ?? 'average_vector';
        return true;
      default:
        return readExamplePlace(decoding, fields, key, node);
    }
  }

  /** The recommendation, once all fields are read. */
  query(decoding: Decoding): Query {
    const { strategy, positive, negative } = this;
    const query = { kind: 'recommend', strategy, positive, negative } as const;
    const fault = olderRecommendFault(query);
    if (fault !== undefined) decoding.fail(fault);
    return query;
  }
}
