import { bytesText, durationText } from './quantities.ts';

/**
 * Progress of long work, for whoever waits for it.
 *
 * terminal  one line, drawn again in its place; blanks wipe what is left of a longer one, so no escape codes are needed
 * lines     a line now and then, for logs
 * json      an object a line, for machines
 */
export type ProgressMode = 'terminal' | 'lines' | 'json';

/** Where progress is shown, and what time it is. */
export interface ProgressOutput {
  readonly mode: ProgressMode;
  readonly write: (text: string) => void;
  /** Characters in a line of the terminal, which may change under us. */
  readonly columns: () => number;
  readonly nowMs: () => number;
}

/** `name` is for machines, `label` for people: `books: downloading`. */
export interface Phase {
  readonly name: string;
  readonly label: string;
}

/** The least time between two showings. */
const INTERVAL_MS: Readonly<Record<ProgressMode, number>> = { terminal: 100, lines: 10_000, json: 1000 };
/** The rate is that of the last so many milliseconds: it follows a network that slows down, and does not jump. */
const RATE_WINDOW_MS = 10_000;
const BAR_CELLS = 24;

interface Sample {
  readonly atMs: number;
  readonly doneBytes: number;
}

/** Shows one phase after another. Draws only when it is called: `tick` between news keeps elapsed time alive. */
export class Progress {
  readonly #output: ProgressOutput;
  #phase: Phase | undefined;
  #beganMs = 0;
  #shownMs = 0;
  #shownCharacters = 0;
  #doneBytes = 0;
  #totalBytes: number | undefined;
  #samples: Sample[] = [];

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  /** Begins a phase, and ends the one before. A terminal shows it at once; logs only hear of what takes long. */
  begin(phase: Phase): void {
    this.end();
    const nowMs = this.#output.nowMs();
    this.#phase = phase;
    this.#beganMs = nowMs;
    this.#shownMs = nowMs;
    this.#doneBytes = 0;
    this.#totalBytes = undefined;
    this.#samples = [{ atMs: nowMs, doneBytes: 0 }];
    if (this.#output.mode === 'terminal') this.#show(nowMs);
  }

  /** totalBytes: undefined as long as nobody knows it. */
  update({ doneBytes, totalBytes }: { readonly doneBytes: number; readonly totalBytes: number | undefined }): void {
    // Another pass, as of a file whose checksum is taken before it is read: its rate is its own.
    if (doneBytes < this.#doneBytes) this.#samples = [{ atMs: this.#output.nowMs(), doneBytes }];
    this.#doneBytes = doneBytes;
    this.#totalBytes = totalBytes;
    this.tick();
  }

  /** Shows where the work is, if it is time to. */
  tick(): void {
    const nowMs = this.#output.nowMs();
    if (this.#phase !== undefined && nowMs - this.#shownMs >= INTERVAL_MS[this.#output.mode]) this.#show(nowMs);
  }

  /** Ends the phase. The terminal's line is wiped: what comes next is the result. */
  end(): void {
    if (this.#phase === undefined) return;
    if (this.#output.mode === 'terminal') this.#output.write(`\r${' '.repeat(this.#shownCharacters)}\r`);
    this.#phase = undefined;
    this.#shownCharacters = 0;
  }

  #show(nowMs: number): void {
    this.#shownMs = nowMs;
    const { mode, write } = this.#output;
    if (mode === 'json') return write(`${this.#json(nowMs)}\n`);
    if (mode === 'lines') return write(`${this.#words(nowMs).join('  ')}\n`);
    const line = this.#fitted(nowMs);
    write(`\r${line.padEnd(this.#shownCharacters)}`);
    this.#shownCharacters = line.length;
  }

  #json(nowMs: number): string {
    const rate = this.#bytesPerSecond(nowMs);
    return JSON.stringify({
      event: 'progress',
      phase: this.#phase?.name,
      done_bytes: this.#doneBytes,
      total_bytes: this.#totalBytes ?? null,
      bytes_per_second: rate === undefined ? null : Math.round(rate),
    });
  }

  /** The whole line where it fits, else without its bar, else cut off. The last column stays free: some terminals wrap. */
  #fitted(nowMs: number): string {
    const room = Math.max(1, this.#output.columns() - 1);
    const words = this.#words(nowMs);
    const bar = this.#bar();
    const whole = [...words.slice(0, 1), ...(bar === undefined ? [] : [bar]), ...words.slice(1)].join('  ');
    return whole.length <= room ? whole : words.join('  ').slice(0, room);
  }

  #bar(): string | undefined {
    if (this.#totalBytes === undefined) return undefined;
    const full = Math.round(this.#share() * BAR_CELLS);
    return `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}]`;
  }

  /** `books: downloading`, `43 %`, `430 MiB of 1.0 GiB`, `52 MiB/s`, `0:11 left`. */
  #words(nowMs: number): readonly string[] {
    const label = this.#phase?.label ?? '';
    const rate = this.#bytesPerSecond(nowMs);
    const speed = rate === undefined || rate === 0 ? [] : [`${bytesText(rate)}/s`];
    const elapsed = durationText((nowMs - this.#beganMs) / 1000);
    if (this.#totalBytes === undefined) {
      return [label, elapsed, ...(this.#doneBytes > 0 ? [bytesText(this.#doneBytes), ...speed] : [])];
    }
    const amount = `${bytesText(this.#doneBytes)} of ${bytesText(this.#totalBytes)}`;
    const left = rate === undefined || rate === 0 ? undefined : (this.#totalBytes - this.#doneBytes) / rate;
    return [
      label,
      // Down, not to the nearest: 100 % means that nothing is left.
      `${Math.floor(this.#share() * 100)} %`,
      amount,
      ...speed,
      left === undefined ? `${elapsed} so far` : `${durationText(left)} left`,
    ];
  }

  #share(): number {
    return this.#totalBytes === undefined || this.#totalBytes === 0
      ? 1
      : Math.min(1, this.#doneBytes / this.#totalBytes);
  }

  /** Undefined in the first moment, when nothing can be said. */
  #bytesPerSecond(nowMs: number): number | undefined {
    const samples = this.#samples;
    samples.push({ atMs: nowMs, doneBytes: this.#doneBytes });
    while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) >= RATE_WINDOW_MS) samples.shift();
    const first = samples[0];
    if (first === undefined || nowMs <= first.atMs) return undefined;
    return ((this.#doneBytes - first.doneBytes) * 1000) / (nowMs - first.atMs);
  }
}
