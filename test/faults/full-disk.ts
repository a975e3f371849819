import type { Faults } from './faults.ts';
import { refuseCalls } from './refused-calls.ts';

/**
 * A disk that is full at any one write of a session, and for some turns after it; or that finds no room for one name.
 * LevelDB asks for free space before it writes, and is told that there is none.
 */
export async function fillDisk(faults: Faults): Promise<readonly string[]> {
  const full = { code: 'ENOSPC', kinds: ['insufficient_storage'], isUncertain: false } as const;
  const rounds = Math.ceil(faults.rounds / 3);
  return [
    ...(await refuseCalls({ ...faults, rounds }, { ...full, calls: ['write', 'room'], turnsFull: 3 })),
    ...(await refuseCalls({ ...faults, rounds }, { ...full, calls: ['write', 'room'], turnsFull: 0 })),
    ...(await refuseCalls({ ...faults, rounds }, { ...full, calls: ['create', 'rename', 'mkdir'], turnsFull: 0 })),
  ];
}
