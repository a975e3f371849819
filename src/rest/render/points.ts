import type { FacetHit, PointGroup, Record, ScoredPoint, ScrollPage, UpdateResult } from '../../core/answers.ts';
import { idJson } from '../../core/ids.ts';
import type { NamedVector, Vector } from '../../core/vectors.ts';
import { ryuText } from '../../base/number-text.ts';
import { renderList } from './list.ts';
import { writer } from './writer.ts';

const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
const CLOSE_BRACE = 125;
const CLOSE_BRACKET = 93;

export function renderUpdateResult(result: UpdateResult): void {
  const id = result.operationId === undefined ? '' : `"operation_id":${result.operationId},`;
  writer.ascii(`{${id}"status":"${result.status}"}`);
}

/** The answer of `/points/batch`. */
export function renderUpdateResults(results: readonly UpdateResult[]): void {
  renderList(results, renderUpdateResult);
}

export function renderFacet(hits: readonly FacetHit[]): void {
  writer.ascii('{"hits":');
  renderList(hits, ({ value, count }) => {
    writer.ascii('{"value":');
    renderValue(value);
    writer.ascii(`,"count":${count}}`);
  });
  writer.byte(CLOSE_BRACE);
}

/** A value of a payload. */
function renderValue(value: string | bigint | boolean): void {
  if (typeof value === 'string') writer.utf8(JSON.stringify(value));
  else writer.ascii(String(value));
}

/** One point of `GET /points/{id}`. */
export function renderRecord(record: Record): void {
  writer.ascii(`{"id":${idJson(record.id)}`);
  finishRecord(record);
}

export function renderRecords(records: readonly Record[]): void {
  renderList(records, renderRecord);
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
  renderList(batches, renderQueriedOne);
}

/** The answer of the legacy `/points/search`. */
export function renderSearched(batches: readonly (readonly ScoredPoint[])[]): void {
  renderList(batches[0] ?? [], renderScored);
}

export function renderSearchedBatch(batches: readonly (readonly ScoredPoint[])[]): void {
  renderList(batches, (points) => renderList(points, renderScored));
}

/** The answer of every route of groups. */
export function renderGroups(groups: readonly PointGroup[]): void {
  writer.ascii('{"groups":');
  renderList(groups, ({ hits, id, lookup }) => {
    writer.ascii('{"hits":');
    renderList(hits, renderScored);
    writer.ascii(',"id":');
    renderValue(id);
    if (lookup !== undefined) {
      writer.ascii(',"lookup":');
      renderRecord(lookup);
    }
    writer.byte(CLOSE_BRACE);
  });
  writer.byte(CLOSE_BRACE);
}

function renderQueriedOne(points: readonly ScoredPoint[]): void {
  writer.ascii('{"points":');
  renderList(points, renderScored);
  writer.byte(CLOSE_BRACE);
}

function renderScored(point: ScoredPoint): void {
  writer.ascii(`{"id":${idJson(point.id)},"version":${point.version},"score":`);
  writer.float(point.score);
  finishRecord(point);
}

/** Payload and vector, where they were asked for, what the point was ordered by, and the closing brace. */
function finishRecord({ payload, vectors, orderValue }: Record): void {
  if (payload !== undefined) {
    writer.ascii(',"payload":');
    writer.raw(payload);
  }
  if (vectors !== undefined) {
    writer.ascii(',"vector":');
    renderVectors(vectors);
  }
  if (orderValue !== undefined) {
    writer.ascii(`,"order_value":${typeof orderValue === 'bigint' ? orderValue : ryuText(orderValue)}`);
  }
  writer.byte(CLOSE_BRACE);
}

/** A vector that has no name and is the only one is shown as it is, all others by name. */
function renderVectors(vectors: readonly NamedVector[]): void {
  const [only] = vectors;
  if (only?.name === '' && vectors.length === 1) {
    renderVector(only.vector);
    return;
  }
  writer.byte(OPEN_BRACE);
  vectors.forEach(({ name, vector }, index) => {
    if (index > 0) writer.byte(COMMA);
    writer.utf8(JSON.stringify(name));
    writer.byte(COLON);
    renderVector(vector);
  });
  writer.byte(CLOSE_BRACE);
}

function renderVector(vector: Vector): void {
  const { values } = vector;
  switch (vector.kind) {
    case 'dense':
      writer.floats(values);
      break;
    case 'sparse':
      writer.ascii(`{"indices":[${vector.indices.join(',')}],"values":`);
      writer.floats(values);
      writer.byte(CLOSE_BRACE);
      break;
    case 'multi':
      writer.byte(OPEN_BRACKET);
      for (let at = 0; at < values.length; at += vector.dimension) {
        if (at > 0) writer.byte(COMMA);
        writer.floats(values.subarray(at, at + vector.dimension));
      }
      writer.byte(CLOSE_BRACKET);
      break;
  }
}
