import { median } from '../server/at-recall.ts';
import { runLoad, type LoadOptions } from '../server/load.ts';
import { processorMs } from '../server/processor-time.ts';
import type { Rate, UnderTest } from '../server/rates.ts';
import type { GrpcRate, LoadProgram } from './load-program.ts';
import type { MessageFolder } from './message-file.ts';

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

const WARM_UP_SECONDS = 1;

/** What all parts of the bench have in common. */
export interface Bench {
  readonly program: LoadProgram;
  readonly folder: MessageFolder;
  readonly dimension: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** Asks every side in turn, round by round; what they all answered, by side. */
export async function inTurn<T, Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<T>>>,
): Promise<Readonly<Record<Side, readonly T[]>>> {
  const names = Object.keys(sides) as Side[];
  const answers = Object.fromEntries(names.map((name): [string, T[]] => [name, []])) as Record<Side, T[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) answers[name].push(await sides[name]());
  }
  return answers;
}

/** Before what is measured: code is compiled, connections of all sides have been there. */
export async function warmUp(measures: readonly ((seconds: number) => Promise<unknown>)[]): Promise<void> {
  for (const measure of measures) await measure(WARM_UP_SECONDS);
}

/** A rate with the share of a core that the generator was busy for. */
export interface SeenRate extends Rate {
  readonly busy: number;
}

/** The same as `measureLoad`, with what the generator, which is this process, used itself. */
export async function measureRest(
  { port, pid }: UnderTest,
  connections: number,
  next: LoadOptions['next'],
): Promise<SeenRate> {
  const before = processorMs(pid);
  const own = process.cpuUsage();
  const { requests, elapsedMs } = await runLoad({ port, connections, next });
  const { user, system } = process.cpuUsage(own);
  return {
    perSecond: (requests * 1000) / elapsedMs,
    processorUs: ((processorMs(pid) - before) * 1000) / requests,
    busy: (user + system) / 1000 / elapsedMs,
  };
}

export function seen({ perSecond, processorUs, told }: GrpcRate): SeenRate {
  return { perSecond, processorUs, busy: told.busy };
}

/** `1234/s, 567 µs, generator 34 %`: medians; the middle one is the server's processor time for each. */
export function shownSeen(rates: readonly SeenRate[]): string {
  const of = (field: keyof SeenRate): number => median(rates.map((rate) => rate[field]));
  const us = of('processorUs');
  const perSecond = of('perSecond');
  const rate = perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en');
  return `${rate}/s, ${us < 20 ? us.toFixed(1) : Math.round(us)} µs, generator ${Math.round(of('busy') * 100)} %`;
}

/** Median of the rounds' own ratios, with its floor. */
export function shownRatio(own: readonly number[], theirs: readonly number[], floor: number | undefined): string {
  const ratios = own.map((value, round) => value / (theirs[round] ?? Number.NaN));
  const ratio = median(ratios);
  const rounds = ratios.map((each) => each.toFixed(2)).join(', ');
  const judged = floor === undefined ? '' : `; at least ${floor}: ${ratio >= floor ? 'reached' : 'missed'}`;
  return `${ratio.toFixed(2)} (rounds ${rounds}${judged})`;
}

export function perSecondOf(rates: readonly SeenRate[]): readonly number[] {
  return rates.map(({ perSecond }) => perSecond);
}
