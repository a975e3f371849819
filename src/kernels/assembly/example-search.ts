import {
  NO_ROW,
  SEARCH_CANDIDATES,
  SEARCH_DEEP,
  SEARCH_EF,
  SEARCH_FILTER,
  SEARCH_SEEDS,
  SEARCH_SEED_COUNT,
  SEARCH_THROUGH,
  SPACE_BEAM_SIZE,
  SPACE_DEEP,
  SPACE_DISTANCES,
  SPACE_EXAMPLES,
} from '../layout';
import { EXAMPLES_COUNT, EXAMPLES_ENTRIES } from '../layout-examples';
import { isRaising } from './example-scores';
import { headOf } from './examples';
import { startFromEntry, startFromSeeds, startSpill, walkFiltered } from './filtered-walk';
import { rerankExamples } from './rank-examples';
import { UNBOUNDED, addToBeam, clearVisited, descend, walk } from './walk';

/**
 * A walk for several examples goes by the score that they make. That score has many peaks (best_score one at each positive),
 * and a walk finds those that it begins near: it begins at the rows that the upper levels lead to for each example that
 * the score rises with, and for the score itself.
 */

/** The best k of a walk; false where everything should be scanned instead. */
export function searchExamples(task: u32, field: u32, space: u32, k: u32): bool {
  const through = load<u32>(task, SEARCH_THROUGH);
  const filtered = load<u32>(task, SEARCH_FILTER) != 0;
  const ef = load<u32>(task, SEARCH_EF);
  const count = listEntries(field, space);
  const entries = load<u32>(load<u32>(space, SPACE_EXAMPLES), EXAMPLES_ENTRIES);
  if (!filtered || through != 0) {
    store<u32>(space, 0, SPACE_BEAM_SIZE);
    for (let at: u32 = 0; at < count << 2; at += 4) addToBeam(field, space, load<u32>(entries + at), 0);
    if (walk(field, space, ef, 0, filtered ? through : UNBOUNDED)) {
      rerankExamples(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
      return true;
    }
    clearVisited(space);
  }
  store<u32>(space, load<u32>(task, SEARCH_DEEP), SPACE_DEEP);
  startSpill(space, ef);
  startFromSeeds(field, space, ef, load<u32>(task, SEARCH_SEEDS), load<u32>(task, SEARCH_SEED_COUNT));
  for (let at: u32 = 0; at < count << 2; at += 4) startFromEntry(field, space, ef, load<u32>(entries + at));
  walkFiltered(field, space, ef);
  if (load<u32>(space, SPACE_BEAM_SIZE) < k) return false;
  rerankExamples(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
  return true;
}

/** Lists the rows that the upper levels lead to, each once; answers how many. There is room for one more than examples. */
function listEntries(field: u32, space: u32): u32 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const exampleCount = load<u32>(examples, EXAMPLES_COUNT);
  let count = noteEntry(examples, 0, descend(field, space, 0));
  for (let index: u32 = 0; index < exampleCount; index++) {
    if (!isRaising(examples, index)) continue;
    const head = headOf(examples, index);
    count = noteEntry(examples, count, descend(field, head, 0));
    store<u32>(space, load<u32>(space, SPACE_DISTANCES) + load<u32>(head, SPACE_DISTANCES), SPACE_DISTANCES);
  }
  return count;
}

function noteEntry(examples: u32, count: u32, row: u32): u32 {
  if (row == NO_ROW) return count;
  const entries = load<u32>(examples, EXAMPLES_ENTRIES);
  for (let at: u32 = 0; at < count << 2; at += 4) if (load<u32>(entries + at) == row) return count;
  store<u32>(entries + (count << 2), row);
  return count + 1;
}
