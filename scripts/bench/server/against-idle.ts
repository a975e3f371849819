import type { LoadOptions } from './load.ts';
import { measureLoad, medianRate, shownRate, type Rate, type UnderTest } from './rates.ts';

/** Of Qdrant's rate, or the share of the idle door's that counts as having reached it. */
const WANTED_RATIO = 3;
const WANTED_SHARE = 0.9;
const WARM_UP_MS = 300;

/** Requests of one kind. */
export interface RateCase {
  readonly name: string;
  /** Qdrant's rate on the same machine, where it was measured (DESIGN.md section 8). */
  readonly qdrant: number | undefined;
  /** The next request; there is always one. */
  readonly next: () => Uint8Array;
}

export interface Comparison {
  readonly server: UnderTest;
  /** Answers the same requests at once. */
  readonly door: UnderTest;
  readonly connections: number;
  readonly rounds: number;
  readonly durationMs: number;
  /** Runs after each round, untimed. */
  readonly afterRound?: () => Promise<void>;
}

export interface Compared {
  readonly one: RateCase;
  readonly own: Rate;
  readonly idle: Rate;
}

/** Asks server and idle door in turn, case by case and round by round. Medians of the rounds. */
export async function compareWithIdle(
  cases: readonly RateCase[],
  comparison: Comparison,
): Promise<readonly Compared[]> {
  const { server, door, connections, rounds, durationMs, afterRound } = comparison;
  const own = cases.map((): Rate[] => []);
  const idle = cases.map((): Rate[] => []);
  for (const under of [server, door]) {
    for (const { next } of cases) await measureLoad(under, connections, forMs(next, WARM_UP_MS));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { next }] of cases.entries()) {
      // What the server keeps for a while may be gone since the last round.
      await measureLoad(server, connections, counted(next, connections));
      own[index]?.push(await measureLoad(server, connections, forMs(next, durationMs)));
      idle[index]?.push(await measureLoad(door, connections, forMs(next, durationMs / 2)));
    }
    await afterRound?.();
  }
  return cases.map((one, index) => ({ one, own: medianRate(own[index] ?? []), idle: medianRate(idle[index] ?? []) }));
}

/**
 * Prints a line a case. speed: of this machine now, as a share of the one that Qdrant was measured on, by what both do alike;
 * undefined = taken to be the same.
 */
export function reportCompared(all: readonly Compared[], speed: number | undefined): void {
  const tied = speed === undefined ? '' : '   tied';
  console.log('requests a second, medians; in brackets the processor time of the server for each, µs');
  console.log(`${''.padEnd(30)}             ours  Qdrant  ratio${tied}          idle door  share`);
  for (const { one, own, idle } of all) {
    const { name, qdrant } = one;
    const ratio = qdrant === undefined ? Number.NaN : own.perSecond / qdrant;
    const share = own.perSecond / idle.perSecond;
    const tiedRatio = ratio / (speed ?? 1);
    const isReached = tiedRatio >= WANTED_RATIO || share >= WANTED_SHARE;
    const cells = [
      name.padEnd(30),
      shownRate(own).padStart(16),
      (qdrant ?? '').toString().padStart(7),
      (qdrant === undefined ? '' : ratio.toFixed(1)).padStart(6),
      ...(speed === undefined ? [] : [(qdrant === undefined ? '' : tiedRatio.toFixed(1)).padStart(6)]),
      shownRate(idle).padStart(18),
      share.toFixed(2).padStart(6),
      qdrant === undefined ? '' : isReached ? 'reached' : 'missed',
    ];
    console.log(cells.join(' '));
  }
}

/** Round and round. */
export function endless(requests: readonly Uint8Array[]): RateCase['next'] {
  let at = -1;
  return () => {
    at = (at + 1) % requests.length;
    return requests[at] as Uint8Array;
  };
}

export function forMs(next: RateCase['next'], durationMs: number): LoadOptions['next'] {
  const end = performance.now() + durationMs;
  return () => (performance.now() >= end ? undefined : next());
}

function counted(next: RateCase['next'], count: number): LoadOptions['next'] {
  let left = count;
  return () => (left-- > 0 ? next() : undefined);
}
