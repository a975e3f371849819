import type { UpdateBatch, UpdatePoints } from '../../core/requests.ts';
import { updatePointVectorsOf, upsertPointsOf } from './points.ts';
import { updateBatchOf } from './update-batch.ts';

/** The messages that may bring many points, and what each becomes. */
export interface PointMessages {
  readonly upsert: UpdatePoints;
  readonly updateVectors: UpdatePoints;
  readonly updateBatch: UpdateBatch;
}

/** The same on every thread. */
export const POINT_MESSAGES: { readonly [Name in keyof PointMessages]: (bytes: Buffer) => PointMessages[Name] } = {
  upsert: upsertPointsOf,
  updateVectors: updatePointVectorsOf,
  updateBatch: updateBatchOf,
};
