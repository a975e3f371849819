/** Searches a second and recall at one ef. */
export interface Measured {
  readonly ef: number;
  readonly recall: number;
  readonly perSecond: number;
}

/** Searches a second at exactly this recall, interpolated between the two measurements around it; NaN outside them. */
export function atRecall(measurements: readonly Measured[], wanted: number): number {
  const sorted = measurements.toSorted((a, b) => a.recall - b.recall);
  const upper = sorted.findIndex(({ recall }) => recall >= wanted);
  const high = sorted[upper];
  const low = sorted[upper - 1];
  if (high === undefined) return Number.NaN;
  if (high.recall === wanted || low === undefined) return high.recall === wanted ? high.perSecond : Number.NaN;
  const share = (wanted - low.recall) / (high.recall - low.recall);
  return low.perSecond + share * (high.perSecond - low.perSecond);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
