import { Progress, type Phase, type ProgressMode } from '../progress.ts';
import type { PhaseName, Work } from './place.ts';

/** How often a terminal may be drawn again; slower modes sift by themselves. */
const TICK_MS = 100;

const DOING: Readonly<Record<PhaseName, string>> = {
  create: 'making the snapshot',
  download: 'downloading',
  upload: 'uploading',
  recover: 'recovering',
  verify: 'verifying',
};

/**
 * What a command says: results on stdout, as text or as one JSON object a line; progress, and what goes wrong, on stderr
 * (progress of `--json` on stdout, among the other events).
 */
export class Report {
  readonly #isJson: boolean;
  readonly #progress: Progress;
  readonly #timer: NodeJS.Timeout;
  /** What was begun last, whether or not it has ended. */
  #phase: PhaseName | undefined;

  constructor({ isJson }: { readonly isJson: boolean }) {
    this.#isJson = isJson;
    const stream = isJson ? process.stdout : process.stderr;
    this.#progress = new Progress({
      mode: progressMode(isJson),
      write: (text) => void stream.write(text),
      columns: () => process.stderr.columns || 80,
      nowMs: () => performance.now(),
    });
    this.#timer = setInterval(() => this.#progress.tick(), TICK_MS).unref();
  }

  get phase(): PhaseName | undefined {
    return this.#phase;
  }

  /** Long work on `subject`, whose progress is shown until the next result. */
  workOn(subject: string): Work {
    const phase = (name: PhaseName): void => {
      this.#phase = name;
      const shown: Phase = { name, label: `${subject}: ${DOING[name]}` };
      this.#progress.begin(shown);
    };
    return { phase, progress: (progress) => this.#progress.update(progress) };
  }

  /** A result: `event` for machines, `text` for people. */
  result(event: Readonly<Record<string, unknown>>, text: string): void {
    this.#progress.end();
    process.stdout.write(`${this.#isJson ? JSON.stringify(event) : text}\n`);
  }

  /** What went wrong with one of several things to do. */
  failure(subject: string, message: string): void {
    this.#progress.end();
    if (this.#isJson)
      process.stdout.write(`${JSON.stringify({ event: 'error', message: `${subject}: ${message}` })}\n`);
    process.stderr.write(`vectorizer: ${subject}: ${message}\n`);
  }

  /** That the command ends here: for machines; `main` tells people of an error, `givenUp` of a signal. */
  error(message: string): void {
    this.#progress.end();
    if (this.#isJson) process.stdout.write(`${JSON.stringify({ event: 'error', message })}\n`);
  }

  givenUp(message: string): void {
    this.error(message);
    process.stderr.write(`vectorizer: ${message}\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#progress.end();
  }
}

function progressMode(isJson: boolean): ProgressMode {
  if (isJson) return 'json';
  return process.stderr.isTTY ? 'terminal' : 'lines';
}
