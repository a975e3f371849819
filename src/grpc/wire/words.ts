import { invalidArgument } from '../grpc-error.ts';

/** The words that the core has for the numbers of an enum, both ways. */
export interface Words<Word extends string, Value extends number> {
  readonly numbers: Readonly<Record<Word, Value>>;
  readonly words: ReadonlyMap<number, Word>;
}

export function wordsOf<Word extends string, Value extends number>(
  numbers: Readonly<Record<Word, Value>>,
): Words<Word, Value> {
  const words = Object.keys(numbers) as Word[];
  return { numbers, words: new Map(words.map((word) => [numbers[word], word])) };
}

/** What `value` stands for. `what` names it where it stands for nothing: INVALID_ARGUMENT `Unknown {what}: {value}`. */
export function wordOf<Word extends string>({ words }: Words<Word, number>, value: number, what: string): Word {
  const word = words.get(value);
  if (word === undefined) throw invalidArgument(`Unknown ${what}: ${value}`);
  return word;
}

/** The same of a field that need not be given. */
export function optionalWord<Word extends string>(
  words: Words<Word, number>,
  value: number | undefined,
  what: string,
): Word | undefined {
  return value === undefined ? undefined : wordOf(words, value, what);
}
