import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_NULL,
  JSON_OBJECT,
  JSON_STRING,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { badInput } from '../../core/errors.ts';
import type { OrderBy, Query } from '../../core/query.ts';
import type { Decoding } from './decoding.ts';
import { FormatError } from './format-error.ts';
import { decodeOrderBy } from './order-by.ts';
import { idOfNode } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { vectorKind } from './vectors.ts';

export const RECOMMEND_STRATEGIES: readonly string[] = ['average_vector', 'best_score', 'sum_scores'];

/**
 * The object form of `query`: `{nearest: …}`, `{recommend: …}`, …
 *
 * Returns the node of the nearest input, or a whole target; undefined where it is none of Qdrant's forms. A sound query
 * of a kind that is not served yet is noted as refused; later issues replace the refusals one by one.
 */
export function decodeQueryKind(
  decoding: Decoding,
  node: number,
  path: string,
): number | Query | RefusedTarget | undefined {
  const { tree } = decoding;
  const fields = fieldsOf(tree, node);
  const nearest = fields.get('nearest');
  if (nearest !== undefined) {
    const mmr = fields.get('mmr');
    if (mmr !== undefined && tree.kindOf(mmr) !== JSON_NULL) {
      if (tree.kindOf(mmr) !== JSON_OBJECT) return undefined;
      decoding.refuse('query.nearest.mmr');
    }
    return nearest;
  }
  for (const [kind, sound] of Object.entries(KINDS)) {
    const value = fields.get(kind);
    if (value === undefined) continue;
    if (kind === 'order_by') {
      const orderBy = orderByOf(decoding, value);
      if (orderBy !== undefined) return { kind: 'order_by', orderBy };
    } else if (sound(tree, value)) {
      if (kind === 'recommend') checkRecommend(decoding, value, path);
      decoding.refuse(`query.${kind}`);
      return { kind: 'refused', query: kind };
    }
  }
  return undefined;
}

/** A target that is not served yet, and so never searched for. */
export interface RefusedTarget {
  readonly kind: 'refused';
  /** The key of the query. */
  readonly query: string;
}

function orderByOf(decoding: Decoding, node: number): OrderBy | undefined {
  try {
    return decodeOrderBy(decoding, node);
  } catch (error) {
    // To translate: another form may fit.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Which values a kind of query takes, as far as it must be known to tell a malformed one from one not served. */
const KINDS: Record<string, (tree: JsonTree, node: number) => boolean> = {
  recommend: (tree, node) =>
    tree.kindOf(node) === JSON_OBJECT &&
    isInputs(tree, node, 'positive') &&
    isInputs(tree, node, 'negative') &&
    isStrategy(tree, fieldsOf(tree, node).get('strategy')),
  discover: (tree, node) => {
    if (tree.kindOf(node) !== JSON_OBJECT) return false;
    const fields = fieldsOf(tree, node);
    const target = fields.get('target');
    return target !== undefined && isVectorInput(tree, target) && fields.has('context');
  },
  context: (tree, node) => [JSON_OBJECT, JSON_ARRAY, JSON_NULL].includes(tree.kindOf(node)),
  order_by: () => true,
  fusion: (tree, node) => isOneOf(tree, node, ['rrf', 'dbsf']),
  rrf: (tree, node) => tree.kindOf(node) === JSON_OBJECT,
  formula: (tree, node) => tree.kindOf(node) !== JSON_NULL,
  sample: (tree, node) => isOneOf(tree, node, ['random']),
  relevance_feedback: (tree, node) => {
    if (tree.kindOf(node) !== JSON_OBJECT) return false;
    const fields = fieldsOf(tree, node);
    return ['target', 'feedback', 'strategy'].every((name) => fields.has(name));
  },
};

function isOneOf(tree: JsonTree, node: number, names: readonly string[]): boolean {
  return tree.kindOf(node) === JSON_STRING && names.includes(tree.text(node));
}

function isVectorInput(tree: JsonTree, node: number): boolean {
  return vectorKind(tree, node) !== undefined || idOfNode(tree, node) !== undefined;
}

/** Whether a field, if it is there, is a list of vectors or ids. */
function isInputs(tree: JsonTree, object: number, name: string): boolean {
  const list = fieldsOf(tree, object).get(name);
  return list === undefined || [JSON_ARRAY, JSON_FLOATS, JSON_NULL].includes(tree.kindOf(list));
}

function isStrategy(tree: JsonTree, node: number | undefined): boolean {
  return node === undefined || tree.kindOf(node) === JSON_NULL || isOneOf(tree, node, RECOMMEND_STRATEGIES);
}

function checkRecommend(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  const fields = fieldsOf(tree, node);
  const strategy = fields.get('strategy');
  const isAverage =
    strategy === undefined || tree.kindOf(strategy) === JSON_NULL || tree.text(strategy) === 'average_vector';
  if (!isEmptyList(tree, fields.get('positive'))) return;
  if (isEmptyList(tree, fields.get('negative'))) {
    decoding.violate(
      `${path}.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]`,
    );
  } else if (isAverage) decoding.fail(badInput('Positive vectors should not be empty with `average` strategy'));
}

/** Whether a list has nothing in it, or is not there. */
export function isEmptyList(tree: JsonTree, list: number | undefined): boolean {
  if (list === undefined || tree.kindOf(list) === JSON_NULL) return true;
  return tree.kindOf(list) === JSON_ARRAY && tree.nextOf(list) === list + 1;
}
