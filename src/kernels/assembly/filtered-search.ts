import {
  SEARCH_CANDIDATES,
  SEARCH_DEEP,
  SEARCH_EF,
  SEARCH_EF_WIDE,
  SEARCH_FLAT,
  SEARCH_SEEDS,
  SEARCH_SEED_COUNT,
  SPACE_BEAM,
  SPACE_BEAM_SIZE,
  SPACE_DEEP,
  SPACE_ENTRY_SCORE,
} from '../layout';
import { keyScore } from './beam';
import { startFromEntry, startFromSeeds, startSpill, walkFiltered, widenWalk } from './filtered-walk';
import { rerank } from './rank';
import { descend } from './walk';

/**
 * A filter can keep away all that is near the query. A graph made of neighbours leads badly where the query is far from
 * everything, so the search asks two questions of what it found:
 *
 *   reach = (score of a best row − mean score of the seeds) / (score of the entry − mean score of the seeds)
 *
 * is how far the answer came on the way from a random admitted row to the row that the upper levels led to, which know of
 * no filter. Filters that have nothing to do with the query give 0.7 and more and lose no recall; clusters far from the
 * query 0.4 to 0.6 and a recall of 0.7 to 0.9; rows outside a ball around it 0.05 to 0.3, and a recall of 0.1 to 0.5.
 *
 *   fall = (score of a best row − score of the worst in the beam) / (score of a best row − mean score of the seeds)
 *
 * is small where the beam lies in a shell around the query that holds many more rows as good as these: a filter that
 * takes away the nearest twentieth of all rows has a reach of 0.7, half the usual fall, and a recall of 0.66.
 */
const REACH_FAR: f32 = 0.35;
const REACH_WIDE: f32 = 0.7;
const REACH_FREE: f32 = 0.9;
/** Which of the beam's rows is the best row of these: the very best would be chance. */
const RANK: u32 = 9;

/** The best k of a walk under a filter; false where the filter should be scanned instead. */
export function searchFiltered(task: u32, field: u32, space: u32, k: u32): bool {
  const ef = load<u32>(task, SEARCH_EF);
  store<u32>(space, load<u32>(task, SEARCH_DEEP), SPACE_DEEP);
  const efWide = load<u32>(task, SEARCH_EF_WIDE);
  startSpill(space, max(ef, efWide));
  const entry = descend(field, space, 0);
  const mean = startFromSeeds(field, space, ef, load<u32>(task, SEARCH_SEEDS), load<u32>(task, SEARCH_SEED_COUNT));
  startFromEntry(field, space, ef, entry);
  walkFiltered(field, space, ef);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  if (size < k) return false;
  const beam = load<u32>(space, SPACE_BEAM);
  const best = keyScore(load<u64>(beam + (min(size - 1, RANK) << 3)));
  const worst = keyScore(load<u64>(beam + ((size - 1) << 3)));
  const way = load<f32>(space, SPACE_ENTRY_SCORE) - mean;
  const isFlat = best - worst < (best - mean) * load<f32>(task, SEARCH_FLAT);
  if (best - mean < way * (isFlat ? REACH_FREE : REACH_WIDE)) {
    if (efWide == 0 || best - mean < way * (isFlat ? REACH_WIDE : REACH_FAR)) return false;
    widenWalk(field, space, efWide);
  }
  rerank(field, space, k, load<u32>(task, SEARCH_CANDIDATES));
  return true;
}
