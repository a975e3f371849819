import { readlinkSync } from 'node:fs';
import os from 'node:os';

/** Where Linux says which thread is asking. */
export const THREAD_LINK = '/proc/thread-self';

/**
 * Lowers the priority of the calling thread alone: Linux gives each thread one of its own, under the id at the end of
 * `threadLink`. Where there is no such link nothing is done.
 *
 * niceness  0 (normal) … 19 (last).
 * Returns   whether the priority was set.
 */
export function lowerThreadPriority(niceness: number, threadLink: string): boolean {
  try {
    const threadId = Number(readlinkSync(threadLink).split('/').at(-1));
    // 0 would be the whole process.
    if (!(threadId > 0)) return false;
    os.setPriority(threadId, niceness);
    return true;
  } catch {
    // To go on: without /proc, or where it is forbidden, the thread runs at normal priority, which is only less polite.
    return false;
  }
}
