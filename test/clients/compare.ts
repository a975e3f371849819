/** Compares what two programs print for the shared scenario (README.md has the canonical form). */
import { type Json, parseExactly, type RawNumber } from './rest/canonical.ts';

/** One line of a program. */
export interface StepAnswer {
  readonly step: string;
  readonly answer?: Json;
  /** Why the client cannot reach the step. */
  readonly skipped?: string;
}

export interface Difference {
  readonly step: string;
  /** Where in the answer, such as `points[3].score`; empty for the whole. */
  readonly at: string;
  readonly expected: string;
  readonly given: string;
}

export interface Comparison {
  readonly equal: number;
  readonly skipped: readonly { readonly step: string; readonly reason: string }[];
  readonly different: readonly Difference[];
}

/** The lines that a program printed, one JSON object each. */
export function parseSteps(output: string): readonly StepAnswer[] {
  // From the first brace: Maven writes control characters before its program's first line.
  const lines = output.split('\n').map((line) => line.slice(line.indexOf('{')));
  return lines
    .filter((line) => line.startsWith('{') && line.includes('"step"'))
    .map((line) => parseExactly(line) as unknown as StepAnswer);
}

/** Every step has to come, in the order of `expected`; one that is missing, or that nobody expects, is a difference. */
export function compareSteps(expected: readonly StepAnswer[], given: readonly StepAnswer[]): Comparison {
  const names = new Set(expected.map(({ step }) => step));
  const different: Difference[] = [];
  const skipped: { step: string; reason: string }[] = [];
  let equal = 0;
  let last = -1;
  for (const { step, answer: wanted = null } of expected) {
    const at = given.findIndex((other) => other.step === step);
    const found = given[at];
    if (found === undefined) different.push({ step, at: '', expected: written(wanted), given: 'the step is missing' });
    else if (at < last)
      different.push({ step, at: '', expected: 'the order of the scenario', given: 'came too early' });
    else if (found.skipped !== undefined) skipped.push({ step, reason: found.skipped });
    else {
      const difference = firstDifference(wanted, found.answer ?? null, '', false);
      if (difference === undefined) equal++;
      else different.push({ step, ...difference });
    }
    last = Math.max(last, at);
  }
  for (const [at, { step, answer = null }] of given.entries())
    if (!names.has(step) || given.findIndex((other) => other.step === step) !== at)
      different.push({ step, at: '', expected: 'no such step', given: written(answer) });
  return { equal, skipped, different };
}

type Place = Omit<Difference, 'step'>;
type Fields = { readonly [key: string]: Json };

/** Below these every digit counts, and 2 is not 2.0: they hold what a user stored. */
const EXACT: ReadonlySet<string> = new Set(['payload', 'metadata']);

function firstDifference(expected: Json, given: Json, at: string, exact: boolean): Place | undefined {
  const differs = { at, expected: written(expected), given: written(given) };
  if (Array.isArray(expected) && Array.isArray(given)) {
    if (expected.length !== given.length) return differs;
    return first(
      expected.map((each, index) => [index, each, (given as readonly Json[])[index] ?? null]),
      ([index, a, b]) => firstDifference(a, b, `${at}[${index}]`, exact),
    );
  }
  if (isObject(expected) && isObject(given)) {
    const wanted = Object.keys(expected).toSorted();
    const found = Object.keys(given).toSorted();
    // The words of an error are compared where they are known.
    const keys = 'code' in expected && !('message' in expected) ? ['code'] : wanted;
    if (keys === wanted && wanted.join('\n') !== found.join('\n')) return differs;
    return first(keys, (key) =>
      firstDifference(
        expected[key] ?? null,
        given[key] ?? null,
        at === '' ? key : `${at}.${key}`,
        exact || EXACT.has(key),
      ),
    );
  }
  return scalar(expected, exact) === scalar(given, exact) ? undefined : differs;
}

function first<T>(all: readonly T[], difference: (each: T) => Place | undefined): Place | undefined {
  for (const each of all) {
    const found = difference(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNumber(value: Json): value is RawNumber {
  return typeof value === 'object' && value !== null && 'rawJSON' in value;
}

function isObject(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value);
}

/** What has to be the same text in both. Scores count by 5 digits; whole numbers by all, written as numbers or as strings. */
function scalar(value: Json, exact: boolean): string {
  if (!isNumber(value)) return exact ? JSON.stringify(value) : written(value).replace(/^"(-?\d+)"$/, '$1');
  const source = value.rawJSON;
  const whole = /^-?\d+$/.test(source);
  if (exact) return whole ? source : `double ${Number(source)}`;
  return whole ? source : String(Number(Number(source).toPrecision(5)) + 0);
}

function written(value: Json): string {
  return JSON.stringify(value);
}
