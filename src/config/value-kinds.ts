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

/** A port to listen on, 0 = any free one; or `off`. */
export const portOrOff: ValueKind<number | 'off'> = {
  expected: 'a whole number from 0 to 65535, or off',
  parse: (given) => (given === 'off' || given === false ? 'off' : PORT.parse(given)),
};

const PORT = integer(0, 65_535);

/** One of `words`, in any case. */
export function oneOf<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (given) => (typeof given === 'string' ? words.find((word) => word === given.toLowerCase()) : undefined),
  };
}

/** Bytes, or a share (0 … 1) of the memory that the process may use. */
export type MemorySize =
  { readonly kind: 'bytes'; readonly bytes: number } | { readonly kind: 'share'; readonly share: number };

const UNITS: readonly string[] = ['b', 'kb', 'mb', 'gb', 'tb'];

/** `512MB`, `1.5 GiB` (units are powers of 1,024), bytes as a whole number, or `60%`. */
export const memorySize: ValueKind<MemorySize> = {
  expected: 'a size like 512MB or 2GB, or a share of the memory like 60%',
  parse: (given) => {
    const written = typeof given === 'number' ? String(given) : given;
    const match = typeof written === 'string' ? /^(\d+(?:\.\d+)?) ?(%|[kmgt]?i?b)?$/i.exec(written) : null;
    if (match === null) return undefined;
    const amount = Number(match[1]);
    const unit = (match[2] ?? 'b').toLowerCase().replace('ib', 'b');
    if (unit === '%') return amount > 0 && amount <= 100 ? { kind: 'share', share: amount / 100 } : undefined;
    const bytes = amount * 1024 ** UNITS.indexOf(unit);
    return Number.isSafeInteger(Math.floor(bytes)) && bytes >= 1
      ? { kind: 'bytes', bytes: Math.floor(bytes) }
      : undefined;
  },
};
