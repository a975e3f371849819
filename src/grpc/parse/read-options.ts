import { type ReadConsistency, ReadConsistencyType } from '../../../generated/points.js';
import type { Consistency, ReadOptions } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { countOf } from './counts.ts';
import type { Violations } from './violations.ts';

/** The fields of a reading request that say how it is carried out. */
export interface WireReadOptions {
  readonly readConsistency?: ReadConsistency | undefined;
  /** Seconds. */
  readonly timeout?: bigint | undefined;
}

const CONSISTENCIES: Readonly<Record<number, Consistency>> = {
  [ReadConsistencyType.All]: 'all',
  [ReadConsistencyType.Majority]: 'majority',
  [ReadConsistencyType.Quorum]: 'quorum',
};

/** Of a request whose timeout must be 1 or more (SURFACE.md 2.1). */
export function readOptionsOf(message: WireReadOptions, violations: Violations): ReadOptions {
  violations.atLeast('timeout', message.timeout, 1);
  return anyReadOptionsOf(message);
}

/** Of a request whose timeout may be 0. */
export function anyReadOptionsOf({ readConsistency, timeout }: WireReadOptions): ReadOptions {
  return { consistency: consistencyOf(readConsistency), timeoutSeconds: secondsOf(timeout) };
}

/** A timeout of the wire as the core has it. */
export function secondsOf(timeout: bigint | undefined): number | undefined {
  return timeout === undefined ? undefined : countOf(timeout);
}

function consistencyOf(given: ReadConsistency | undefined): Consistency | undefined {
  if (given === undefined) return undefined;
  const { value } = given;
  switch (value?.$case) {
    case 'factor':
      return countOf(value.value);
    case 'type': {
      const consistency = CONSISTENCIES[value.value];
      if (consistency === undefined)
        throw invalidArgument(`invalid read consistency type value ${String(value.value)}`);
      return consistency;
    }
    case undefined:
      throw invalidArgument('invalid read consistency message: `ReadConsistency::value` field is `None`');
  }
}
