import { JSON_ARRAY, JSON_OBJECT } from '../../base/json/json-tree.ts';
import { badInput, limitExceeded } from '../../core/errors.ts';
import type { Example, Feedback, Mmr, Query, RecommendStrategy } from '../../core/query.ts';
import { ryuText } from '../../base/number-text.ts';
import { type Decode, type Decoding, isNull, optional } from './decoding.ts';
import { decodeExample, decodePairs, ExampleReader } from './examples.ts';
import { wrongType } from './format-error.ts';
import { CANDIDATES_LIMIT_MAX, FEEDBACK_MAX } from '../../core/request-limits.ts';
import { outOfRange } from '../../core/finite.ts';
import { MMR_DIVERSITY } from '../../core/query-defaults.ts';
import { decodeF32, decodeUsize, decodeWord } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';

/**
 * Queries that compare vectors, each the value of its key within `query`. Qdrant tries one form after the other: undefined,
 * or a FormatError that the caller forgets, says that it is not this one.
 *
 * path  of the query, for broken rules: `internal.query`.
 */

/** `{nearest, mmr}`. */
export function decodeNearest(
  decoding: Decoding,
  fields: ReadonlyMap<string, number>,
  path: string,
): Query | undefined {
  const nearest = fields.get('nearest');
  const mmr = optional(decoding, fields.get('mmr'), (decoding, node) => decodeMmr(decoding, node, path));
  if (nearest === undefined) return undefined;
  const example = decodeExample(decoding, nearest, `${path}.nearest`);
  return example === undefined ? undefined : { kind: 'nearest', example, mmr };
}

function decodeMmr(decoding: Decoding, node: number, path: string): Mmr {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct Mmr');
  const fields = fieldsOf(tree, node);
  const diversity = optional(decoding, fields.get('diversity'), decodeF32) ?? MMR_DIVERSITY;
  const candidatesLimit = optional(decoding, fields.get('candidates_limit'), decodeUsize);
  if (diversity < 0 || diversity > 1) {
    decoding.violate(`${path}.mmr.diversity: value ${ryuText(diversity)} invalid, must be from 0.0 to 1.0`);
  }
  if (candidatesLimit !== undefined && candidatesLimit > CANDIDATES_LIMIT_MAX) {
    const rule = `value ${candidatesLimit} invalid, must be ${CANDIDATES_LIMIT_MAX} or smaller`;
    decoding.violate(`${path}.mmr.candidates_limit: ${rule}`);
  }
  return { diversity, candidatesLimit };
}

export const decodeStrategy: Decode<RecommendStrategy> = decodeWord(['average_vector', 'best_score', 'sum_scores']);

/** `{positive, negative, strategy}`. */
export function decodeRecommend(decoding: Decoding, node: number, path: string): Query | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  const fields = fieldsOf(tree, node);
  const reader = new ExampleReader(decoding, `${path}.recommend`);
  const list = (name: string): readonly Example[] => {
    const given = fields.get(name);
    if (given === undefined || isNull(tree, given)) return [];
    const examples = reader.list(given, `.${name}`);
    if (examples === undefined) throw wrongType(tree, given, 'a sequence');
    return examples;
  };
  const positive = list('positive');
  const negative = list('negative');
  const strategy = optional(decoding, fields.get('strategy'), decodeStrategy) ?? 'average_vector';
  if (positive.length + negative.length === 0) {
    const rule = 'Validation error: At least one positive or negative vector/id must be provided [{}]';
    decoding.violate(`${path}.recommend.positives, negatives: ${rule}`);
  }
  return { kind: 'recommend', strategy, positive, negative };
}

/** `{target, context}`; the context must be there, and may be null. */
export function decodeDiscover(decoding: Decoding, node: number, path: string): Query | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  const fields = fieldsOf(tree, node);
  const givenTarget = fields.get('target');
  const givenContext = fields.get('context');
  if (givenTarget === undefined || givenContext === undefined) return undefined;
  const target = decodeExample(decoding, givenTarget, `${path}.discover.target`);
  const context = decodePairs(decoding, givenContext, `${path}.discover.context`, 'of each');
  return target === undefined || context === undefined ? undefined : { kind: 'discover', target, context };
}

/** Pairs, one alone, or null. */
export function decodeContext(decoding: Decoding, node: number, path: string): Query | undefined {
  const context = decodePairs(decoding, node, `${path}.context`, 'of all');
  return context === undefined ? undefined : { kind: 'context', context };
}

/** `{target, feedback, strategy: {naive: {a, b, c}}}`. */
export function decodeFeedback(decoding: Decoding, node: number, queryPath: string): Query | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  const fields = fieldsOf(tree, node);
  const path = `${queryPath}.relevance_feedback`;
  const [givenTarget, list, strategy] = ['target', 'feedback', 'strategy'].map((name) => fields.get(name));
  if (givenTarget === undefined || list === undefined || strategy === undefined) return undefined;
  const broken = decoding.violationCount;
  const target = decodeExample(decoding, givenTarget, `${path}.target`);
  const feedback = decodeFeedbackList(decoding, list, path);
  const naive = decodeNaive(decoding, strategy, path);
  if (target === undefined || feedback === undefined || naive === undefined) return undefined;
  // What the whole of a struct must be is looked at where its fields are sound.
  if (feedback.length === 0 && decoding.violationCount === broken) {
    decoding.violate(`${path}.__all__: feedback elements must be non-empty`);
  }
  return { kind: 'feedback', target, feedback, ...naive };
}

function decodeFeedbackList(decoding: Decoding, node: number, path: string): readonly Feedback<Example>[] | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_ARRAY) return undefined;
  const feedback: Feedback<Example>[] = [];
  const end = tree.nextOf(node);
  for (let at = node + 1; at < end; at = tree.nextOf(at)) {
    decoding.take('examples', 1);
    if (tree.kindOf(at) !== JSON_OBJECT) return undefined;
    const fields = fieldsOf(tree, at);
    const given = fields.get('example');
    const score = fields.get('score');
    if (given === undefined || score === undefined) return undefined;
    const place = `${path}.feedback[${feedback.length}]`;
    const example = decodeExample(decoding, given, `${place}.example`);
    if (example === undefined) return undefined;
    feedback.push({ example, score: finite(decoding, score, `${place}.score`) });
  }
  if (feedback.length > FEEDBACK_MAX) decoding.fail(limitExceeded('feedback', feedback.length, FEEDBACK_MAX));
  return feedback;
}

/** The only strategy that there is. */
function decodeNaive(
  decoding: Decoding,
  node: number,
  path: string,
): { readonly a: number; readonly b: number; readonly c: number } | undefined {
  const { tree } = decoding;
  const naive = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node).get('naive') : undefined;
  if (naive === undefined || tree.kindOf(naive) !== JSON_OBJECT) return undefined;
  const fields = fieldsOf(tree, naive);
  const [givenA, givenB, givenC] = ['a', 'b', 'c'].map((name) => fields.get(name));
  if (givenA === undefined || givenB === undefined || givenC === undefined) return undefined;
  const place = `${path}.strategy.naive`;
  const a = finite(decoding, givenA, `${place}.a`);
  const b = finite(decoding, givenB, `${place}.b`);
  const c = finite(decoding, givenC, `${place}.c`);
  if (b < 0) decoding.violate(`${place}.b: value ${ryuText(b)} invalid, must be 0.0 or larger`);
  return { a, b, c };
}

/** A number that scores are computed with: Qdrant would take infinity, and answer with no numbers. */
function finite(decoding: Decoding, node: number, place: string): number {
  const value = decodeF32(decoding, node);
  if (!Number.isFinite(value)) decoding.fail(badInput(outOfRange(place)));
  return value;
}
