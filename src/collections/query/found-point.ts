import type { PointPlace } from '../hydrate.ts';

/** A point that a step of a query has found, and where it stands. Lists of them are best first. */
export interface FoundPoint extends PointPlace {
  /** As the user sees it. */
  readonly score: number;
  /** What it was ordered by. */
  readonly orderValue?: bigint | number | undefined;
}
