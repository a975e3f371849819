import type { ExampleScoring } from '../core/example-scoring.ts';
import { VectorizerError } from '../core/errors.ts';
import type { SearchReport } from '../core/plan.ts';
import type { Vector } from '../core/vectors.ts';
import { nearestVector } from '../vectors/combined-example.ts';
import { type ReadOriginals, rescore, scanOriginals } from '../vectors/rescore.ts';
import { rescoreMulti, rescoreMultiExamples } from '../vectors/multi-rescore.ts';
import type { Hits } from '../vectors/search-task.ts';
import type { SparseExample } from '../vectors/sparse-example-task.ts';
import type { FieldIndex } from './field-index.ts';
import type { FieldSearch } from './segment-field.ts';

/**
 * The best places of a field, best first: at most plan.k.
 * read  originals from their files: asked for where memory holds no exact scores.
 */
export async function searchField(index: FieldIndex, read: ReadOriginals, search: FieldSearch): Promise<Hits> {
  const { target } = search;
  return target.kind === 'nearest'
    ? searchNearest(index, read, search, target.vector)
    : searchExamples(index, read, search, target.examples, target.scoring);
}

async function searchNearest(
  index: FieldIndex,
  read: ReadOriginals,
  search: FieldSearch,
  query: Vector,
): Promise<Hits> {
  const { plan, filter, signal, report } = search;
  const { k, ef, exact, indexedOnly, quantization } = plan;
  if (index.kind === 'sparse') {
    report?.({ way: 'postings', scanned: 0, ef: undefined });
    if (query.kind !== 'sparse') throw otherKind();
    const { indices, values } = query;
    return index.field.search({ indices, values, k, filter, signal });
  }
  const request = { k, ef, exact, indexedOnly, quantization, filter, signal, report };
  if (index.kind === 'multi') {
    if (query.kind !== 'multi') throw otherKind();
    const hits = await index.field.search({ query: query.values, ...request });
    if (!hits.approximate) return hits;
    return rescoreMulti(index.field, query.values, hits, k, placeReader(read, signal));
  }
  if (query.kind !== 'dense') throw otherKind();
  const { values } = query;
  if (exact && index.field.needsFullRead) {
    report?.(everything(search, index.field.liveCount));
    return scanOriginals(index.field, { query: values, k, indexedOnly, filter, signal }, read);
  }
  const hits = await index.field.search({ query: values, ...request });
  return hits.approximate ? rescore(index.field, values, hits, k, read) : hits;
}

async function searchExamples(
  index: FieldIndex,
  read: ReadOriginals,
  search: FieldSearch,
  examples: readonly Vector[],
  scoring: ExampleScoring,
): Promise<Hits> {
  const { plan, filter, signal, report } = search;
  const { k, ef, exact, indexedOnly, quantization } = plan;
  if (index.kind === 'sparse') {
    report?.({ way: 'scan', scanned: filter?.admitted ?? index.field.liveCount, ef: undefined });
    return index.field.searchExamples({ examples: examples.map(sparseOf), scoring, k, filter, signal });
  }
  const request = { k, ef, exact, indexedOnly, quantization, filter, signal, report };
  if (index.kind === 'multi') {
    const set = { examples: examples.map(multiOf), scoring };
    const hits = await index.field.searchExamples({ ...set, ...request });
    if (!hits.approximate) return hits;
    return rescoreMultiExamples(index.field, set, hits, k, placeReader(read, signal));
  }
  const vectors = examples.map(denseOf);
  const combined = nearestVector(index.field.options, vectors, scoring);
  if (combined !== undefined) return searchNearest(index, read, search, { kind: 'dense', values: combined });
  const set = { vectors, scoring };
  if (exact && index.field.needsFullRead) {
    report?.(everything(search, index.field.liveCount));
    return scanOriginals(index.field, { query: set, k, indexedOnly, filter, signal }, read);
  }
  const hits = await index.field.searchExamples({ examples: set, ...request });
  return hits.approximate ? rescore(index.field, set, hits, k, read) : hits;
}

function everything({ filter }: FieldSearch, liveCount: number): SearchReport {
  return { way: 'scan', scanned: filter?.admitted ?? liveCount, ef: undefined };
}

/** Reads place by place, and throws timeout instead where nobody waits any more. */
function placeReader(read: ReadOriginals, signal: AbortSignal): (place: number) => Float32Array {
  return (place) => {
    if (signal.aborted) throw new VectorizerError('timeout', 'the rescoring of a search was cancelled');
    return read(Uint32Array.of(place));
  };
}

function denseOf(example: Vector): Float32Array {
  if (example.kind !== 'dense') throw otherKind();
  return example.values;
}

function multiOf(example: Vector): Float32Array {
  if (example.kind !== 'multi') throw otherKind();
  return example.values;
}

function sparseOf(example: Vector): SparseExample {
  if (example.kind !== 'sparse') throw otherKind();
  return example;
}

function otherKind(): VectorizerError {
  return new VectorizerError('internal', 'a field was searched with a vector of another kind');
}
