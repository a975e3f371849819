/** hnswlib-node in a process and on a core of its own, driven over IPC by `baseline.ts`. */
import { recall } from '../data.ts';
import { cachedData, K, type BenchData } from '../engine/cached-data.ts';
import { openHnswlib, type Yardstick } from '../engine/hnswlib.ts';
import type { Measured } from './at-recall.ts';

interface Sized {
  readonly rows: number;
  readonly dimension: number;
}

/** What `baseline.ts` asks: to build afresh, or to search at one ef for at least so long. */
export type Ask =
  | (Sized & { readonly kind: 'build' })
  | (Sized & { readonly kind: 'search'; readonly ef: number; readonly durationMs: number });

export type Told = { readonly kind: 'built'; readonly seconds: number } | (Measured & { readonly kind: 'searched' });

let open: { readonly data: BenchData; readonly yardstick: Yardstick } | undefined;

process.on('message', (ask: Ask) => {
  const isBuild = ask.kind === 'build';
  if (isBuild || open === undefined) {
    const data = cachedData(ask.rows, ask.dimension);
    open = { data, yardstick: openHnswlib(data, isBuild) };
  }
  const { data, yardstick } = open;
  const told: Told = isBuild
    ? { kind: 'built', seconds: yardstick.buildSeconds }
    : { kind: 'searched', ...measure(data, yardstick, ask.ef, ask.durationMs) };
  process.send?.(told);
});

function measure(data: BenchData, yardstick: Yardstick, ef: number, durationMs: number): Measured {
  const first = yardstick.search(ef); // untimed: caches and branches warm up
  let searches = 0;
  let seconds = 0;
  while (seconds * 1000 < durationMs) {
    seconds += yardstick.search(ef).seconds;
    searches += first.found.length / K;
  }
  return { ef, recall: recall(first.found, data.truth, K), perSecond: searches / seconds };
}
