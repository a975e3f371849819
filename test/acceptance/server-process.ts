import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(import.meta.dirname, '../..');

/** What a user types, and the same straight from src/, which is what coverage can see. */
export type Launcher = 'bin' | 'src';
const LAUNCHERS: Readonly<Record<Launcher, string>> = {
  bin: path.join(ROOT, 'bin/vectorizer'),
  src: path.join(ROOT, 'test/cli/run-cli.ts'),
};

export interface CommandOptions {
  readonly launcher?: Launcher;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Words before the node binary, such as `['taskset', '-c', '0']`. */
  readonly wrapper?: readonly string[];
}

export interface Ended {
  /** Exit status, or undefined where a signal ended the process. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `vectorizer …args`. Output is piped. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): ChildProcess {
  const words = [...(options.wrapper ?? []), process.execPath, LAUNCHERS[options.launcher ?? 'bin'], ...args];
  return spawn(words[0] ?? '', words.slice(1), {
    cwd: options.cwd ?? ROOT,
    // A process that is killed leaves no coverage, one of dist/ counts for nothing: only src/ is asked for it.
    env: { ...process.env, ...(options.launcher === 'src' ? {} : { NODE_V8_COVERAGE: '' }), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `vectorizer …args` to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return ended(startCommand(args, options));
}

/** Gathers the output of `child` until it ends. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status: status ?? undefined, signal: signal ?? undefined, ...output };
}

/** A folder of its own under the system's temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'vectorizer-test-'));
}

export interface ServeOptions extends CommandOptions {
  /** Where data and snapshots live. */
  readonly folder: string;
  /** 0 = any free port. */
  readonly port?: number;
  readonly flags?: readonly string[];
}

/** One `vectorizer serve` as a child process. */
export class ServerProcess {
  readonly url: string;
  /** `host:port`; '' = off. */
  readonly grpcAddress: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #end: Promise<Ended>;

  private constructor({ url, grpcAddress }: Announced, child: ChildProcess, end: Promise<Ended>) {
    this.url = url;
    this.grpcAddress = grpcAddress;
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#end = end;
  }

  /** Resolves when the server listens; rejects with its output where it ends before that. */
  static async start(options: ServeOptions): Promise<ServerProcess> {
    const { folder, port = 0, flags = [] } = options;
    const storage = ['--storage', path.join(folder, 'storage'), '--snapshots', path.join(folder, 'snapshots')];
    const ports = ['--port', String(port), '--grpc-port', '0'];
    const child = startCommand(['serve', ...ports, ...storage, ...flags], options);
    const end = ended(child);
    const listening = await Promise.race([announced(child), end]);
    if ('status' in listening) throw new Error(`the server ended at once: ${JSON.stringify(listening)}`);
    return new ServerProcess(listening, child, end);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal and resolves when the process has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#child.kill(signal);
    return this.#end;
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended by itself. */
  get end(): Promise<Ended> {
    return this.#end;
  }
}

/** Runs `use` with a server and ends that with `signal` whatever happens. */
export async function withServerOn(
  options: ServeOptions,
  signal: NodeJS.Signals,
  use: (server: ServerProcess) => Promise<unknown>,
): Promise<void> {
  const server = await ServerProcess.start(options);
  try {
    await use(server);
  } finally {
    await server.stop(signal);
  }
}

/** Runs `use` with a server on a folder of its own, and leaves neither behind. */
export async function withServer(
  options: Omit<ServeOptions, 'folder'>,
  use: (server: ServerProcess, folder: string) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder();
  try {
    await withServerOn({ ...options, folder }, 'SIGTERM', (server) => use(server, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Announced {
  readonly url: string;
  readonly grpcAddress: string;
}

async function announced(child: ChildProcess): Promise<Announced> {
  if (child.stdout === null) throw new Error('no output to read');
  let url = '';
  let grpcAddress = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /"url":"([^"]+)"/.exec(line)?.[1] ?? url;
    grpcAddress = /"grpcAddress":"([^"]+)"/.exec(line)?.[1] ?? grpcAddress;
    // The last line of the announcement.
    if (line.includes('create a first collection')) return { url, grpcAddress };
  }
  return new Promise(() => undefined); // the process ended without a word: `ended` wins the race
}
