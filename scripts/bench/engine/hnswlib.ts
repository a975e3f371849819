import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { K } from './cached-data.ts';
import type { BenchData } from './cached-data.ts';

/** The part of hnswlib-node that is used here. */
interface HierarchicalNSW {
  initIndex(rows: number, m: number, efConstruction: number, seed: number): void;
  addPoint(point: readonly number[], label: number): void;
  writeIndexSync(path: string): void;
  readIndexSync(path: string): void;
  setEf(ef: number): void;
  searchKnn(query: readonly number[], k: number): { readonly neighbors: readonly number[] };
}

export interface Yardstick {
  readonly buildSeconds: number;
  /** Searches all queries; answers queries x K rows and the seconds that it took. */
  search(ef: number): { readonly found: Uint32Array; readonly seconds: number };
}

/** hnswlib-node with m 16 and ef_construct 100 on one thread; the index and its build time are kept beside the data. */
export function openHnswlib(data: BenchData, rebuild: boolean): Yardstick {
  const require = createRequire(import.meta.url);
  const library = require('hnswlib-node') as {
    readonly HierarchicalNSW: new (space: 'ip', dimension: number) => HierarchicalNSW;
  };
  const index = new library.HierarchicalNSW('ip', data.dimension);
  const path = `${data.prefix}.hnsw`;
  if (rebuild || !existsSync(`${path}.seconds`)) {
    const points = rowsOf(data.base, data.dimension);
    index.initIndex(data.rows, 16, 100, 100);
    const start = performance.now();
    for (const [label, point] of points.entries()) index.addPoint(point, label);
    writeFileSync(`${path}.seconds`, String((performance.now() - start) / 1000));
    index.writeIndexSync(path);
  } else {
    index.readIndexSync(path);
  }
  const queries = rowsOf(data.queries, data.dimension);
  return {
    buildSeconds: Number(readFileSync(`${path}.seconds`, 'utf8')),
    search: (ef) => {
      index.setEf(ef);
      const found = new Uint32Array(queries.length * K);
      const start = performance.now();
      for (const [at, query] of queries.entries()) found.set(index.searchKnn(query, K).neighbors, at * K);
      return { found, seconds: (performance.now() - start) / 1000 };
    },
  };
}

/** Made beforehand: hnswlib-node takes plain arrays, and making them is not its work. */
function rowsOf(values: Float32Array, dimension: number): number[][] {
  return Array.from({ length: values.length / dimension }, (_, row) =>
    Array.from(values.subarray(row * dimension, (row + 1) * dimension)),
  );
}
