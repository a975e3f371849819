import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_NULL,
  JSON_OBJECT,
  JSON_STRING,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { type Decoding, eachField } from './decoding.ts';
import { idOfNode } from './scalars.ts';
import { vectorKind } from './vectors.ts';

/**
 * The object form of `query`: `{nearest: …}`, `{recommend: …}`, …
 *
 * Returns the node of the nearest input; 'refused' for a sound query of a kind that is not served yet (the refusal is
 * noted); undefined where it is none of Qdrant's forms. Later issues replace the refusals one by one.
 */
export function decodeQueryKind(decoding: Decoding, node: number, path: string): number | 'refused' | undefined {
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
    if (value === undefined || !sound(tree, value)) continue;
    if (kind === 'recommend' && isEmptyRecommend(tree, value)) {
      decoding.violate(
        `${path}.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]`,
      );
    }
    decoding.refuse(`query.${kind}`);
    return 'refused';
  }
  return undefined;
}

/** Which values a kind of query takes, as far as it must be known to tell a malformed one from one not served. */
const KINDS: Record<string, (tree: JsonTree, node: number) => boolean> = {
  recommend: (tree, node) =>
    tree.kindOf(node) === JSON_OBJECT && isInputs(tree, node, 'positive') && isInputs(tree, node, 'negative'),
  discover: (tree, node) => {
    if (tree.kindOf(node) !== JSON_OBJECT) return false;
    const fields = fieldsOf(tree, node);
    const target = fields.get('target');
    return target !== undefined && isVectorInput(tree, target) && fields.has('context');
  },
  context: (tree, node) => [JSON_OBJECT, JSON_ARRAY, JSON_NULL].includes(tree.kindOf(node)),
  order_by: (tree, node) => [JSON_OBJECT, JSON_STRING].includes(tree.kindOf(node)),
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

function isEmptyRecommend(tree: JsonTree, node: number): boolean {
  const fields = fieldsOf(tree, node);
  return ['positive', 'negative'].every((name) => {
    const list = fields.get(name);
    if (list === undefined || tree.kindOf(list) === JSON_NULL) return true;
    return tree.kindOf(list) === JSON_ARRAY && tree.nextOf(list) === list + 1;
  });
}

function fieldsOf(tree: JsonTree, node: number): Map<string, number> {
  const fields = new Map<string, number>();
  eachField(tree, node, (key, value) => fields.set(key, value));
  return fields;
}
