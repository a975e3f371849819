import * as wire from '../../../generated/points.js';
import { badInput } from '../../core/errors.ts';
import { outOfRange } from '../../core/finite.ts';
import type { Fusion } from '../../core/query.ts';
import { RRF_K } from '../../core/query-defaults.ts';
import { invalidArgument } from '../grpc-error.ts';
import type { QueryViolations } from './query-violations.ts';

export function fusionOf(fusion: wire.Fusion): Fusion {
  switch (fusion) {
    case wire.Fusion.RRF:
      return { kind: 'rrf', k: RRF_K, weights: undefined };
    case wire.Fusion.DBSF:
      return { kind: 'dbsf' };
    default:
      throw invalidArgument(`invalid fusion type value ${String(fusion)}`);
  }
}

/** Weights that are not there are none. path: of the message, for broken rules. */
export function rrfOf({ k, weights }: wire.Rrf, path: string, violations: QueryViolations): Fusion {
  violations.atLeast(`${path}.k`, k, 1);
  violations.take('examples', weights.length);
  const beyond = weights.findIndex((weight) => !Number.isFinite(weight));
  if (beyond >= 0) throw badInput(outOfRange(`${path}.weights[${beyond}]`));
  return { kind: 'rrf', k: k ?? RRF_K, weights: weights.length === 0 ? undefined : Array.from(weights) };
}
