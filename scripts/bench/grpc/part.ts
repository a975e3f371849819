import { median } from '../server/at-recall.ts';
import { runLoad, type LoadOptions } from '../server/load.ts';
import { processorMs } from '../server/processor-time.ts';
import type { Rate, UnderTest } from '../server/rates.ts';
import type { GrpcLoad, GrpcRequests, LoadProgram } from './load-program.ts';
import type { MessageFolder } from './message-file.ts';

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

/** What all parts of the bench have in common. */
export interface Bench {
  readonly program: LoadProgram;
  readonly folder: MessageFolder;
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  readonly connections: number;
}

/** A rate with the share of a core that the generator was busy for. */
export interface SeenRate extends Rate {
  readonly busy: number;
}

/** What each side answered, round by round. */
export type Answers<Sides extends Readonly<Record<string, () => Promise<unknown>>>> = {
  readonly [Side in keyof Sides]: Awaited<ReturnType<Sides[Side]>>[];
};

/** Asks every side in turn, round by round. The first round only warms up. */
export async function inTurn<Sides extends Readonly<Record<string, () => Promise<unknown>>>>(
  rounds: number,
  sides: Sides,
): Promise<Answers<Sides>> {
  const answers = Object.fromEntries(Object.keys(sides).map((name) => [name, [] as unknown[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, ask] of Object.entries(sides)) {
      const answer = await ask();
      if (round > 0) answers[name]?.push(answer);
    }
  }
  return answers as Answers<Sides>;
}

/** Unary calls for as long as a measurement takes. */
export async function measureCalls(
  bench: Bench,
  under: UnderTest,
  requests: GrpcRequests,
  streams = 1,
): Promise<SeenRate> {
  const { connections, seconds } = bench;
  return measureGrpc(bench, under, requests, { mode: 'unary', connections, streams, seconds, decodes: false });
}

export async function measureGrpc(
  { program }: Bench,
  under: UnderTest,
  requests: GrpcRequests,
  load: GrpcLoad,
): Promise<SeenRate> {
  const { perSecond, processorUs, told } = await program.measure(under, requests, load);
  return { perSecond, processorUs, busy: told.busy };
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

/** Each request or answer as worth `count` of what is counted. */
export function times({ perSecond, processorUs, busy }: SeenRate, count: number): SeenRate {
  return { perSecond: perSecond * count, processorUs: processorUs / count, busy };
}

/** `1,234/s, 567 µs, generator 34 %`: medians; in the middle the server's processor time for each. */
export function shownRates(rates: readonly SeenRate[]): string {
  const of = (field: keyof SeenRate): number => median(rates.map((rate) => rate[field]));
  const us = of('processorUs');
  const perSecond = Math.round(of('perSecond')).toLocaleString('en');
  return `${perSecond}/s, ${us < 20 ? us.toFixed(1) : Math.round(us)} µs, generator ${Math.round(of('busy') * 100)} %`;
}

/** `1.23 (rounds 1.20, 1.23, 1.31; at least 1.1: reached; by processor time 1.3)` of rates of two sides. */
export function shownRatio(own: readonly SeenRate[], theirs: readonly SeenRate[], floor: number | undefined): string {
  const pairs = own.map((rate, round) => ({ rate, other: theirs[round] ?? rate }));
  const ratios = pairs.map(({ rate, other }) => rate.perSecond / other.perSecond);
  const processor = median(pairs.map(({ rate, other }) => other.processorUs / rate.processorUs));
  const rounds = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  return `${judged(median(ratios), floor)} (rounds ${rounds}; by processor time ${processor.toFixed(2)})`;
}

/** `1.23, at least 1.1: reached`. */
export function judged(ratio: number, floor: number | undefined): string {
  if (floor === undefined) return ratio.toFixed(2);
  return `${ratio.toFixed(2)}, at least ${floor}: ${ratio >= floor ? 'reached' : 'missed'}`;
}
