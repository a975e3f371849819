/** One point of the curve of rate over recall. */
export interface Measurement {
  readonly recall: number;
  readonly rate: number;
}

/** Rate at a recall, interpolated between the two measurements around it (log rate over log of what is missed). */
export function rateAt(measurements: readonly Measurement[], wanted: number): number {
  const sorted = measurements.toSorted((a, b) => a.recall - b.recall);
  const above = sorted.findIndex((measurement) => measurement.recall >= wanted);
  const [low, high] = [sorted[above - 1], sorted[above]];
  if (high === undefined) return Number.NaN;
  if (low === undefined) return high.rate;
  const missed = (value: number): number => Math.log(1.0001 - value);
  const share = (missed(wanted) - missed(low.recall)) / (missed(high.recall) - missed(low.recall));
  return Math.exp(Math.log(low.rate) + share * (Math.log(high.rate) - Math.log(low.rate)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
