import type { Condition, GeoPoint } from './filter.ts';
import type { JsonPath } from './json-path.ts';

/** How a point's score is computed from the scores of prefetches and its payload (SEMANTICS.md 3.3). */
export interface Formula {
  readonly expression: Expression;
  /**
   * What stands for a variable that a point does not have, by the variable as it is written: `$score[0]` (a number), or a
   * path. Raw JSON texts: datetimes and points of the earth are strings and objects.
   */
  readonly defaults: ReadonlyMap<string, string>;
}

/** Constants are f32 already. Conditions count 1 where they hold, else 0. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: number }
  /** The score that prefetch `index` gave the point. */
  | { readonly kind: 'score'; readonly index: number }
  /** The one number at a path of the payload. */
  | { readonly kind: 'payload'; readonly path: JsonPath }
  /** undefined: `{}`, which always holds. */
  | { readonly kind: 'condition'; readonly condition: Condition | undefined }
  /** Metres between `origin` and the point of the earth at a path. */
  | { readonly kind: 'geo_distance'; readonly origin: GeoPoint; readonly path: JsonPath }
  /** Seconds since 1970. */
  | { readonly kind: 'datetime'; readonly seconds: number }
  | { readonly kind: 'datetime_key'; readonly path: JsonPath }
  | { readonly kind: 'mult' | 'sum'; readonly operands: readonly Expression[] }
  | { readonly kind: 'neg' | 'abs' | 'sqrt' | 'exp' | 'log10' | 'ln'; readonly operand: Expression }
  | {
      readonly kind: 'div';
      readonly left: Expression;
      readonly right: Expression;
      readonly byZeroDefault: number | undefined;
    }
  | { readonly kind: 'pow'; readonly base: Expression; readonly exponent: Expression }
  /** target undefined = 0. */
  | {
      readonly kind: 'decay';
      readonly shape: 'lin' | 'exp' | 'gauss';
      readonly x: Expression;
      readonly target: Expression | undefined;
      readonly scale: number;
      readonly midpoint: number;
    };
