import * as wire from '../../../generated/points.js';
import { parseDatetime } from '../../core/datetime.ts';
import type { OrderBy, StartFrom } from '../../core/query.ts';
import { invalidArgument } from '../grpc-error.ts';
import { jsonPathOf } from './paths.ts';
import { microsecondsOf } from './predicates.ts';
import type { Violations } from './violations.ts';

/** path: where it stands, for broken rules: `order_by`. A direction that nobody knows is none, as Qdrant has it. */
export function orderByOf({ key, direction, startFrom }: wire.OrderBy, path: string, violations: Violations): OrderBy {
  return {
    path: jsonPathOf(key),
    direction: direction === wire.Direction.Desc ? 'desc' : 'asc',
    startFrom: startFrom === undefined ? undefined : startFromOf(startFrom, `${path}.start_from`, violations),
  };
}

function startFromOf({ value }: wire.StartFrom, path: string, violations: Violations): StartFrom {
  switch (value?.$case) {
    case 'float':
      // It stands before and behind nothing. REST cannot have it; the words are ours.
      if (Number.isNaN(value.value)) throw invalidArgument('StartFrom value is not a number');
      return { kind: 'float', value: value.value };
    case 'integer':
      return { kind: 'integer', value: value.value };
    case 'timestamp':
      return { kind: 'datetime', value: microsecondsOf(value.value, `${path}.value`, violations) };
    case 'datetime': {
      const microseconds = parseDatetime(value.value);
      if (microseconds === undefined) throw invalidArgument(`failed to parse datetime: ${value.value}`);
      return { kind: 'datetime', value: microseconds };
    }
    case undefined:
      throw invalidArgument('StartFrom value is missing');
  }
}
