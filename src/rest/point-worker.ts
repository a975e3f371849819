import { move, transferableSymbol, valueSymbol } from 'piscina';

import { type ErrorKind, VectorizerError } from '../core/errors.ts';
import type { PointColumns } from '../core/requests.ts';
import { parsePointColumns } from './parse/points.ts';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';
import { WireError } from './wire-error.ts';

/** What a parse came to. Errors lose their class between threads, so they travel as values. */
export type ParseOutcome =
  | { readonly kind: 'columns'; readonly columns: PointColumns }
  | { readonly kind: 'wire'; readonly status: number; readonly message: string }
  | { readonly kind: 'core'; readonly errorKind: ErrorKind; readonly message: string };

/** Somewhat below normal: an upload should not take processor time from a search. */
const NICENESS = 5;

lowerThreadPriority(NICENESS, THREAD_LINK);

/** Parses the body of one upsert on this thread; the main thread receives a ParseOutcome. */
export function parsePoints(bytes: ArrayBuffer): unknown {
  try {
    const columns = parsePointColumns(Buffer.from(bytes));
    const outcome: ParseOutcome = { kind: 'columns', columns };
    return move({ [transferableSymbol]: buffersOf(columns), [valueSymbol]: outcome });
  } catch (error) {
    // To translate: see ParseOutcome.
    return failure(error);
  }
}

function failure(error: unknown): ParseOutcome {
  if (error instanceof WireError) return { kind: 'wire', status: error.status, message: error.message };
  if (error instanceof VectorizerError) return { kind: 'core', errorKind: error.kind, message: error.message };
  throw error;
}

function buffersOf({ ids, vectors, vectorStarts, payloads, payloadStarts }: PointColumns): ArrayBufferLike[] {
  return [ids.kinds, ids.words, vectors, vectorStarts, payloads, payloadStarts].map(({ buffer }) => buffer);
}
