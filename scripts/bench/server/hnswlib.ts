/**
 * hnswlib-node in a process and on a core of its own, driven over IPC by `baseline.ts`. The package stands in
 * scripts/bench/engine alone, since it compiles on install: `npm ci --prefix scripts/bench/engine` first.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { existsSync } from 'node:fs';
import { CACHE, dataset, K } from './dataset.ts';
import { recall } from '../data.ts';

interface Index {
  initIndex(rows: number, m: number, efConstruct: number, seed: number): void;
  addPoint(point: number[], label: number): void;
  searchKnn(query: number[], k: number): { readonly neighbors: number[] };
  setEf(ef: number): void;
  readIndexSync(file: string): void;
  writeIndexSync(file: string): void;
}

export type Ask =
  | { readonly kind: 'build'; readonly rows: number; readonly dimension: number }
  | {
      readonly kind: 'search';
      readonly rows: number;
      readonly dimension: number;
      readonly ef: number;
      readonly durationMs: number;
    };

export type Told =
  | { readonly kind: 'built'; readonly elapsedMs: number }
  | { readonly kind: 'searched'; readonly recall: number; readonly perSecond: number };

const require = createRequire(path.join(import.meta.dirname, '../engine/package.json'));
const { HierarchicalNSW } = require('hnswlib-node') as {
  HierarchicalNSW: new (space: string, dimension: number) => Index;
};
let open: { readonly name: string; readonly index: Index; readonly queries: readonly number[][] } | undefined;

process.on('message', (ask: Ask) => {
  const told = ask.kind === 'build' ? build(ask.rows, ask.dimension) : search(ask);
  process.send?.(told);
});

/** Same m and ef_construct as the server's defaults. */
function build(rows: number, dimension: number): Told {
  const data = dataset(rows, dimension);
  const index = new HierarchicalNSW('ip', dimension);
  index.initIndex(rows, 16, 100, 100);
  let elapsedMs = 0;
  for (let row = 0; row < rows; row += 1) {
    const point = Array.from(data.base.subarray(row * dimension, (row + 1) * dimension)); // its API takes arrays
    const started = performance.now();
    index.addPoint(point, row);
    elapsedMs += performance.now() - started;
  }
  index.writeIndexSync(path.join(CACHE, `${data.name}.hnsw`));
  return { kind: 'built', elapsedMs };
}

function search({ rows, dimension, ef, durationMs }: Extract<Ask, { kind: 'search' }>): Told {
  const data = dataset(rows, dimension);
  if (open?.name !== data.name) {
    const file = path.join(CACHE, `${data.name}.hnsw`);
    if (!existsSync(file)) build(rows, dimension);
    const index = new HierarchicalNSW('ip', dimension);
    index.readIndexSync(file);
    const count = data.queries.length / dimension;
    const queries = Array.from({ length: count }, (_, row) =>
      Array.from(data.queries.subarray(row * dimension, (row + 1) * dimension)),
    );
    open = { name: data.name, index, queries };
  }
  const { index, queries } = open;
  index.setEf(ef);
  const found = Uint32Array.from(queries.flatMap((query) => index.searchKnn(query, K).neighbors));
  const started = performance.now();
  let searches = 0;
  while (performance.now() - started < durationMs) {
    index.searchKnn(queries[searches % queries.length] ?? [], K);
    searches += 1;
  }
  const perSecond = (searches * 1000) / (performance.now() - started);
  return { kind: 'searched', recall: recall(found, data.truth, K), perSecond };
}
