import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from './bench-server.ts';

const PROBE = path.join(import.meta.dirname, 'probe.mjs');

export interface Probed {
  readonly heapUsed: number;
  /** Of the event loop, since the last time this was asked for. */
  readonly longestStopMs: number;
}

/** Asks a server under test what it looks like from inside. */
export class ServerProbe {
  readonly #server: BenchServer;
  readonly #file: string;

  constructor(server: BenchServer) {
    this.#server = server;
    this.#file = path.join(server.folder, 'probe.json');
  }

  /** For `BenchServer.start`. The garbage collector is run before each answer. */
  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--expose-gc --import=${PROBE}`, VECTORIZER_PROBE_FILE: this.#file };
  }

  async ask(): Promise<Probed> {
    rmSync(this.#file, { force: true });
    this.#server.running.signal('SIGUSR2');
    while (!existsSync(this.#file)) await sleep(20);
    return JSON.parse(readFileSync(this.#file, 'utf8')) as Probed;
  }
}
