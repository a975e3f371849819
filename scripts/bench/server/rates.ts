import { median } from './at-recall.ts';
import { runLoad, type LoadOptions } from './load.ts';
import { processorMs } from './processor-time.ts';

/** A process that answers requests. */
export interface UnderTest {
  readonly port: number;
  readonly pid: number;
}

export interface Rate {
  /** Requests. */
  readonly perSecond: number;
  /** That all threads of the process take for one request. */
  readonly processorUs: number;
}

/** Sends requests over `connections` until `next` has no more. */
export async function measureLoad(
  { port, pid }: UnderTest,
  connections: number,
  next: LoadOptions['next'],
): Promise<Rate> {
  const before = processorMs(pid);
  const { requests, elapsedMs } = await runLoad({ port, connections, next });
  return { perSecond: (requests * 1000) / elapsedMs, processorUs: ((processorMs(pid) - before) * 1000) / requests };
}

export function medianRate(rates: readonly Rate[]): Rate {
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    processorUs: median(rates.map(({ processorUs }) => processorUs)),
  };
}

/** `1234 (567)`: a second, and in brackets µs of processor time. */
export function shownRate({ perSecond, processorUs }: Rate): string {
  return `${perSecond < 20 ? perSecond.toFixed(1) : Math.round(perSecond)} (${Math.round(processorUs)})`;
}
