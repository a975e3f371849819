import { move, transferableSymbol, valueSymbol } from 'piscina';

import { changeBuffers } from '../core/change-buffers.ts';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';
import type { StatusCode } from './grpc-error.ts';
import { POINT_MESSAGES, type PointMessages } from './parse/point-messages.ts';
import { failureStatus } from './status.ts';

export interface ParseTask {
  readonly message: keyof PointMessages;
  readonly bytes: ArrayBuffer;
}

/** What a parse came to. Errors lose their class between threads, so they travel as the status that they become. */
export type ParseOutcome =
  | { readonly kind: 'request'; readonly request: PointMessages[keyof PointMessages] }
  | {
      readonly kind: 'refused';
      readonly code: StatusCode;
      readonly text: string;
      readonly metadata: Readonly<Record<string, string>>;
    };

/** Somewhat below normal: an upload should not take processor time from a search. */
const NICENESS = 5;

lowerThreadPriority(NICENESS, THREAD_LINK);

/** Parses one message on this thread; the main thread receives a ParseOutcome. */
export function parsePoints({ message, bytes }: ParseTask): unknown {
  try {
    const request = POINT_MESSAGES[message](Buffer.from(bytes));
    const changes = 'changes' in request ? request.changes : [request.change];
    const outcome: ParseOutcome = { kind: 'request', request };
    return move({ [transferableSymbol]: changes.flatMap(changeBuffers), [valueSymbol]: outcome });
  } catch (error) {
    // To translate: see ParseOutcome. A bug of ours stays an error.
    const { code, message, metadata, isOurs } = failureStatus(error);
    if (isOurs) throw error;
    return { kind: 'refused', code, text: message, metadata } satisfies ParseOutcome;
  }
}
