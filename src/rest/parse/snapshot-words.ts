import type { SnapshotPriority } from '../../core/snapshots.ts';

/** In the order of Qdrant's enum. */
export const PRIORITIES: readonly SnapshotPriority[] = ['no_sync', 'snapshot', 'replica'];
export const PRIORITY_DEFAULT: SnapshotPriority = 'snapshot';

const CHECKSUM_DIGITS = 64;

/** What is wrong with a text that should be a SHA-256, if anything is. */
export function checksumFault(text: string): string | undefined {
  const given = `value ${JSON.stringify(text)} invalid`;
  if (text.length !== CHECKSUM_DIGITS) return `${given}, must be exactly ${CHECKSUM_DIGITS} characters`;
  return /^[0-9a-fA-F]*$/.test(text) ? undefined : `${given}, must be hexadecimal`;
}
