import type { PointPlace } from '../hydrate.ts';

/** A point that a step of a query has found, and where it stands. Lists of them are best first. */
export interface FoundPoint extends PointPlace {
  /** As the user sees it. */
  readonly score: number;
  /** Operation id of the last update of the point; 0 where it was found by no vector. */
  readonly version: number;
  /** What it was ordered by. */
  readonly orderValue?: bigint | number | undefined;
}
