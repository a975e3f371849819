/**
 * The kinds of values that a setting can have. `parse` takes what a file, a variable or a flag gives (variables and
 * flags are always text) and answers undefined where it does not fit; `expected` says in words what would.
 */
export interface ValueKind<Value> {
  readonly expected: string;
  readonly parse: (given: unknown) => Value | undefined;
}

export const text: ValueKind<string> = {
  expected: 'a text that is not empty',
  parse: (given) => (typeof given === 'string' && given !== '' ? given : undefined),
};

export const boolean: ValueKind<boolean> = {
  expected: 'true or false',
  parse: (given) => {
    if (typeof given === 'boolean') return given;
    const word = typeof given === 'string' ? given.toLowerCase() : '';
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    return ['false', '0', 'no', 'off'].includes(word) ? false : undefined;
  },
};

/** A whole number from `least` to `most`, both included. */
export function integer(least: number, most: number): ValueKind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    parse: (given) => {
      const isDigits = typeof given === 'string' && /^\d+$/.test(given);
      const value = isDigits ? Number(given) : given;
      return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined;
    },
  };
}

/** One of `words`, in any case. */
export function oneOf<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (given) => (typeof given === 'string' ? words.find((word) => word === given.toLowerCase()) : undefined),
  };
}
