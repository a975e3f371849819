import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Ask, Told } from './hnswlib-process.ts';
import type { Measured } from './at-recall.ts';

/** hnswlib-node, one thread on one core. */
export class Baseline {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor(core: number) {
    const program = path.join(import.meta.dirname, 'hnswlib-process.ts');
    const words = ['-c', String(core), process.execPath, program];
    this.#child = spawn('taskset', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error('hnswlib-node ended: is it installed? npm run bench:install');
    });
    this.#ended.catch(() => undefined); // it also ends when it is closed, with nobody asking
  }

  /** Seconds to build the graph of `rows` x `dimension`, one row after the other. */
  async buildSeconds(rows: number, dimension: number): Promise<number> {
    const told = await this.#ask({ kind: 'build', rows, dimension });
    return told.kind === 'built' ? told.seconds : Number.NaN;
  }

  /** Recall and searches a second at one ef. */
  async search(rows: number, dimension: number, ef: number, durationMs: number): Promise<Measured> {
    const told = await this.#ask({ kind: 'search', rows, dimension, ef, durationMs });
    if (told.kind !== 'searched') throw new Error('an answer to another question');
    return told;
  }

  close(): void {
    this.#child.kill();
  }

  async #ask(ask: Ask): Promise<Told> {
    const answer = once(this.#child, 'message');
    this.#child.send(ask);
    return ((await Promise.race([answer, this.#ended])) as [Told])[0];
  }
}
