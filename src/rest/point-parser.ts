import { ParsingThreads } from '../base/parsing-threads.ts';
import { VectorizerError } from '../core/errors.ts';
import type { PointChange } from '../core/requests.ts';
import { type ChangeForm, parseChanges } from './parse/change-body.ts';
import type { ParseOutcome, ParseTask } from './point-worker.ts';
import { WireError } from './wire-error.ts';

/** 64 KiB takes a fifth of a millisecond here; a hop to another thread and back costs about as much. */
const OFFLOAD_BYTES_MIN = 65_536;

/** Parses the bodies of changes of points: small ones at once, large ones on other threads. */
export class PointParser {
  private readonly threads = new ParsingThreads<ParseTask, ParseOutcome>(new URL('./point-worker', import.meta.url));

  /** Throws (or rejects with) what the parser throws. A large body is gone afterwards: its bytes belong to the thread. */
  readonly parse = (form: ChangeForm, body: Buffer): readonly PointChange[] | Promise<readonly PointChange[]> =>
    body.length < OFFLOAD_BYTES_MIN ? parseChanges(form, body) : this.parseElsewhere(form, body);

  /** Ends the threads; no parse may be running. */
  async close(): Promise<void> {
    await this.threads.close();
  }

  private async parseElsewhere(form: ChangeForm, body: Buffer): Promise<readonly PointChange[]> {
    const outcome = await this.threads.run(body, (bytes) => ({ form, bytes }));
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
