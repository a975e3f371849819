import { httpRequest, RawConnection } from '../bench/server/raw-connection.ts';

/** Kinds of requests whose latencies are told apart. */
export type RequestKind = 'search' | 'write' | 'other';

/** A server closes connections that rest for five seconds. */
const REST_MS = 3000;

/** Sends requests one after another over a connection of its own and notes what they take. */
export class Driver {
  private readonly port: number;
  private readonly tally: Tally;
  private connection: RawConnection | undefined;
  private usedMs = 0;

  constructor(port: number, tally: Tally) {
    this.port = port;
    this.tally = tally;
  }

  /** The body of an answer. What is refused is noted, and answers undefined. */
  async send(kind: RequestKind, method: string, path: string, body = ''): Promise<string | undefined> {
    if (performance.now() - this.usedMs > REST_MS) this.close();
    this.connection ??= await RawConnection.open(this.port);
    const started = performance.now();
    const { status, body: answer } = await this.connection.ask(httpRequest(method, path, Buffer.from(body)));
    this.usedMs = performance.now();
    this.tally.note(kind, this.usedMs - started);
    if (status === 200) return answer.toString();
    this.tally.fail(`${method} ${path}: ${status} ${answer.toString()}`);
    return undefined;
  }

  close(): void {
    this.connection?.close();
    this.connection = undefined;
  }
}

/** What was answered since the last look. */
export class Tally {
  readonly failures: string[] = [];
  private latencies: Record<RequestKind, number[]> = { search: [], write: [], other: [] };

  note(kind: RequestKind, latencyMs: number): void {
    this.latencies[kind].push(latencyMs);
  }

  fail(what: string): void {
    this.failures.push(what);
  }

  /** Milliseconds of every request since the last call. */
  take(): Readonly<Record<RequestKind, readonly number[]>> {
    const taken = this.latencies;
    this.latencies = { search: [], write: [], other: [] };
    return taken;
  }
}
