/** A figure over the time of a soak, and by how much its end may lie above its beginning. */
export interface Course {
  readonly name: string;
  readonly values: readonly number[];
  /** How many of the values come in a minute. */
  readonly perMinute: number;
  /** Allowed above the median of the beginning: a share of it and an absolute part. */
  readonly share: number;
  readonly extra: number;
}

/** The first part is not compared: caches fill, graphs are built, code is compiled, the first snapshots come. */
const WARM_UP = { share: 0.2, minutes: 1, shareMax: 0.5 } as const;

/**
 * Compares the median of the last quarter after the warm-up with that of the first. Answers a line about it.
 * Medians: what a snapshot or a compaction takes for a moment is no leak.
 */
export function judge({ name, values, perMinute, share, extra }: Course): {
  readonly isFlat: boolean;
  readonly line: string;
} {
  const warmUp = Math.max(values.length * WARM_UP.share, perMinute * WARM_UP.minutes);
  const warm = values.slice(Math.floor(Math.min(warmUp, values.length * WARM_UP.shareMax)));
  const quarter = Math.max(1, Math.floor(warm.length / 4));
  const first = median(warm.slice(0, quarter));
  const last = median(warm.slice(-quarter));
  const most = first * (1 + share) + extra;
  const isFlat = last <= most;
  const numbers = `${first.toFixed(0)} at first, ${last.toFixed(0)} at last, at most ${most.toFixed(0)} allowed`;
  return { isFlat, line: `${isFlat ? 'flat ' : 'GROWS'} ${name}: ${numbers}` };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
