import type { Record, ScrollPage } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';
import { writePointId, writeRetrievedPoint } from './points.ts';

/** `GetResponse`. */
export function renderRetrieved(records: readonly Record[], seconds: number): void {
  for (const record of records) writeRetrievedPoint(1, record);
  writer.double(2, seconds);
}

/** `ScrollResponse`. */
export function renderScrollPage({ points, nextPageOffset }: ScrollPage, seconds: number): void {
  if (nextPageOffset !== undefined) writePointId(1, nextPageOffset);
  for (const point of points) writeRetrievedPoint(2, point);
  writer.double(3, seconds);
}

/** `CountResponse`. */
export function renderCount(count: number, seconds: number): void {
  const start = writer.begin(1);
  if (count !== 0) writer.varint(1, count);
  writer.end(start);
  writer.double(2, seconds);
}
