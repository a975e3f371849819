import { queryFault } from '../../core/query-fault.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type QueryViolations, validated } from './query-violations.ts';
import { readOptionsOf, type WireReadOptions } from './read-options.ts';

/** What every reading request has. */
export interface WireRead extends WireReadOptions {
  readonly collectionName: string;
}

/**
 * Reads one query, of the new form or an older one.
 * prefix  what stands before the names of its fields in broken rules: `query_points[0].`, or nothing.
 */
export type ReadQuery<Message> = (message: Message, prefix: string, violations: QueryViolations) => QueryPoints;

/** A request with one query. */
export function singleOf<Message extends WireRead>(message: Message, read: ReadQuery<Message>): QueryBatch {
  return checked(message, (violations) => [read(message, '', violations)]);
}

/**
 * A request with several queries.
 * name  of the field that they stand in. The collections that they name themselves are passed over, and so is how each
 *       is to be carried out: what the batch says holds for all.
 */
export function batchOf<Message extends WireReadOptions>(
  batch: WireRead,
  { name, messages }: { readonly name: string; readonly messages: readonly Message[] },
  read: ReadQuery<Message>,
): QueryBatch {
  return checked(batch, (violations) => {
    violations.take('queries and prefetches', messages.length);
    return messages.map((message, index) => {
      const prefix = `${name}[${index}].`;
      violations.atLeast(`${prefix}timeout`, message.timeout, 1);
      return read(message, prefix, violations);
    });
  });
}

function checked(message: WireRead, read: (violations: QueryViolations) => readonly QueryPoints[]): QueryBatch {
  const request = validated((violations) => {
    const collection = violations.collection(message.collectionName);
    return { collection, ...readOptionsOf(message, violations), queries: read(violations) };
  });
  const fault = queryFault(request.queries);
  if (fault !== undefined) throw fault;
  return request;
}
