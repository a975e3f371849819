import { JSON_ARRAY, JSON_FLOATS } from '../../base/json/json-tree.ts';
import type { Example } from '../../core/query.ts';
import { type Decoding, elements } from './decoding.ts';
import { type FormatError, noVariant, wrongType } from './format-error.ts';
import { idOfNode, idOfNumberText, numberTexts } from './scalars.ts';
import { lastForm } from './untagged.ts';
import { ownVector } from './vector-values.ts';
import { vectorKind, vectorViolations } from './vectors.ts';

/** Examples of the older searches, `RecommendExample`: an id, a dense vector or a sparse one; no multivector, no model. */

/** `path`: where the example stands, for broken rules. */
export function decodeLegacyExample(decoding: Decoding, node: number, path: string): Example {
  const { tree } = decoding;
  decoding.take('examples', 1);
  const id = idOfNode(tree, node);
  if (id !== undefined) return { kind: 'id', id };
  const kind = vectorKind(tree, node);
  if (kind !== 'dense' && kind !== 'sparse') throw noExample();
  for (const rule of vectorViolations(tree, node, kind)) decoding.violate(`${path}.${rule}`);
  return { kind: 'vector', vector: ownVector(decoding, node, kind, path) };
}

/** A list of them. `path`: of the list. */
export function decodeLegacyExamples(decoding: Decoding, list: number, path: string): readonly Example[] {
  const { tree } = decoding;
  if (tree.kindOf(list) === JSON_FLOATS) return ids(decoding, numberTexts(tree, list));
  if (tree.kindOf(list) !== JSON_ARRAY) throw wrongType(tree, list, 'a sequence');
  return elements(tree, list).map((node, index) => decodeLegacyExample(decoding, node, `${path}[${index}]`));
}

function ids(decoding: Decoding, texts: readonly string[]): readonly Example[] {
  decoding.take('examples', texts.length);
  return lastForm(() => texts.map((digits) => ({ kind: 'id', id: idOfNumberText(digits) })), noExample);
}

function noExample(): FormatError {
  return noVariant('RecommendExample');
}
