import { UpdateStatus } from '../../../generated/points.js';
import type { UpdateResult } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';

const STATUSES: Readonly<Record<UpdateResult['status'], UpdateStatus>> = {
  acknowledged: UpdateStatus.Acknowledged,
  completed: UpdateStatus.Completed,
  wait_timeout: UpdateStatus.WaitTimeout,
};

/** `PointsOperationResponse`. */
export function renderUpdate(result: UpdateResult, seconds: number): void {
  writeUpdateResult(1, result);
  writer.double(2, seconds);
}

/** `UpdateBatchResponse`: a result for each change, in order. */
export function renderUpdates(results: readonly UpdateResult[], seconds: number): void {
  for (const result of results) writeUpdateResult(1, result);
  writer.double(2, seconds);
}

/** An `UpdateResult` as a field, or one more element of a repeated one. */
export function writeUpdateResult(field: number, { operationId, status }: UpdateResult): void {
  const start = writer.begin(field);
  if (operationId !== undefined) writer.varint(1, operationId);
  writer.varint(2, STATUSES[status]);
  writer.end(start);
}
