import { VectorizerError } from '../core/errors.ts';
import { rescoresByDefault, type QuantizationConfig } from '../core/quantization.ts';
import type { QuantizationParams } from '../core/quantization.ts';
import { rescore, type ReadOriginals } from '../vectors/rescore.ts';
import { rescoreMulti } from '../vectors/multi-rescore.ts';
import type { Hits } from '../vectors/search-task.ts';
import type { FieldIndex } from './field-index.ts';
import type { FieldSearch } from './segment-field.ts';

/**
 * The nearest places of a field, best first: at most plan.k.
 * read  originals from their files: asked for where memory holds no exact scores.
 */
export async function searchField(index: FieldIndex, read: ReadOriginals, search: FieldSearch): Promise<Hits> {
  const { query, plan, filter, signal } = search;
  const { k, ef, exact, indexedOnly, quantization } = plan;
  if (index.kind === 'sparse') {
    if (query.kind !== 'sparse') throw otherKind();
    const { indices, values } = query;
    return index.field.search({ indices, values, k, exact, scan: false, filter, signal });
  }
  const { spec } = index;
  if (index.kind === 'multi') {
    if (query.kind !== 'multi') throw otherKind();
    const hits = await index.field.search({
      query: query.values,
      k,
      ef,
      exact,
      indexedOnly,
      quantization,
      filter,
      signal,
    });
    return wantsRescore(hits, spec.quantization, quantization, exact)
      ? rescoreMulti(index.field, query.values, hits, k, (place) => read(Uint32Array.of(place)))
      : cut(hits, k);
  }
  if (query.kind !== 'dense') throw otherKind();
  const { values } = query;
  const hits = await index.field.search({ query: values, k, ef, exact, indexedOnly, quantization, filter, signal });
  if (!wantsRescore(hits, spec.quantization, quantization, exact)) return cut(hits, k);
  return rescore(index.field, values, hits, k, read);
}

/** Candidates with scores of codes are scored again, unless the search or the kind of quantisation says not to. */
function wantsRescore(
  hits: Hits,
  config: QuantizationConfig | null,
  { rescore, ignore }: QuantizationParams,
  exact: boolean,
): boolean {
  if (!hits.approximate) return false;
  // Without quantisation the codes are our own affair: what is shown is what the vectors themselves give.
  return exact || ignore || config === null || (rescore ?? rescoresByDefault(config));
}

function cut(hits: Hits, k: number): Hits {
  return hits.rows.length <= k ? hits : { ...hits, rows: hits.rows.subarray(0, k), scores: hits.scores.subarray(0, k) };
}

function otherKind(): VectorizerError {
  return new VectorizerError('internal', 'a field was searched with a vector of another kind');
}
