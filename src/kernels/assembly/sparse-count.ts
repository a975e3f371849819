import { NO_ROW } from '../layout';
import {
  SPARSE_DEAD,
  SPARSE_LIST,
  SPARSE_REMOVED,
  SPARSE_REMOVED_COUNT,
  SPARSE_TABLE,
  SPARSE_TAG,
  TERM_BLOCKS,
  TERM_POSTINGS,
} from '../layout-sparse';
import { entryOf } from './sparse-blocks';
import { lookUp } from './sparse-sweep';
import { openTerm, postingCount, rowAt } from './sparse-terms';

/** How many live rows have a term: by the main thread alone, at once. */

/** Looking one row up costs as much as walking over this many postings. */
const LOOKUP_POSTINGS: u32 = 12;

/** Live rows that have the term; `scratch` has room for SPARSE_TERM_BYTES. */
export function sparseFrequency(field: u32, index: u32, scratch: u32): u32 {
  if (!openTerm(field, scratch, index, 1, NO_ROW)) return 0;
  const postings = load<u32>(scratch, TERM_POSTINGS);
  const removals = load<u32>(field, SPARSE_REMOVED_COUNT);
  if (removals == 0) return postings;
  const reference = load<u32>(entryOf(load<u32>(field, SPARSE_TABLE), index), 4);
  if ((reference & SPARSE_TAG) != SPARSE_LIST) return countOutside(scratch, load<u32>(field, SPARSE_DEAD));
  // A list remembers how many of the rows removed so far it has; only those removed since are looked up.
  const list = reference & ~SPARSE_TAG;
  const known = load<u32>(list, 24);
  let removed = load<u32>(list, 20);
  if ((removals - known) * LOOKUP_POSTINGS >= postings) {
    removed = postings - countOutside(scratch, load<u32>(field, SPARSE_DEAD));
  } else {
    const rows = load<u32>(field, SPARSE_REMOVED);
    for (let at = known; at < removals; at++) {
      if (lookUp(scratch, load<u32>(rows + (at << 2)))) removed++;
    }
  }
  store<u32>(list, removed, 20);
  store<u32>(list, removals, 24);
  return postings - removed;
}

/**
 * Live rows of a filter that have the term: bitmap of rows below `end`, and where it is not 0, `list` of all `count` rows.
 */
export function sparseFrequencyIn(
  field: u32,
  index: u32,
  bitmap: u32,
  end: u32,
  list: u32,
  count: u32,
  scratch: u32,
): u32 {
  if (!openTerm(field, scratch, index, 1, end)) return 0;
  const dead = load<u32>(field, SPARSE_DEAD);
  let frequency: u32 = 0;
  if (list != 0 && count * LOOKUP_POSTINGS < load<u32>(scratch, TERM_POSTINGS)) {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const row = load<u32>(list + at);
      if (bit(dead, row) == 0 && lookUp(scratch, row)) frequency++;
    }
    return frequency;
  }
  const blocks = load<u32>(scratch, TERM_BLOCKS);
  for (let block: u32 = 0; block <= blocks; block++) {
    const postings = postingCount(scratch, block);
    for (let place: u32 = 0; place < postings; place++) {
      const row = rowAt(scratch, block, place);
      if (row < end && bit(bitmap, row) != 0 && bit(dead, row) == 0) frequency++;
    }
  }
  return frequency;
}

/** Rows of the bitmap of a filter, `words` long, that are in neither of two other bitmaps. */
export function sparseRowsIn(bitmap: u32, words: u32, dead: u32, empty: u32): u32 {
  let count: u32 = 0;
  for (let at: u32 = 0; at < words << 2; at += 4) {
    count += popcnt(load<u32>(bitmap + at) & ~(load<u32>(dead + at) | load<u32>(empty + at)));
  }
  return count;
}

function countOutside(term: u32, bitmap: u32): u32 {
  const blocks = load<u32>(term, TERM_BLOCKS);
  let count: u32 = 0;
  for (let block: u32 = 0; block <= blocks; block++) {
    const postings = postingCount(term, block);
    for (let place: u32 = 0; place < postings; place++) count += 1 - bit(bitmap, rowAt(term, block, place));
  }
  return count;
}

@inline
function bit(words: u32, row: u32): u32 {
  return (load<u32>(words + ((row >>> 5) << 2)) >>> (row & 31)) & 1;
}
