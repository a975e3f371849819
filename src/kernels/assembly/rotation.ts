/**
 * A random rotation of exactly `dimension` coordinates: rounds of signs and a Walsh-Hadamard transform over a window of
 * P coordinates, the largest power of two that fits; where that is not all of them, the window lies in turn at the
 * beginning and at the end (four rounds instead of two). Nothing is padded, so the inverse is exact up to rounding.
 *
 * Table (vectors/rotation.ts): f32[dimension rounded up to 4] a round: ±1/sqrt(P) inside the window, ±1 outside.
 */

@inline
function windowOf(dimension: u32): u32 {
  return 1 << (31 - clz(dimension));
}

@inline
function roundsOf(dimension: u32): u32 {
  return windowOf(dimension) == dimension ? 2 : 4;
}

/** Rotates f32[dimension] at `at` in place; what follows, up to a multiple of four, is zero and stays so. */
export function rotate(table: u32, dimension: u32, at: u32): void {
  const size = windowOf(dimension);
  const rounds = roundsOf(dimension);
  const stride = ((dimension + 3) & ~3) << 2;
  for (let round: u32 = 0; round < rounds; round++) {
    multiply(at, table + round * stride, stride);
    hadamard(at + (round & 1 ? (dimension - size) << 2 : 0), size);
  }
}

/** Undoes `rotate`. */
export function unrotate(table: u32, dimension: u32, at: u32): void {
  const size = windowOf(dimension);
  const stride = ((dimension + 3) & ~3) << 2;
  for (let round = roundsOf(dimension); round > 0; round--) {
    hadamard(at + (round & 1 ? 0 : (dimension - size) << 2), size);
    multiply(at, table + (round - 1) * stride, stride);
  }
}

@inline
function multiply(at: u32, factors: u32, bytes: u32): void {
  for (let offset: u32 = 0; offset < bytes; offset += 16) {
    v128.store(at + offset, f32x4.mul(v128.load(at + offset), v128.load(factors + offset)));
  }
}

/** Walsh-Hadamard transform, unscaled, of `size` (a power of two) numbers. */
function hadamard(at: u32, size: u32): void {
  if (size < 4) {
    if (size == 2) {
      const first = load<f32>(at);
      const second = load<f32>(at, 4);
      store<f32>(at, first + second);
      store<f32>(at, first - second, 4);
    }
    return;
  }
  const end = at + (size << 2);
  for (let place = at; place < end; place += 16) v128.store(place, withinFour(v128.load(place)));
  let gap: u32 = 16;
  // Two stages at a time: half the loads and stores.
  for (; gap << 2 <= size << 2; gap <<= 2) {
    for (let block = at; block < end; block += gap << 2) twoStages(block, gap);
  }
  if (gap < size << 2) {
    for (let place = at; place < at + gap; place += 16) {
      const low = v128.load(place);
      const high = v128.load(place + gap);
      v128.store(place, f32x4.add(low, high));
      v128.store(place + gap, f32x4.sub(low, high));
    }
  }
}

/** Sums and differences of neighbours, then of pairs. */
@inline
function withinFour(value: v128): v128 {
  const pairs = f32x4.add(
    i32x4.shuffle(value, value, 0, 0, 2, 2),
    f32x4.mul(i32x4.shuffle(value, value, 1, 1, 3, 3), f32x4(1, -1, 1, -1)),
  );
  return f32x4.add(
    i32x4.shuffle(pairs, pairs, 0, 1, 0, 1),
    f32x4.mul(i32x4.shuffle(pairs, pairs, 2, 3, 2, 3), f32x4(1, 1, -1, -1)),
  );
}

@inline
function twoStages(block: u32, gap: u32): void {
  for (let place = block; place < block + gap; place += 16) {
    const a = v128.load(place);
    const b = v128.load(place + gap);
    const c = v128.load(place + 2 * gap);
    const d = v128.load(place + 3 * gap);
    const ab = f32x4.add(a, b);
    const aLessB = f32x4.sub(a, b);
    const cd = f32x4.add(c, d);
    const cLessD = f32x4.sub(c, d);
    v128.store(place, f32x4.add(ab, cd));
    v128.store(place + gap, f32x4.add(aLessB, cLessD));
    v128.store(place + 2 * gap, f32x4.sub(ab, cd));
    v128.store(place + 3 * gap, f32x4.sub(aLessB, cLessD));
  }
}
