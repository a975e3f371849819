import {
  FIELD_ENTRY,
  NO_ROW,
  SEARCH_CANDIDATES,
  SEARCH_DEEP,
  SEARCH_EF,
  SEARCH_FILTER,
  SEARCH_SEEDS,
  SEARCH_SEED_COUNT,
  SEARCH_THROUGH,
  SPACE_BEAM,
  SPACE_BEAM_CAPACITY,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DEEP,
  SPACE_DISTANCES,
  SPACE_EXAMPLES,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_ROWS,
  SPACE_SORTED,
  SPACE_VISITED,
  SPACE_VISITED_BYTES,
  SPACE_VISIT_CAPACITY,
  SPACE_VISIT_COUNT,
  SPACE_VISIT_LIST,
} from '../layout';
import {
  EXAMPLES_BEAM,
  EXAMPLES_BEAM_CAPACITY,
  EXAMPLES_EF,
  EXAMPLES_DISCOVER,
  EXAMPLES_GUIDE,
  EXAMPLES_PREPARED,
  EXAMPLES_ROWS,
  EXAMPLES_SCORING,
  EXAMPLES_SEEN,
  EXAMPLES_SEEN_COUNT,
  EXAMPLES_WALKED,
} from '../layout-examples';
import { ROW_MASK } from './beam';
import { closeGate, headOf, openGate } from './examples';
import { offerToBeam, startFromEntry, startFromSeeds, startSpill, walkFiltered } from './filtered-walk';
import { rerankExamples } from './rank-examples';
import { UNBOUNDED, addRows, addToBeam, clearVisited, descend, startBeam, visit, walk } from './walk';

/**
 * A walk for several examples goes by the score that they make. That score has many peaks (best_score one at each
 * positive), and a walk finds those that it begins near, if they are high enough to stay in its beam. So each example that
 * makes a peak first gets a short walk of its own, by its own score alone, which is quick; the rows of all these are
 * what the walk for the whole score begins with.
 */

/** Rows that are added to the beam at once. */
const GROUP: u32 = 64;

/** The best k of a walk; false where everything should be scanned instead. */
export function searchExamples(task: u32, field: u32, space: u32, k: u32): bool {
  const through = load<u32>(task, SEARCH_THROUGH);
  const filtered = load<u32>(task, SEARCH_FILTER) != 0;
  const ef = load<u32>(task, SEARCH_EF);
  const discovers = load<u32>(load<u32>(space, SPACE_EXAMPLES), EXAMPLES_SCORING) == EXAMPLES_DISCOVER;
  // A discovery has its guide to lead it.
  const entry = discovers ? NO_ROW : descend(field, space, 0);
  if (atomic.load<u32>(field, FIELD_ENTRY) == NO_ROW) return true;
  if (!filtered || through != 0) {
    const count = walkEach(task, field, space, false);
    store<u32>(space, 0, SPACE_BEAM_SIZE);
    if (!discovers) addToBeam(field, space, entry, 0);
    addWalked(field, space, 0, count);
    // Rows that are walked through would make the beam seem full, and what the gate keeps out has no score of its own.
    if (discovers && !filtered && load<u32>(space, SPACE_DEAD) == 0) openGate(space, load<u32>(space, SPACE_BEAM), ef);
    const complete = walk(field, space, ef, 0, filtered ? through : UNBOUNDED);
    closeGate(space);
    if (complete) {
      rerankExamples(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
      return true;
    }
    clearVisited(space);
  }
  store<u32>(space, load<u32>(task, SEARCH_DEEP), SPACE_DEEP);
  const count = walkEach(task, field, space, true);
  startSpill(space, ef);
  startFromSeeds(field, space, ef, load<u32>(task, SEARCH_SEEDS), load<u32>(task, SEARCH_SEED_COUNT));
  startFromEntry(field, space, ef, entry);
  addWalked(field, space, ef, count);
  if (discovers) openGate(space, load<u32>(space, SPACE_BEAM), ef);
  walkFiltered(field, space, ef);
  closeGate(space);
  if (load<u32>(space, SPACE_BEAM_SIZE) < k) return false;
  rerankExamples(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
  return true;
}

/** A walk for each example that has one of its own; answers how many rows they found, at EXAMPLES_ROWS. */
function walkEach(task: u32, field: u32, space: u32, filtered: bool): u32 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const ef = load<u32>(examples, EXAMPLES_EF);
  const rows = load<u32>(examples, EXAMPLES_ROWS);
  // A discovery has one walk, by its guide.
  const scoring = load<u32>(examples, EXAMPLES_SCORING);
  const guided = scoring == EXAMPLES_DISCOVER;
  if (guided) store<u32>(examples, EXAMPLES_GUIDE, EXAMPLES_SCORING);
  store<u32>(examples, 0, EXAMPLES_SEEN_COUNT);
  let count: u32 = 0;
  for (let index: u32 = 0; index < load<u32>(examples, EXAMPLES_WALKED); index++) {
    const head = headOf(examples, guided ? load<u32>(examples, EXAMPLES_PREPARED) : index);
    lend(space, head, examples, filtered);
    const entry = descend(field, head, 0);
    if (filtered) {
      startSpill(head, ef);
      startFromSeeds(field, head, ef, load<u32>(task, SEARCH_SEEDS), load<u32>(task, SEARCH_SEED_COUNT));
      startFromEntry(field, head, ef, entry);
      if (guided) openGate(head, load<u32>(head, SPACE_BEAM), ef);
      walkFiltered(field, head, ef);
    } else {
      startBeam(field, head, entry, 0);
      if (guided) openGate(head, load<u32>(head, SPACE_BEAM), ef);
      walk(field, head, ef, 0, UNBOUNDED);
    }
    closeGate(space);
    clearVisited(head);
    const beam = guided ? load<u32>(examples, EXAMPLES_SEEN) : load<u32>(head, SPACE_BEAM);
    const size = guided ? load<u32>(examples, EXAMPLES_SEEN_COUNT) : min(load<u32>(head, SPACE_BEAM_SIZE), ef);
    for (let at: u32 = 0; at < size; at++) {
      store<u32>(rows + (count++ << 2), load<u32>(beam + (at << 3)) & ROW_MASK);
    }
    store<u32>(space, load<u32>(space, SPACE_DISTANCES) + load<u32>(head, SPACE_DISTANCES), SPACE_DISTANCES);
    store<u32>(head, 0, SPACE_DISTANCES);
  }
  store<u32>(examples, scoring, EXAMPLES_SCORING);
  return count;
}

/** Lends a head what of the workspace a walk needs besides, and the beam that all heads share. */
function lend(space: u32, head: u32, examples: u32, filtered: bool): void {
  store<u32>(head, load<u32>(space, SPACE_VISITED), SPACE_VISITED);
  store<u32>(head, load<u32>(space, SPACE_VISITED_BYTES), SPACE_VISITED_BYTES);
  store<u32>(head, load<u32>(space, SPACE_VISIT_LIST), SPACE_VISIT_LIST);
  store<u32>(head, load<u32>(space, SPACE_VISIT_CAPACITY), SPACE_VISIT_CAPACITY);
  store<u32>(head, 0, SPACE_VISIT_COUNT);
  store<u32>(head, load<u32>(examples, EXAMPLES_BEAM), SPACE_BEAM);
  store<u32>(head, load<u32>(examples, EXAMPLES_BEAM_CAPACITY), SPACE_BEAM_CAPACITY);
  store<u32>(head, load<u32>(space, SPACE_SORTED), SPACE_SORTED);
  store<u32>(head, load<u32>(space, SPACE_DEAD), SPACE_DEAD);
  store<u32>(head, load<u32>(space, SPACE_DEEP), SPACE_DEEP);
  store<u32>(head, filtered ? load<u32>(space, SPACE_FILTER) : 0, SPACE_FILTER);
  store<u32>(head, filtered ? load<u32>(space, SPACE_FILTER_END) : 0, SPACE_FILTER_END);
}

/** Adds the rows that the examples' own walks found to the beam; ef: of a walk under a filter, else 0. */
function addWalked(field: u32, space: u32, ef: u32, count: u32): void {
  const found = load<u32>(load<u32>(space, SPACE_EXAMPLES), EXAMPLES_ROWS);
  const rows = load<u32>(space, SPACE_ROWS);
  let next: u32 = 0;
  while (next < count) {
    let group: u32 = 0;
    for (; next < count && group < GROUP; next++) {
      const row = load<u32>(found + (next << 2));
      if (visit(space, row)) store<u32>(rows + (group++ << 2), row);
    }
    if (ef == 0) addRows(field, space, rows, group);
    else offerToBeam(field, space, ef, rows, group);
  }
}
