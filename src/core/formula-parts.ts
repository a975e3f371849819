import { plainText } from '../base/number-text.ts';
import { parseDatetime } from './datetime.ts';
import { badInput, type VectorizerError } from './errors.ts';
import type { Expression } from './formula.ts';
import { jsonPath } from './json-path.ts';

/**
 * What Qdrant finds where it makes its formula of what was sent: the same for every door. The words of failures are
 * recalled from Qdrant's, and not recorded.
 */

type Shape = Extract<Expression, { readonly kind: 'decay' }>['shape'];

/** Brackets of `$score[i]` hold at most so many digits: exact as a double. */
const SCORE = /^\$score(?:\[([0-9]{1,15})\])?$/;

/** `$score`, `$score[i]`, or a path of the payload. */
export function variableOf(
  text: string,
): Extract<Expression, { readonly kind: 'score' | 'payload' }> | VectorizerError {
  if (text.startsWith('$')) {
    const score = SCORE.exec(text);
    if (score === null) return invalid(`Invalid reserved variable: ${text}`);
    return { kind: 'score', index: Number(score[1] ?? 0) };
  }
  const path = jsonPath(text);
  return path === undefined ? invalid(`Invalid payload variable: ${text}`) : { kind: 'payload', path };
}

/** A moment that stands in a formula as a text. */
export function datetimeOf(text: string): Expression | VectorizerError {
  const moment = parseDatetime(text);
  if (moment === undefined) return invalid(`Expected datetime in supported format for ${text}`);
  return { kind: 'datetime', seconds: Number(moment) / 1e6 };
}

/** What is wrong with the numbers of a decay; undefined = nothing. */
export function decayFault(shape: Shape, scale: number, midpoint: number): VectorizerError | undefined {
  if (shape === 'lin' && !(midpoint >= 0 && midpoint <= 1)) {
    return invalid(`Linear decay midpoint should be between 0.0 and 1.0 (inclusive), got ${plainText(midpoint)}.`);
  }
  if (shape !== 'lin' && !(midpoint > 0 && midpoint < 1)) {
    return invalid(`Decay midpoint should be between 0.0 and 1.0 (exclusive), got ${plainText(midpoint)}.`);
  }
  return scale > 0 ? undefined : invalid(`Decay scale should be non-zero positive, got ${plainText(scale)}.`);
}

function invalid(rule: string): VectorizerError {
  return badInput(`Validation failed: ${rule}`);
}
