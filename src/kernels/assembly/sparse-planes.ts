import {
  NO_ROW,
  SPARSE_BLOCK,
  SPARSE_PLANE_BYTES,
  SPARSE_PLANE_SHIFT,
  SPARSE_RANGE_SHIFT,
  SPARSE_SCRATCH,
  SPARSE_VALUES,
  TERM_BLOCKS,
  TERM_DIRECTORY,
  TERM_TAIL_FIRST,
  TERM_WEIGHT,
} from '../layout';
import { contributionAt } from './sparse-sweep';
import { firstRow, rowAt } from './sparse-terms';

/**
 * Planes: what a frequent term can add at most, for every 8 rows (layout.ts). A plane is made when a block of the list is
 * full that ends in later rows: all postings of its 16,384 rows are in blocks then.
 */

/** Blocks with rows of a plane that make it worth its memory: 2 kB beside 3 kB of postings and more. */
const PLANE_BLOCKS: u32 = 5;

/** Whether the newest block of a list, its `ordinal`th, ends the rows of a plane that should be made. */
export function isPlaneDue(list: u32, ordinal: u32): bool {
  if (ordinal + 1 < PLANE_BLOCKS) return false;
  const directory = load<u32>(list, 4);
  const plane = planeBefore(directory, ordinal);
  if (plane == NO_ROW) return false;
  // Rows of so many blocks back are in the plane, or the block before them ends in it.
  return load<u32>(directory + ((ordinal + 2 - PLANE_BLOCKS) << 4), 4) >>> SPARSE_PLANE_SHIFT == plane;
}

/** The plane that the block before the `ordinal`th ends in, where that one begins it and ends another; else NO_ROW. */
function planeBefore(directory: u32, ordinal: u32): u32 {
  if (ordinal == 0) return NO_ROW;
  const before = load<u32>(directory + ((ordinal - 1) << 4), 4) >>> SPARSE_PLANE_SHIFT;
  const now = load<u32>(directory + (ordinal << 4), 4) >>> SPARSE_PLANE_SHIFT;
  return now > before ? before : NO_ROW;
}

/** Fills and publishes the plane whose rows end in or before the newest block of a list. */
export function buildPlane(field: u32, list: u32, ordinal: u32, plane: u32): void {
  const directory = load<u32>(list, 4);
  const number = planeBefore(directory, ordinal);
  const start = number << SPARSE_PLANE_SHIFT;
  const end = start + (1 << SPARSE_PLANE_SHIFT);
  const term = field + SPARSE_SCRATCH;
  const kind = load<u32>(field, SPARSE_VALUES);
  store<u32>(term, directory, TERM_DIRECTORY);
  store<u32>(term, ordinal + 1, TERM_BLOCKS);
  store<u32>(term, NO_ROW, TERM_TAIL_FIRST);
  store<f32>(term, 1, TERM_WEIGHT);
  let block = ordinal - 1;
  let largest: f32 = load<f32>(directory + (block << 4), 8);
  while (block > 0 && firstRow(term, block) > start) largest = max(largest, load<f32>(directory + (--block << 4), 8));
  memory.fill(plane, 0, SPARSE_PLANE_BYTES);
  if (!(largest > 0)) return;
  const scale: f32 = 255 / largest;
  for (; block < ordinal; block++) {
    for (let place: u32 = 0; place < <u32>SPARSE_BLOCK; place++) {
      const row = rowAt(term, block, place);
      if (row < start || row >= end) continue;
      const code = min<u32>(255, <u32>ceil(max(contributionAt(term, kind, block, place) * scale, 0)));
      const at = plane + ((row - start) >>> SPARSE_RANGE_SHIFT);
      // 0 tells that no row has the term.
      store<u8>(at, <u8>max<u32>(load<u8>(at), max<u32>(code, 1)));
    }
  }
  const entry = load<u32>(list, 36) + (number << 3);
  store<f32>(entry, largest, 4);
  atomic.store<u32>(entry, plane);
}
