import { onStopSignal, stopStatus, type StopSignal } from '../stop-signals.ts';
import { advised } from './advice.ts';
import { openPlace, type PlaceOptions } from './open-place.ts';
import type { Place } from './place.ts';
import { Report } from './report.ts';

/** A command under way. `signal` aborts at Ctrl-C and SIGTERM. */
export interface Session {
  readonly report: Report;
  readonly signal: AbortSignal;
}

export interface SessionOptions {
  readonly json?: boolean;
}

/**
 * Runs a command. At the first SIGINT or SIGTERM its signal aborts; when it has tidied up, one line says so and the
 * process ends with 130 or 143. Throws what the command throws, with what to do next.
 */
export async function runSession(options: SessionOptions, command: (session: Session) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  let stopped: StopSignal | undefined;
  onStopSignal((signal) => {
    stopped = signal;
    abort.abort();
  });
  const report = new Report({ isJson: options.json === true });
  try {
    await command({ report, signal: abort.signal });
  } catch (error) {
    // Caught to translate: into the end that a signal asked for, or into an error that says what to do next.
    if (stopped !== undefined) {
      const rest = error instanceof GivenUp && error.leftBehind !== '' ? `; ${error.leftBehind}` : '';
      report.givenUp(`${stopped}: given up, nothing is left half${rest}`);
      process.exit(stopStatus(stopped));
    }
    const known = advised(error);
    report.error(known instanceof Error ? known.message : String(known));
    throw known;
  } finally {
    report.close();
  }
}

/** Runs a command that works at a place. */
export async function runAtPlace(
  options: PlaceOptions & SessionOptions,
  command: (place: Place, session: Session) => Promise<void>,
): Promise<void> {
  await runSession(options, (session) => atPlace(options, session, (place) => command(place, session)));
}

/** Opens the place for `work` and closes it whatever happens. */
export async function atPlace(
  options: PlaceOptions,
  { report, signal }: Session,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const place = await openPlace(options, signal);
  try {
    await work(place);
  } catch (error) {
    // Caught to add what only the place knows.
    if (!signal.aborted) throw error;
    throw new GivenUp(report.phase === undefined ? '' : place.leftBehind(report.phase), { cause: error });
  } finally {
    await place.close();
  }
}

/** The user gave the command up. `leftBehind`: what may come of it elsewhere; '' = nothing. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly leftBehind: string;

  constructor(leftBehind: string, options: ErrorOptions) {
    super('given up', options);
    this.leftBehind = leftBehind;
  }
}
