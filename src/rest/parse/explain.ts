import type { PointId } from '../../core/ids.ts';
import type { ExplainQuery, QueryPoints } from '../../core/requests.ts';
import { decodeBody, flattened, optional } from './decoding.ts';
import { decodeQuery } from './query.ts';
import { checkQueries } from './query-fields.ts';
import { readOptions } from './query-text.ts';
import { decodeIds } from './scalars.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** Each is looked for in every step, on the thread of the door. */
const WHY_NOT_MAX = 1_000;

/** `POST /collections/{c}/points/query/explain`: a query, and in `why_not` ids that its answer may lack. Not in Qdrant. */
export function parseExplain(wire: Wire): ExplainQuery {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let whyNot: readonly PointId[] = [];
  const query: QueryPoints = decodeBody(parseTree(wire.body), (decoding, root) => {
    const query = flattened(decoding, root, 'struct ExplainRequest', (decoding, object) =>
      decodeQuery(decoding, object, 'internal', (key, node) => {
        if (key !== 'why_not') return false;
        whyNot = optional(decoding, node, decodeIds) ?? [];
        if (whyNot.length > WHY_NOT_MAX) decoding.violate(`internal.why_not: must be at most ${WHY_NOT_MAX} ids`);
        return true;
      }),
    );
    checkQueries(decoding, [query]);
    return query;
  });
  return { collection, ...options, query, whyNot };
}
