import { Piscina } from 'piscina';

/** Two keep up with more than the log can take; idle ones end, since each holds some 10 MB. */
const THREADS_MAX = 2;
const IDLE_MS = 2_000;

/**
 * Threads that parse large bodies, so that a search never waits for somebody's upload to be parsed. Bytes go there and
 * columns and payloads come back by transfer, without a copy. The threads begin with the first body, end by themselves when
 * they are idle, and keep no process up.
 */
export class ParsingThreads<Task, Outcome> {
  readonly #worker: string;
  #pool: Piscina<Task, Outcome> | undefined = undefined;

  /** worker: the module of the threads without its extension, `new URL('./point-worker', import.meta.url)`. */
  constructor(worker: URL) {
    // The build turns .ts into .js, but only in imports.
    this.#worker = worker.href + (import.meta.url.endsWith('.ts') ? '.ts' : '.js');
  }

  /** What the threads make of the task of `body`, whose bytes are gone afterwards: they belong to the thread. */
  run(body: Buffer, taskOf: (bytes: ArrayBuffer) => Task): Promise<Outcome> {
    this.#pool ??= new Piscina<Task, Outcome>({
      filename: this.#worker,
      name: 'parsePoints',
      minThreads: 0,
      maxThreads: THREADS_MAX,
      idleTimeout: IDLE_MS,
    });
    const bytes = ownBytes(body);
    return this.#pool.run(taskOf(bytes), { transferList: [bytes] });
  }

  /** Ends the threads; none may be at work. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
    this.#pool = undefined;
  }
}

/** The bytes in a buffer that holds nothing else, and so can be handed over. */
function ownBytes(body: Buffer): ArrayBuffer {
  const { buffer } = body;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === body.length) return buffer;
  return buffer.slice(body.byteOffset, body.byteOffset + body.length) as ArrayBuffer;
}
