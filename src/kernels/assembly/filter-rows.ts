/** Rows of a bitmap (bit = row % 32 of word row / 32). Bitmaps begin at multiples of 8 bytes. */

/** How many bits are set in `words` words. */
export function countRows(bitmap: u32, words: u32): u32 {
  let count: u64 = 0;
  const end = bitmap + (words << 2);
  let at = bitmap;
  for (; at + 8 <= end; at += 8) count += popcnt(load<u64>(at));
  return <u32>count + (at < end ? popcnt(load<u32>(at)) : 0);
}

/** Writes all rows to `target`, ascending. */
export function listRows(bitmap: u32, words: u32, target: u32): void {
  for (let word: u32 = 0; word < words; word++) {
    for (let bits = load<u32>(bitmap + (word << 2)); bits != 0; bits &= bits - 1) {
      store<u32>(target, (word << 5) + ctz(bits));
      target += 4;
    }
  }
}

/** Writes `wanted` of the `count` rows to `target`: those in the middle of as many equal parts. */
export function spreadRows(bitmap: u32, words: u32, count: u32, wanted: u32, target: u32): void {
  let written: u32 = 0;
  let before: u32 = 0;
  for (let word: u32 = 0; word < words && written < wanted; word++) {
    let bits = load<u32>(bitmap + (word << 2));
    const after = before + popcnt(bits);
    for (;;) {
      const rank = <u32>(((<u64>written * 2 + 1) * <u64>count) / (<u64>wanted * 2));
      if (written == wanted || rank >= after) break;
      for (; before < rank; before++) bits &= bits - 1;
      store<u32>(target + (written++ << 2), (word << 5) + ctz(bits));
    }
    before = after;
  }
}
