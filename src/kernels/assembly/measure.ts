import { FIELD_WIDE, SPACE_ROWS, SPACE_SCORES, SPACE_SORTED, SPACE_TOP, SPACE_WAY, WAY_INT8 } from '../layout';
import { offer, scoreKey } from './beam';
import { prepareRow } from './codes';
import { isDead } from './field';
import { scoreExact, scoreRows } from './score';

/** Rows that play the query, neighbours compared for each, and rows they are looked for among. */
const QUERIES: u32 = 24;
const NEIGHBOURS: u32 = 10;
const SAMPLE: u32 = 8192;

/**
 * Compares the neighbours by int8 codes with those by all 24 bits, on a sample. Answers the share that both name.
 * Ordinary data give 0.97 and more; where one coordinate outweighs all others it falls to a half and below.
 */
export function measureCodes(field: u32, space: u32, rowCount: u32): f32 {
  store<u32>(space, WAY_INT8, SPACE_WAY);
  const step = max(rowCount / SAMPLE, 1);
  const queryStep = max(rowCount / QUERIES, 1);
  let shared: u32 = 0;
  let wanted: u32 = 0;
  for (let query: u32 = 0; query < rowCount; query += queryStep) {
    if (isDead(field, query)) continue;
    prepareRow(field, space, query);
    wanted += neighboursOf(field, space, query, step, rowCount);
    shared += sharedNeighbours(space);
  }
  return wanted == 0 ? 1 : <f32>shared / <f32>wanted;
}

/** Makes a field wide where its codes name too few of the true neighbours. */
export function chooseCodes(field: u32, space: u32, rowCount: u32, shareMin: f32): void {
  if (measureCodes(field, space, rowCount) < shareMin) store<u32>(field, 1, FIELD_WIDE);
}

let exactSize: u32 = 0;
let codeSize: u32 = 0;

/** Lists the best rows of the sample by both scores (SPACE_TOP and SPACE_SORTED); answers how many. */
function neighboursOf(field: u32, space: u32, query: u32, step: u32, rowCount: u32): u32 {
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  exactSize = 0;
  codeSize = 0;
  let next: u32 = 0;
  while (next < rowCount) {
    let count: u32 = 0;
    for (; next < rowCount && count < 64; next += step) {
      if (next != query && !isDead(field, next)) store<u32>(rows + (count++ << 2), next);
    }
    if (count == 0) continue;
    scoreRows(field, space, rows, count, scores);
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const row = load<u32>(rows + at);
      codeSize = offer(load<u32>(space, SPACE_SORTED), codeSize, NEIGHBOURS, scoreKey(load<f32>(scores + at)) | row);
      exactSize = offer(load<u32>(space, SPACE_TOP), exactSize, NEIGHBOURS, scoreKey(<f32>scoreExact(field, space, row)) | row);
    }
  }
  return exactSize;
}

function sharedNeighbours(space: u32): u32 {
  const exact = load<u32>(space, SPACE_TOP);
  const codes = load<u32>(space, SPACE_SORTED);
  let shared: u32 = 0;
  for (let at: u32 = 0; at < exactSize; at++) {
    for (let other: u32 = 0; other < codeSize; other++) {
      if (load<u32>(exact + (at << 3)) == load<u32>(codes + (other << 3))) shared++;
    }
  }
  return shared;
}
