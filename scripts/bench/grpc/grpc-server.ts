import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../server/bench-server.ts';
import { processorMs } from '../server/processor-time.ts';
import type { UnderTest } from '../server/rates.ts';

const LOOK_MS = 500;
/** Of processor time between two looks. */
const QUIET_MS_MAX = 20;

/** The gRPC door of a server. */
export function grpcOf({ running }: BenchServer): UnderTest {
  return { port: Number(new URL(`http://${running.grpcAddress}`).port), pid: running.pid };
}

/** Resolves when a server has next to nothing to do. */
export async function untilQuiet({ running }: BenchServer): Promise<void> {
  for (let before = Number.NEGATIVE_INFINITY; ;) {
    const now = processorMs(running.pid);
    if (now - before <= QUIET_MS_MAX) return;
    before = now;
    await sleep(LOOK_MS);
  }
}
