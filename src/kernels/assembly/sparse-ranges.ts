/** Bounds of ranges: u16 each, below 0x8000. Those of 64 ranges together are a group, whose largest is at hand. */

/** Ranges of a group. */
export const GROUP_RANGES: u32 = 64;
const GROUP_BYTES: u32 = 128;

let bounds: u32 = 0;
let tops: u32 = 0;
let groupCount: u32 = 0;

/** count: of ranges, a multiple of 512. Writes the largest bound of each group to u16 tops[count / 64]. */
export function groupBounds(boundsAt: u32, count: u32, topsAt: u32): void {
  bounds = boundsAt;
  tops = topsAt;
  groupCount = count / GROUP_RANGES;
  for (let group: u32 = 0; group < groupCount; group++) {
    const at = bounds + group * GROUP_BYTES;
    let top = i16x8.max_s(v128.load(at), v128.load(at, 16));
    top = i16x8.max_s(top, i16x8.max_s(v128.load(at, 32), v128.load(at, 48)));
    top = i16x8.max_s(top, i16x8.max_s(v128.load(at, 64), v128.load(at, 80)));
    top = i16x8.max_s(top, i16x8.max_s(v128.load(at, 96), v128.load(at, 112)));
    top = i16x8.max_s(top, i16x8.shuffle(top, top, 4, 5, 6, 7, 0, 1, 2, 3));
    top = i16x8.max_s(top, i16x8.shuffle(top, top, 2, 3, 0, 1, 6, 7, 4, 5));
    top = i16x8.max_s(top, i16x8.shuffle(top, top, 1, 0, 3, 2, 5, 4, 7, 6));
    store<u16>(tops + (group << 1), <u16>i16x8.extract_lane_u(top, 0));
  }
}

/** The lowest bound that at most `wanted` groups are above. */
export function cutFor(wanted: u32): i32 {
  let low: i32 = 0;
  let high: i32 = 0x7fff;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (groupsAbove(middle) > wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function groupsAbove(cut: i32): u32 {
  const limit = i16x8.splat(<i16>cut);
  let count = i16x8.splat(0);
  for (let at = tops; at < tops + (groupCount << 1); at += 16) {
    count = i16x8.sub(count, i16x8.gt_s(v128.load(at), limit));
  }
  const pairs = i32x4.extadd_pairwise_i16x8_s(count);
  return (
    i32x4.extract_lane(pairs, 0) +
    i32x4.extract_lane(pairs, 1) +
    i32x4.extract_lane(pairs, 2) +
    i32x4.extract_lane(pairs, 3)
  );
}

/** The next group, from `group` on, that has bounds above `cut`; groupCount if there is none. */
@inline
export function nextGroup(group: u32, cut: i32): u32 {
  while (group < groupCount && <i32>load<u16>(tops + (group << 1)) <= cut) group++;
  return group;
}

@inline
export function groupsThere(): u32 {
  return groupCount;
}

/** Bits of the ranges of a group whose bounds are above `low` and at most `high`. */
@inline
export function rangesBetween(group: u32, low: i32, high: i32): u64 {
  const lowest = i16x8.splat(<i16>low);
  const highest = i16x8.splat(<i16>high);
  const at = bounds + group * GROUP_BYTES;
  let bits: u64 = 0;
  for (let part: u32 = 0; part < 8; part++) {
    const bound = v128.load(at + (part << 4));
    const inside = v128.andnot(i16x8.gt_s(bound, lowest), i16x8.gt_s(bound, highest));
    bits |= <u64>i16x8.bitmask(inside) << (part << 3);
  }
  return bits;
}

/** How many ranges have bounds above `low`, up to `high`. */
export function countBetween(low: i32, high: i32): u32 {
  let count: u32 = 0;
  for (let group = nextGroup(0, low); group < groupCount; group = nextGroup(group + 1, low)) {
    count += <u32>popcnt(rangesBetween(group, low, high));
  }
  return count;
}

/**
 * Writes the bounds of a window's ranges that the dense blocks from `entries` to `end` give (layout.ts, SPARSE_DENSE_ENTRY_BYTES). Products are
 * rounded to the nearest: each may be half a unit short.
 */
export function boundRanges(entries: u32, end: u32, target: u32, ranges: u32): void {
  for (let at: u32 = 0; at < ranges; at += 32) {
    let a = i16x8.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let entry = entries; entry < end; entry += 16) {
      const units = v128.load16_splat(entry, 8);
      const from = load<u32>(entry) + at;
      a = i16x8.add_sat_s(a, i16x8.q15mulr_sat_s(i16x8.shl(v128.load8x8_u(from), 7), units));
      b = i16x8.add_sat_s(b, i16x8.q15mulr_sat_s(i16x8.shl(v128.load8x8_u(from, 8), 7), units));
      c = i16x8.add_sat_s(c, i16x8.q15mulr_sat_s(i16x8.shl(v128.load8x8_u(from, 16), 7), units));
      d = i16x8.add_sat_s(d, i16x8.q15mulr_sat_s(i16x8.shl(v128.load8x8_u(from, 24), 7), units));
    }
    const to = target + (at << 1);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}
