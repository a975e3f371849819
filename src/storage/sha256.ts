import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** From here on a thread is worth its start; a MiB takes 0.6 ms. */
const THREAD_BYTES = 16 << 20;

/** What the thread is told: the file is written up to there, or is whole. Only the latter has an answer, the digest. */
export type Sha256Request = { readonly upTo: number } | 'digest';

/**
 * The SHA-256 of a file while it is written end to end. A large file is digested by a thread of its own at low priority,
 * which reads what was written out of the page cache: nobody waits for it before the end.
 */
export class FileSha256 {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #thread: Worker | undefined;
  #answer: Promise<string> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The next piece is in the file. */
  wrote(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes <= THREAD_BYTES) this.#hash.update(piece);
    else this.#tell({ upTo: this.#bytes });
  }

  /** Of everything that was written, 64 lower-case hexadecimal digits; to be called once. */
  async digest(): Promise<string> {
    if (this.#answer === undefined) return this.#hash.digest('hex');
    this.#tell('digest');
    return this.#answer;
  }

  /** To be called in any case. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #tell(request: Sha256Request): void {
    this.#thread ??= this.#begin();
    this.#thread.postMessage(request);
  }

  #begin(): Worker {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#answer = promise;
    // Heard in `digest`.
    promise.catch(() => undefined);
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./sha256-worker.${extension}`, import.meta.url), { workerData: this.#path });
    thread.on('message', resolve);
    // What another thread throws is no Error of this one.
    thread.on('error', (cause: Error) => reject(new Error(`no digest: ${cause.message}`, { cause })));
    return thread;
  }
}
