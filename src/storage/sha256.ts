import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** A SHA-256 that is made of pieces as they come. */
export interface Sha256 {
  /** The next piece, which may change once this has resolved. */
  readonly update: (piece: Uint8Array) => Promise<void>;
  /** Of everything, 64 lower-case hexadecimal digits. */
  readonly digest: () => Promise<string>;
  /** To be called in any case. */
  readonly close: () => Promise<void>;
}

/** From here on a thread is worth its start; a MiB takes 0.6 ms. */
const THREAD_BYTES = 16 << 20;

/** expectedBytes: about how much will come. Much is digested by a thread of its own, at low priority; undefined = here. */
export function openSha256(expectedBytes: number | undefined): Sha256 {
  return (expectedBytes ?? 0) < THREAD_BYTES ? inline() : new Sha256Thread();
}

function inline(): Sha256 {
  const hash = createHash('sha256');
  return {
    update: async (piece) => void hash.update(piece),
    digest: async () => hash.digest('hex'),
    close: async () => undefined,
  };
}

/** What the thread is sent, and what it answers: a piece has no answer but that it is done. */
export type Sha256Request = { readonly piece: Uint8Array } | 'digest';
export type Sha256Answer = 'done' | { readonly digest: string };

/** Pieces in shared memory are not copied. */
class Sha256Thread implements Sha256 {
  private readonly worker: Worker;
  /** Who waits for answers, in the order of the requests. */
  private readonly waiting: {
    readonly resolve: (answer: Sha256Answer) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.worker = new Worker(new URL(`./sha256-worker.${extension}`, import.meta.url));
    this.worker.unref();
    this.worker.on('message', (answer: Sha256Answer) => this.waiting.shift()?.resolve(answer));
    this.worker.on('error', (error) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('a thread has failed', { cause: error }));
    });
  }

  async update(piece: Uint8Array): Promise<void> {
    const done = this.ask({ piece });
    if (piece.buffer instanceof SharedArrayBuffer) await done;
    // What is copied may change at once; a failure comes with the digest.
    else done.catch(() => undefined);
  }

  async digest(): Promise<string> {
    const answer = await this.ask('digest');
    return answer === 'done' ? '' : answer.digest;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private ask(request: Sha256Request): Promise<Sha256Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Sha256Answer>();
    this.waiting.push({ resolve, reject });
    this.worker.postMessage(request);
    return promise;
  }
}
