import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { UnderTest } from '../server/rates.ts';

/** A server in a process of its own, which tells its port in its first message. */
export class IdleProcess implements UnderTest {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly pid: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  /** Runs a file of this folder. Rejects where it ends before it serves. */
  static async start(file: 'idle-door.ts' | 'idle-grpc-js.ts', words: readonly string[]): Promise<IdleProcess> {
    const child = fork(path.join(import.meta.dirname, file), words, { execArgv: ['--max-semi-space-size=8'] });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended at once`)));
    ended.catch(() => undefined); // it also ends when it is stopped, with nobody waiting
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
    return new IdleProcess(child, port);
  }

  stop(): void {
    this.#child.kill();
  }
}
