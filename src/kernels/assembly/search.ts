import {
  KIND_BLOCK,
  KIND_MULTI,
  KIND_SPARSE,
  NO_ROW,
  RESCORE_DECODED,
  RESCORE_LATER,
  RESCORE_NONE,
  RESCORE_OVERFLOW,
  SEARCH_CANDIDATES,
  SEARCH_CEILINGS,
  SEARCH_CERTAIN,
  SEARCH_DEAD,
  SEARCH_DISTANCES,
  SEARCH_EF,
  SEARCH_EXAMPLES,
  SEARCH_FIELD,
  SEARCH_FILTER,
  SEARCH_FILTER_END,
  SEARCH_FOUND,
  SEARCH_K,
  SEARCH_KIND,
  SEARCH_LEAST,
  SEARCH_LIST,
  SEARCH_LIST_COUNT,
  SEARCH_QUERY,
  SEARCH_RESCORE,
  SEARCH_ROWS,
  SEARCH_ROW_COUNT,
  SEARCH_SCAN_END,
  SEARCH_SCAN_START,
  SEARCH_SCORES,
  SEARCH_THROUGH,
  SEARCH_WAY,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_RESCORE,
  SPACE_ROW_COUNT,
  SPACE_TOP,
  SPACE_TOP_SIZE,
  SPACE_WAY,
} from '../layout';
import { MULTI_EXAMPLES } from '../layout-multi';
import { SPARSE_SEARCH_EXAMPLES } from '../layout-sparse';
import { keyScore } from './beam';
import { isCancelled, watch } from './cancel';
import { prepareQuery } from './codes';
import { searchExamples } from './example-search';
import { prepareExamples } from './examples';
import { searchFiltered } from './filtered-search';
import { searchMulti } from './max-sim';
import { decodeBest, likelyHighest, listNoted, rerank } from './rank';
import { scanAdmitted, scanList, scanRange } from './scan';
import { searchMultiExamples } from './multi-examples';
import { searchSparseExamples } from './sparse-examples';
import { searchSparse } from './sparse-search';
import { workOnBlock } from './vector-block';
import { UNBOUNDED, clearVisited, descend, startBeam, walk } from './walk';

/**
 * One search, whole: walk, exact scores for the best of the beam, scan of the rows outside the graph. Under a filter only
 * its rows are scored, and a short list of them is scanned instead.
 */
export function search(task: u32, space: u32): void {
  watch(task);
  if (isCancelled()) return;
  if (load<u32>(task, SEARCH_KIND) == KIND_MULTI) {
    if (load<u32>(task, MULTI_EXAMPLES) != 0) searchMultiExamples(task, space);
    else searchMulti(task, space);
    return;
  }
  if (load<u32>(task, SEARCH_KIND) == KIND_SPARSE) {
    if (load<u32>(task, SPARSE_SEARCH_EXAMPLES) != 0) searchSparseExamples(task, space);
    else searchSparse(task, space);
    return;
  }
  if (load<u32>(task, SEARCH_KIND) == KIND_BLOCK) {
    workOnBlock(task, space);
    return;
  }
  const field = load<u32>(task, SEARCH_FIELD);
  const rescore = load<u32>(task, SEARCH_RESCORE);
  const k = rescore == RESCORE_LATER ? load<u32>(task, SEARCH_CERTAIN) : load<u32>(task, SEARCH_K);
  store<u32>(space, load<u32>(task, SEARCH_WAY), SPACE_WAY);
  store<u32>(space, rescore == RESCORE_DECODED ? RESCORE_NONE : rescore, SPACE_RESCORE);
  store<u32>(space, load<u32>(task, SEARCH_ROW_COUNT), SPACE_ROW_COUNT);
  store<u32>(space, load<u32>(task, SEARCH_DEAD), SPACE_DEAD);
  store<u32>(space, load<u32>(task, SEARCH_FILTER), SPACE_FILTER);
  store<u32>(space, load<u32>(task, SEARCH_FILTER_END), SPACE_FILTER_END);
  store<u32>(space, 0, SPACE_DISTANCES);
  store<u32>(space, 0, SPACE_TOP_SIZE);
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  if (load<u32>(task, SEARCH_EXAMPLES) != 0) prepareExamples(task, field, space);
  else prepareQuery(field, space, load<u32>(task, SEARCH_QUERY));
  const list = load<u32>(task, SEARCH_LIST);
  if (list != 0) scanList(field, space, k, list, load<u32>(task, SEARCH_LIST_COUNT));
  else walkAndScan(task, field, space, k);
  if (rescore == RESCORE_DECODED) decodeBest(field, space);
  if (rescore == RESCORE_LATER && !listAll(task, space, k)) store<u32>(task, NO_ROW, SEARCH_FOUND);
  else answer(task, field, space);
}

/** Lists the rows that may be among the best k; false where they are more than the task has room for. */
function listAll(task: u32, space: u32, k: u32): bool {
  const capacity = load<u32>(task, SEARCH_K);
  return load<u32>(space, SPACE_RESCORE) != RESCORE_OVERFLOW && listNoted(space, k, capacity) <= capacity;
}

function walkAndScan(task: u32, field: u32, space: u32, k: u32): void {
  const complete = load<u32>(task, SEARCH_EF) == 0 || searchGraph(task, field, space, k);
  const end = load<u32>(task, SEARCH_SCAN_END);
  if (complete) scan(field, space, k, load<u32>(task, SEARCH_SCAN_START), end);
  clearVisited(space);
  // The walk met too few live rows (most are dead, or parts of the graph are cut off): the answer must not be short.
  if (complete && load<u32>(space, SPACE_TOP_SIZE) >= load<u32>(task, SEARCH_LEAST)) return;
  store<u32>(space, 0, SPACE_TOP_SIZE);
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  scan(field, space, k, 0, end);
}

/** The best k of a walk; false where everything should be scanned instead. */
function searchGraph(task: u32, field: u32, space: u32, k: u32): bool {
  if (load<u32>(task, SEARCH_EXAMPLES) != 0) return searchExamples(task, field, space, k);
  const through = load<u32>(task, SEARCH_THROUGH);
  const filtered = load<u32>(task, SEARCH_FILTER) != 0;
  if (!filtered || through != 0) {
    const row = descend(field, space, 0);
    if (row == NO_ROW) return true;
    startBeam(field, space, row, 0);
    if (walk(field, space, load<u32>(task, SEARCH_EF), 0, filtered ? through : UNBOUNDED)) {
      rerank(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
      return true;
    }
    clearVisited(space);
  }
  return searchFiltered(task, field, space, k);
}

function scan(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  if (load<u32>(space, SPACE_FILTER) != 0) scanAdmitted(field, space, k, start, end);
  else scanRange(field, space, k, start, end);
}

function answer(task: u32, field: u32, space: u32): void {
  const top = load<u32>(space, SPACE_TOP);
  const size = load<u32>(space, SPACE_TOP_SIZE);
  const rows = load<u32>(task, SEARCH_ROWS);
  const scores = load<u32>(task, SEARCH_SCORES);
  const ceilings = load<u32>(task, SEARCH_CEILINGS);
  for (let at: u32 = 0; at < size; at++) {
    const key = load<u64>(top + (at << 3));
    store<u32>(rows + (at << 2), ~<u32>key);
    store<f32>(scores + (at << 2), keyScore(key));
    if (ceilings == 0) continue;
    // One score tells nothing of the bounds of several.
    const bounded = load<u32>(task, SEARCH_EXAMPLES) == 0;
    store<f32>(ceilings + (at << 2), bounded ? likelyHighest(field, space, ~<u32>key, keyScore(key)) : Infinity);
  }
  store<u32>(task, size, SEARCH_FOUND);
  store<u32>(task, load<u32>(space, SPACE_DISTANCES), SEARCH_DISTANCES);
}
