/**
 * Sorted lists of (score, row), best first, packed into u64: the score's bits in an order that integers share, then the row.
 *
 *   63 … 32 score   31 expanded   30 dead   29 … 0 row
 */
export const EXPANDED: u64 = 0x80000000;
export const DEAD: u64 = 0x40000000;
export const ROW_MASK: u32 = 0x3fffffff;
/** The score's bits of a key. */
export const SCORE_MASK: u64 = 0xffffffff00000000;

/** A score's place among the keys, without its row. */
@inline
export function scoreKey(score: f32): u64 {
  const bits = reinterpret<u32>(score);
  return <u64>(bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)) << 32;
}

@inline
export function keyScore(key: u64): f32 {
  const bits = <u32>(key >> 32);
  return reinterpret<f32>(bits & 0x80000000 ? bits ^ 0x80000000 : ~bits);
}

/** Index at which `key` belongs among `size` sorted keys. Without branches: nobody could predict them. */
@inline
export function placeOf(list: u32, size: u32, key: u64): u32 {
  let low = list;
  let length = size;
  while (length > 1) {
    const half = length >>> 1;
    const middle = low + (half << 3);
    low = select<u32>(middle, low, load<u64>(middle - 8) > key);
    length -= half;
  }
  const place = (low - list) >>> 3;
  return size == 0 ? 0 : place + <u32>(load<u64>(low) > key);
}

/** Moves the keys from `place` on by one and writes `key` there. The list has room for one more. */
@inline
export function insertAt(list: u32, size: u32, place: u32, key: u64): void {
  const target = list + (place << 3);
  let at = list + (size << 3);
  if (at - target > 512) {
    memory.copy(target + 8, target, at - target);
  } else {
    while (at >= target + 16) {
      at -= 16;
      v128.store(at + 8, v128.load(at));
    }
    if (at > target) store<u64>(target + 8, load<u64>(target));
  }
  store<u64>(target, key);
}

/** Offers `key` to a list of the best `capacity`; answers the list's size after it. */
export function offer(list: u32, size: u32, capacity: u32, key: u64): u32 {
  if (size == capacity) {
    if (key <= load<u64>(list + ((size - 1) << 3))) return size;
    size--;
  }
  insertAt(list, size, placeOf(list, size, key), key);
  return size + 1;
}
