/** Sets of slots as words of 32 bits; a word behind the end of an array is 0. Results are written into `target`. */

export function intersect(target: Uint32Array, other: Uint32Array): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) & (other[at] ?? 0);
}

export function unite(target: Uint32Array, other: Uint32Array): void {
  const length = Math.min(target.length, other.length);
  for (let at = 0; at < length; at++) target[at] = (target[at] ?? 0) | (other[at] ?? 0);
}

export function subtract(target: Uint32Array, other: Uint32Array): void {
  const length = Math.min(target.length, other.length);
  for (let at = 0; at < length; at++) target[at] = (target[at] ?? 0) & ~(other[at] ?? 0);
}

/** Takes the members out that do not satisfy a condition. */
export function sift(target: Uint32Array, condition: (member: number) => boolean): void {
  for (let at = 0; at < target.length; at++) {
    for (let bits = target[at] ?? 0; bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits;
      if (!condition(at * 32 + 31 - Math.clz32(bit))) target[at] = (target[at] ?? 0) & ~bit;
    }
  }
}

/** The members of `all` that are in at least `count` of the sets. */
export function inAtLeast(sets: readonly Uint32Array[], count: number, all: Uint32Array): Uint32Array {
  // reached[n]: in at least n of the sets looked at so far.
  const reached = Array.from({ length: count + 1 }, (_, n) => (n === 0 ? all : new Uint32Array(all.length)));
  for (const set of sets) {
    for (let n = count; n >= 1; n--) {
      const more = reached[n] ?? all;
      const fewer = reached[n - 1] ?? all;
      for (let at = 0; at < more.length; at++) more[at] = (more[at] ?? 0) | ((fewer[at] ?? 0) & (set[at] ?? 0));
    }
  }
  return count === 0 ? all.slice() : (reached[count] ?? all);
}
