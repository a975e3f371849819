import { uniformSource } from '../data.ts';
import { cachedData, type BenchData } from '../engine/cached-data.ts';
import { INDEXES, openLibrary, type Library } from '../filters/library.ts';
import { type BenchServer, COLLECTION } from '../server/bench-server.ts';
import { drawQueries, zipfRows, type SparseData, type SparseQuery } from '../vectors/sparse-data.ts';

const SPARSE_TERMS = 30_000;
const SPARSE_NONZEROS = 100;
const QUERY_TERMS = 8;
const GENERATED_ROWS = 100_000;

/** Points with a dense vector, a sparse one and a payload of 600 bytes, and queries for both vectors. */
export interface LibraryPoints {
  readonly rows: number;
  readonly dense: BenchData;
  readonly sparse: SparseData;
  /** As many as there are dense queries. */
  readonly sparseQueries: readonly SparseQuery[];
  readonly library: Library;
}

/** Sparse rows of about 100 terms of 30,000 by Zipf's law, queries of 8 terms by their frequency. */
export function libraryPoints(rows: number, dimension: number): LibraryPoints {
  const all = cachedData(GENERATED_ROWS, dimension);
  const dense = { ...all, rows, base: all.base.subarray(0, rows * dimension) };
  const sparse = zipfRows(rows, SPARSE_NONZEROS, SPARSE_TERMS);
  const count = all.queries.length / dimension;
  const chance = uniformSource(29);
  const kind = { count, lengths: [QUERY_TERMS, QUERY_TERMS], together: false } as const;
  const sparseQueries = drawQueries(sparse, kind, () => 0.1 + chance());
  return { rows, dense, sparse, sparseQueries, library: openLibrary(rows) };
}

/** Creates the collection with its payload indexes and uploads all points; resolves when they are indexed. */
export async function loadLibrary(server: BenchServer, points: LibraryPoints): Promise<void> {
  const { dense, library, rows } = points;
  await server.ask('PUT', `/collections/${COLLECTION}`, {
    vectors: { dense: { size: dense.dimension, distance: 'Cosine' } },
    sparse_vectors: { sparse: {} },
  });
  for (const [field_name, field_schema] of INDEXES) {
    await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name, field_schema });
  }
  const others = (row: number): string => `,"sparse":${sparseJson(points.sparse, row)}`;
  await server.upload(dense, 0, library.payload, { name: 'dense', others });
  await server.untilIndexed(rows, 2);
}

function sparseJson({ starts, indices, values }: SparseData, row: number): string {
  const [from, to] = [starts[row], starts[row + 1]];
  // Few digits: an upload body has room for them.
  const numbers = Array.from(values.subarray(from, to), (value) => value.toFixed(4));
  return `{"indices":[${indices.subarray(from, to).join(',')}],"values":[${numbers.join(',')}]}`;
}
