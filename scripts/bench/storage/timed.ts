import { spawnSync } from 'node:child_process';
import { median } from '../server/at-recall.ts';

/** Seconds that work took. */
export async function seconds(work: () => Promise<unknown> | void): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Runs a command of the system to its end. Throws where it fails. */
export function run(command: string, ...parameters: readonly string[]): void {
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${stderr}`);
}

export interface Contest {
  readonly name: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** `ours 0.51 s, theirs 0.42 s, ratio 1.21`: the ratio is the median of the rounds' own. */
export function contestText({ name, ours, theirs }: Contest, bound: string): string {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  const [own, other, ratio] = [ours, theirs, ratios].map(median);
  return `${name}: ${own?.toFixed(3)} s against ${other?.toFixed(3)} s, ratio ${ratio?.toFixed(2)} (${bound})`;
}
