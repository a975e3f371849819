/**
 * How much of 1 is left at some distance from a target: 1 at the target, `midpoint` at the distance `scale` on both
 * sides, 0 far away. Beyond where it reaches 0, `lin` stays there.
 *
 * scale      > 0.
 * midpoint   in (0, 1); `lin` takes 0 and 1 as well.
 * Source     SEMANTICS.md 3.3.
 */
export function decayOf(shape: 'lin' | 'exp' | 'gauss', scale: number, midpoint: number): (distance: number) => number {
  switch (shape) {
    case 'lin': {
      const lambda = (1 - midpoint) / scale;
      return (distance) => {
        const left = 1 - lambda * Math.abs(distance);
        // Of what is no number nothing is left, as with Rust's `max`.
        return left > 0 ? left : 0;
      };
    }
    case 'exp': {
      const lambda = Math.log(midpoint) / scale;
      return (distance) => Math.exp(lambda * Math.abs(distance));
    }
    case 'gauss': {
      const lambda = Math.log(midpoint) / (scale * scale);
      return (distance) => Math.exp(lambda * distance * distance);
    }
  }
}
