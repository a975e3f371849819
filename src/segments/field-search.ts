import { VectorizerError } from '../core/errors.ts';
import { type ReadOriginals, rescore, scanOriginals } from '../vectors/rescore.ts';
import { rescoreMulti } from '../vectors/multi-rescore.ts';
import type { Hits } from '../vectors/search-task.ts';
import type { FieldIndex } from './field-index.ts';
import type { FieldSearch } from './segment-field.ts';

/**
 * The nearest places of a field, best first: at most plan.k.
 * read  originals from their files: asked for where memory holds no exact scores.
 */
export async function searchField(index: FieldIndex, read: ReadOriginals, search: FieldSearch): Promise<Hits> {
  const { target, plan, filter, signal } = search;
  if (target.kind === 'examples') throw otherKind();
  const query = target.vector;
  const { k, ef, exact, indexedOnly, quantization } = plan;
  if (index.kind === 'sparse') {
    if (query.kind !== 'sparse') throw otherKind();
    const { indices, values } = query;
    return index.field.search({ indices, values, k, filter, signal });
  }
  const request = { k, ef, exact, indexedOnly, quantization, filter, signal };
  if (index.kind === 'multi') {
    if (query.kind !== 'multi') throw otherKind();
    const hits = await index.field.search({ query: query.values, ...request });
    if (!hits.approximate) return hits;
    return rescoreMulti(index.field, query.values, hits, k, (place) => read(Uint32Array.of(place)));
  }
  if (query.kind !== 'dense') throw otherKind();
  const { values } = query;
  if (exact && index.field.needsFullRead)
    return scanOriginals(index.field, { query: values, k, indexedOnly, filter, signal }, read);
  const hits = await index.field.search({ query: values, ...request });
  return hits.approximate ? rescore(index.field, values, hits, k, read) : hits;
}

function otherKind(): VectorizerError {
  return new VectorizerError('internal', 'a field was searched with a vector of another kind');
}
