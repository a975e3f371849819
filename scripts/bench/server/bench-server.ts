import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess, temporaryFolder } from '../../../test/acceptance/server-process.ts';
import { uploadRequests, type NamedUpload } from './bodies.ts';
import type { BenchData } from '../engine/cached-data.ts';
import { once, runLoad, type LoadResult } from './load.ts';

export const COLLECTION = 'bench';
export const MEBIBYTE: number = 1024 * 1024;

/** The server under test on a folder of its own; `core` pins all of it to one core. */
export class BenchServer {
  readonly folder: string = temporaryFolder();
  #process: ServerProcess | undefined;

  async start(
    options: { readonly core?: number; readonly environment?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const wrapper = options.core === undefined ? [] : ['taskset', '-c', String(options.core)];
    const flags = ['--log-level', 'info'];
    this.#process = await ServerProcess.start({
      folder: this.folder,
      wrapper,
      flags,
      environment: options.environment ?? {},
    });
  }

  get running(): ServerProcess {
    if (this.#process === undefined) throw new Error('the server is not started');
    return this.#process;
  }

  get port(): number {
    return this.running.port;
  }

  async stop(): Promise<void> {
    await this.#process?.stop('SIGTERM');
  }

  async discard(): Promise<void> {
    await this.#process?.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** One request with a JSON answer, through an ordinary client. Throws where it is refused. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(this.running.url + path, { method, ...init });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (JSON.parse(text) as { readonly result: unknown }).result;
  }

  async createCollection(dimension: number, name: string = COLLECTION): Promise<void> {
    await this.ask('PUT', `/collections/${name}`, { vectors: { size: dimension, distance: 'Cosine' } });
  }

  /** Uploads all rows with `wait=false` and answers when all are acknowledged. Bodies are made beforehand. */
  async upload(
    data: BenchData,
    firstId: number,
    payload?: (row: number) => string,
    named?: NamedUpload,
  ): Promise<LoadResult> {
    const { base: vectors, dimension } = data;
    const requests = [
      ...uploadRequests({
        collection: COLLECTION,
        vectors,
        dimension,
        batchRows: 256,
        firstId,
        wait: false,
        ...(payload === undefined ? {} : { payload }),
        ...(named === undefined ? {} : { named }),
      }),
    ];
    return runLoad({ port: this.port, connections: 2, next: once(requests) });
  }

  /** Resolves when `rows` points are there, all their vectors are indexed and the collection is green. */
  async untilIndexed(rows: number, vectorsEach = 1): Promise<void> {
    for (;;) {
      const info = (await this.ask('GET', `/collections/${COLLECTION}`)) as {
        readonly status: string;
        readonly points_count: number;
        readonly indexed_vectors_count: number;
      };
      if (info.status === 'green' && info.points_count >= rows && info.indexed_vectors_count >= rows * vectorsEach)
        return;
      await sleep(100);
    }
  }

  /** Resident memory of the process in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.running.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
  }
}

/** Keeps a process, all its threads included, to these cores. */
export function pin(pid: number, ...cores: readonly number[]): void {
  execFileSync('taskset', ['-apc', cores.join(','), String(pid)], { stdio: 'ignore' });
}

export function pinSelf(core: number): void {
  pin(process.pid, core);
}
