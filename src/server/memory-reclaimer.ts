import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Quiet that must follow the last call, so that nobody's request pays. */
const QUIET_MS = 1_000;

/**
 * A function to be called when a long piece of work has ended: a second later, unless it is called again, garbage is
 * collected once. V8 collects when it allocates, and an idle server does not: what an upload left behind would stay in
 * the process for good, some 50 MB after 100,000 x 768. It takes 10 to 20 ms.
 */
export function memoryReclaimer(): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      collectGarbage();
    }, QUIET_MS).unref();
    timer.refresh();
  };
}

/** Node shows its collector only where a flag asks for it; the flag can be set while the process runs. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}
