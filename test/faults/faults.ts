/** One program of faults: how long, from which seed, and where it says what it did. */
export interface Faults {
  readonly rounds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** `SEED` fixes what is drawn. */
export function seedOf(): number {
  return Number(process.env['SEED'] ?? Date.now() % 1_000_000);
}
