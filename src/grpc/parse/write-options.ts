import { type WriteOrdering, WriteOrderingType } from '../../../generated/points.js';
import type { WriteOptions } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { secondsOf } from './read-options.ts';

/** The fields of a change that say how it is carried out. */
export interface WireWriteOptions {
  readonly wait?: boolean | undefined;
  readonly ordering?: WriteOrdering | undefined;
  /** Seconds; 0 = an answer at once. */
  readonly timeout?: bigint | undefined;
}

const ORDERINGS: Readonly<Record<number, WriteOptions['ordering']>> = {
  [WriteOrderingType.Weak]: 'weak',
  [WriteOrderingType.Medium]: 'medium',
  [WriteOrderingType.Strong]: 'strong',
};

export function writeOptionsOf({ wait, ordering, timeout }: WireWriteOptions): WriteOptions {
  return { wait: wait ?? false, ordering: orderingOf(ordering), timeoutSeconds: secondsOf(timeout) };
}

function orderingOf(given: WriteOrdering | undefined): WriteOptions['ordering'] {
  if (given === undefined) return 'weak';
  const ordering = ORDERINGS[given.type];
  if (ordering === undefined) throw invalidArgument(`invalid write ordering type value ${String(given.type)}`);
  return ordering;
}
