import { move, transferableSymbol, valueSymbol } from 'piscina';

import { type ErrorKind, VectorizerError } from '../core/errors.ts';
import type { PointChange } from '../core/requests.ts';
import type { VectorColumn } from '../core/vectors.ts';
import { type ChangeForm, parseChanges } from './parse/change-body.ts';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';
import { WireError } from './wire-error.ts';

/** What a parse came to. Errors lose their class between threads, so they travel as values. */
export type ParseOutcome =
  | { readonly kind: 'changes'; readonly changes: readonly PointChange[] }
  | { readonly kind: 'wire'; readonly status: number; readonly message: string }
  | { readonly kind: 'core'; readonly errorKind: ErrorKind; readonly message: string };

/** Somewhat below normal: an upload should not take processor time from a search. */
const NICENESS = 5;

lowerThreadPriority(NICENESS, THREAD_LINK);

export interface ParseTask {
  readonly form: ChangeForm;
  readonly bytes: ArrayBuffer;
}

/** Parses the body of one request on this thread; the main thread receives a ParseOutcome. */
export function parsePoints({ form, bytes }: ParseTask): unknown {
  try {
    const changes = parseChanges(form, Buffer.from(bytes));
    const outcome: ParseOutcome = { kind: 'changes', changes };
    return move({ [transferableSymbol]: changes.flatMap(buffersOf), [valueSymbol]: outcome });
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

/** What is worth handing over: payloads and columns of points. The rest of a change is copied. */
function buffersOf(change: PointChange): ArrayBufferLike[] {
  if ('payload' in change) return [change.payload.buffer];
  if (!('points' in change)) return [];
  const { ids, vectors, payloads, payloadStarts } = change.points;
  const arrays = [ids.kinds, ids.words, payloads, payloadStarts, ...vectors.flatMap(arraysOf)];
  return arrays.map(({ buffer }) => buffer);
}

function arraysOf(column: VectorColumn): readonly (Uint8Array | Uint32Array | Float32Array)[] {
  const { has, starts, values } = column;
  if (column.kind === 'sparse') return [has, starts, values, column.indices];
  return column.kind === 'multi' ? [has, starts, values, column.dimensions] : [has, starts, values];
}
