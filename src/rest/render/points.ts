import type { Record, ScoredPoint, ScrollPage, UpdateResult } from '../../core/answers.ts';
import { idJson } from '../../core/ids.ts';
import { writer } from './writer.ts';

const COMMA = 44;
const CLOSE_BRACE = 125;
const CLOSE_BRACKET = 93;

export function renderUpdateResult(result: UpdateResult): void {
  const id = result.operationId === undefined ? '' : `"operation_id":${result.operationId},`;
  writer.ascii(`{${id}"status":"${result.status}"}`);
}

/** One point of `GET /points/{id}`. */
export function renderRecord(record: Record): void {
  writer.ascii(`{"id":${idJson(record.id)}`);
  finishRecord(record);
}

export function renderRecords(records: readonly Record[]): void {
  list(records, renderRecord);
}

export function renderScrollPage(page: ScrollPage): void {
  writer.ascii('{"points":');
  renderRecords(page.points);
  const next = page.nextPageOffset;
  writer.ascii(`,"next_page_offset":${next === undefined ? 'null' : idJson(next)}}`);
}

export function renderCount(count: number): void {
  writer.ascii(`{"count":${count}}`);
}

/** The answer of `/points/query`: a batch of one. */
export function renderQueried(batches: readonly (readonly ScoredPoint[])[]): void {
  renderQueriedOne(batches[0] ?? []);
}

export function renderQueriedBatch(batches: readonly (readonly ScoredPoint[])[]): void {
  list(batches, renderQueriedOne);
}

/** The answer of the legacy `/points/search`. */
export function renderSearched(batches: readonly (readonly ScoredPoint[])[]): void {
  list(batches[0] ?? [], renderScored);
}

export function renderSearchedBatch(batches: readonly (readonly ScoredPoint[])[]): void {
  list(batches, (points) => list(points, renderScored));
}

function renderQueriedOne(points: readonly ScoredPoint[]): void {
  writer.ascii('{"points":');
  list(points, renderScored);
  writer.byte(CLOSE_BRACE);
}

function renderScored(point: ScoredPoint): void {
  writer.ascii(`{"id":${idJson(point.id)},"version":${point.version},"score":`);
  writer.float(point.score);
  finishRecord(point);
}

/** Payload and vector, where they were asked for, and the closing brace. */
function finishRecord({ payload, vector }: Record): void {
  if (payload !== undefined) {
    writer.ascii(',"payload":');
    writer.raw(payload);
  }
  if (vector !== undefined) {
    writer.ascii(',"vector":');
    if (vector.default === undefined) writer.ascii('{}');
    else writer.floats(vector.default);
  }
  writer.byte(CLOSE_BRACE);
}

function list<Item>(items: readonly Item[], render: (item: Item) => void): void {
  writer.ascii('[');
  let isFirst = true;
  for (const item of items) {
    if (isFirst) isFirst = false;
    else writer.byte(COMMA);
    render(item);
  }
  writer.byte(CLOSE_BRACKET);
}
