import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { processorMs } from '../server/processor-time.ts';
import type { Rate, UnderTest } from '../server/rates.ts';

const SOURCE = path.join(import.meta.dirname, 'load');
const PROGRAM = path.join(import.meta.dirname, '../../../node_modules/.cache/bench/grpc-load');
const NO_GO = `the generator of the gRPC benches is a Go program, and there is no Go here. Install Go 1.26 or later
(https://go.dev/dl, or: apt-get install golang-go) and run again; what it is made of comes through the Go module proxy`;
const STAMPS = 2 ** 16;

const run = promisify(execFile);

/** What the generator tells: see load/report.go. */
export interface LoadReport {
  readonly calls: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly firstFailure?: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly answerBytes: number;
  readonly messages: number;
  readonly points: number;
  readonly repeated: boolean;
  readonly busy: number;
}

/** Requests of one method. */
export interface GrpcRequests {
  readonly method: string;
  /** File of their messages. */
  readonly messages: string;
  /** Of an f32 in every message that is another each time; undefined = messages are sent as they are. */
  readonly stampAt: number | undefined;
  /** How many messages there are. */
  readonly count: number;
}

export interface GrpcLoad {
  readonly mode: 'unary' | 'pages' | 'server-stream' | 'client-stream';
  readonly connections: number;
  /** Calls at a time on each. */
  readonly streams: number;
  /** 0 = every message once. */
  readonly seconds: number;
  /** Whether the points of pages are decoded as the official Go client does. */
  readonly decodes: boolean;
}

/** A rate with what else the generator saw. */
export interface GrpcRate extends Rate {
  readonly told: LoadReport;
}

/** The native generator (load/*.go), built when it is asked for. */
export class LoadProgram {
  /** By file: no message is stamped alike twice. */
  readonly #stamped: Map<string, number> = new Map();

  constructor() {
    mkdirSync(path.dirname(PROGRAM), { recursive: true });
    try {
      execFileSync('go', ['build', '-o', PROGRAM, '.'], { cwd: SOURCE, stdio: ['ignore', 'inherit', 'inherit'] });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(NO_GO, { cause: error });
      throw error;
    }
  }

  /** Sends requests and measures them. Throws where one of them fails. */
  async measure(under: UnderTest, requests: GrpcRequests, load: GrpcLoad): Promise<GrpcRate> {
    const before = processorMs(under.pid);
    const told = await this.#run(under, requests, load, []);
    const processorUs = ((processorMs(under.pid) - before) * 1000) / told.calls;
    return { perSecond: told.perSecond, processorUs, told };
  }

  /** Sends every message once and writes the answers to a file. */
  async collect(under: UnderTest, requests: GrpcRequests, answers: string): Promise<void> {
    const load: GrpcLoad = { mode: 'unary', connections: 1, streams: 1, seconds: 0, decodes: false };
    await this.#run(under, { ...requests, stampAt: undefined }, load, [`-answers=${answers}`]);
  }

  async #run(under: UnderTest, requests: GrpcRequests, load: GrpcLoad, more: readonly string[]): Promise<LoadReport> {
    const { method, messages, stampAt, count } = requests;
    const from = this.#stamped.get(messages) ?? 0;
    const words = [
      `-mode=${load.mode}`,
      `-address=127.0.0.1:${under.port}`,
      `-method=${method}`,
      `-messages=${messages}`,
      `-connections=${load.connections}`,
      `-streams=${load.streams}`,
      `-seconds=${load.seconds}`,
      `-decode=${load.decodes}`,
      ...(stampAt === undefined ? [] : [`-stamp-at=${stampAt}`, `-stamp-from=${from}`]),
      ...more,
    ];
    const { stdout } = await run(PROGRAM, words);
    const told = JSON.parse(stdout) as LoadReport;
    if (told.calls !== told.statuses['0']) {
      throw new Error(`${method}: ${JSON.stringify(told.statuses)}: ${told.firstFailure}`);
    }
    if (stampAt !== undefined) this.#stamped.set(messages, (from + Math.ceil(told.calls / count) + 1) % STAMPS);
    return told;
  }
}
