import type { FacetHit } from '../core/answers.ts';
import { badInput } from '../core/errors.ts';
import { imposes, type MatchValue } from '../core/filter.ts';
import type { FacetPoints } from '../core/requests.ts';
import type { Facet, FacetCount } from '../filters/facet.ts';
import { facetOf } from '../filters/open-field-index.ts';
import type { Shard } from './shard.ts';

/**
 * The values that most points have, with the number of points: the most frequent first, of equal ones the lesser value.
 * The counts are exact, whether that is asked for or not. Throws bad_input without an index that counts values.
 */
export async function countValues(
  shards: readonly Shard[],
  request: FacetPoints,
  signal: AbortSignal,
): Promise<readonly FacetHit[]> {
  const { key, limit, filter } = request;
  const counted = await Promise.all(
    shards.map(async (shard): Promise<readonly FacetCount[]> => {
      await shard.fields.building([key], 'read');
      const matches = imposes(filter) ? await shard.points.match(filter, signal) : undefined;
      const facet = facetAt(shard, request);
      return shards.length === 1 ? facet.top(matches?.words, limit) : facet.counts(matches?.words);
    }),
  );
  const [only] = counted;
  if (only !== undefined && counted.length === 1) return only;
  const sums = new Map<MatchValue, number>();
  for (const { value, count } of counted.flat()) sums.set(value, (sums.get(value) ?? 0) + count);
  return Array.from(sums, ([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || compareValues(a.value, b.value))
    .slice(0, limit);
}

function facetAt(shard: Shard, { key }: FacetPoints): Facet {
  const index = shard.fields.at(key);
  const facet = index === undefined ? undefined : facetOf(index);
  if (facet !== undefined) return facet;
  throw badInput(
    `No appropriate index for faceting: \`${key.text}\`. Please create one to facet on this field. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions`,
  );
}

/** Values of one field are of one type; strings go by their bytes. */
function compareValues(a: MatchValue, b: MatchValue): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
