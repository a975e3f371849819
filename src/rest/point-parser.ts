import { Piscina } from 'piscina';

import { VectorizerError } from '../core/errors.ts';
import type { PointChange } from '../core/requests.ts';
import { type ChangeForm, parseChanges } from './parse/change-body.ts';
import type { ParseOutcome, ParseTask } from './point-worker.ts';
import { WireError } from './wire-error.ts';

/** 64 KiB takes a fifth of a millisecond here; a hop to another thread and back costs about as much. */
const OFFLOAD_BYTES_MIN = 65_536;
/** Two keep up with more than the log can take; idle ones end, since each holds some 10 MB. */
const THREADS_MAX = 2;
const IDLE_MS = 2_000;

/**
 * Parses the bodies of changes of points: small ones at once, large ones on other threads, so that a search never waits for
 * somebody's upload to be parsed. Bytes go there and columns and payloads come back by transfer, without a copy.
 */
export class PointParser {
  private pool: Piscina<ParseTask, ParseOutcome> | undefined = undefined;

  /** Throws (or rejects with) what the parser throws. A large body is gone afterwards: its bytes belong to the thread. */
  readonly parse = (form: ChangeForm, body: Buffer): readonly PointChange[] | Promise<readonly PointChange[]> =>
    body.length < OFFLOAD_BYTES_MIN ? parseChanges(form, body) : this.parseElsewhere(form, body);

  /** Ends the threads; no parse may be running. */
  async close(): Promise<void> {
    await this.pool?.destroy();
    this.pool = undefined;
  }

  private async parseElsewhere(form: ChangeForm, body: Buffer): Promise<readonly PointChange[]> {
    this.pool ??= openPool();
    const bytes = ownBytes(body);
    const outcome = await this.pool.run({ form, bytes }, { transferList: [bytes] });
    switch (outcome.kind) {
      case 'changes':
        return outcome.changes;
      case 'wire':
        throw new WireError(outcome.status, outcome.message);
      case 'core':
        throw new VectorizerError(outcome.errorKind, outcome.message);
    }
  }
}

function openPool(): Piscina<ParseTask, ParseOutcome> {
  // The build turns .ts into .js, but only in imports.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Piscina({
    filename: new URL(`./point-worker.${extension}`, import.meta.url).href,
    name: 'parsePoints',
    minThreads: 0,
    maxThreads: THREADS_MAX,
    idleTimeout: IDLE_MS,
  });
}

/** The bytes of a body in a buffer that holds nothing else, and so can be handed over. */
function ownBytes(body: Buffer): ArrayBuffer {
  const { buffer } = body;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === body.length) return buffer;
  return body.buffer.slice(body.byteOffset, body.byteOffset + body.length) as ArrayBuffer;
}
