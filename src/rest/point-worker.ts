import { move, transferableSymbol, valueSymbol } from 'piscina';

import { changeBuffers } from '../core/change-buffers.ts';
import { type ErrorKind, VectorizerError } from '../core/errors.ts';
import type { PointChange } from '../core/requests.ts';
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
    return move({ [transferableSymbol]: changes.flatMap(changeBuffers), [valueSymbol]: outcome });
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
