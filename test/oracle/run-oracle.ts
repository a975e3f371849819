import { execFile } from 'node:child_process';
import path from 'node:path';
import { withServer } from '../acceptance/server-process.ts';

export interface OracleOptions {
  /** A Python that has qdrant-client. */
  readonly python: string;
  /** undefined = by chance; it is printed. */
  readonly seed: number | undefined;
  readonly seconds: number;
  /** Disagreements after which it ends. */
  readonly failures: number;
  /** Scores are made wrong before they are compared: answers have to disagree. */
  readonly isCanary: boolean;
  /** Called with what the oracle prints, as it prints it. */
  readonly log: (text: string) => void;
}

/**
 * Asks random requests of a server of its own and of local mode of Python's qdrant-client (oracle.py).
 * Returns whether all answers agreed.
 */
export async function runOracle(options: OracleOptions): Promise<boolean> {
  const { python, seed, seconds, failures, isCanary, log } = options;
  let agreed = false;
  await withServer({}, async ({ url }) => {
    const script = path.join(import.meta.dirname, 'oracle.py');
    const words = [script, url, '--seconds', String(seconds), '--failures', String(failures)];
    if (isCanary) words.push('--canary');
    if (seed !== undefined) words.push('--seed', String(seed));
    // No __pycache__ in the tree.
    const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    agreed = await new Promise((resolve) => {
      const child = execFile(python, words, { env: environment, maxBuffer: 1 << 28 }, (error) =>
        resolve(error === null),
      );
      child.stdout?.on('data', log);
      child.stderr?.on('data', log);
    });
  });
  return agreed;
}
