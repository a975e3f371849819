import type { Faults } from './faults.ts';
import { refuseCalls } from './refused-calls.ts';

/** A disk that fails at any one fsync of a session, of a file or of a folder. */
export async function failSyncs(faults: Faults): Promise<readonly string[]> {
  const failing = { code: 'EIO', turnsFull: 0, kinds: ['internal'], isUncertain: true } as const;
  const rounds = Math.ceil(faults.rounds / 2);
  return [
    ...(await refuseCalls({ ...faults, rounds }, { ...failing, calls: ['sync'] })),
    ...(await refuseCalls({ ...faults, rounds }, { ...failing, calls: ['syncDirectory'] })),
  ];
}
