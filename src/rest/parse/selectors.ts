import { JSON_ARRAY, JSON_OBJECT } from '../../base/json/json-tree.ts';
import { isJsonPath } from '../../core/json-path.ts';
import type { PayloadSelector, VectorSelector } from '../../core/requests.ts';
import { type Decoding, eachField } from './decoding.ts';
import { FormatError } from './format-error.ts';
import { decodeBool, stringList } from './scalars.ts';
import { lastForm } from './untagged.ts';

export const NO_PAYLOAD: PayloadSelector = { kind: 'none' };
export const ALL_PAYLOAD: PayloadSelector = { kind: 'all' };
export const NO_VECTOR: VectorSelector = { kind: 'none' };
const ALL_VECTORS: VectorSelector = { kind: 'all' };

const PAYLOAD_FORMS = 'Expected a boolean, an array of strings, or an object with an include/exclude field';
const VECTOR_FORMS = 'Expected a boolean, or an array of strings';

/** `with_payload`: a boolean, a list of paths, `{include: […]}` or `{exclude: […]}`. */
export function decodeWithPayload(decoding: Decoding, node: number): PayloadSelector {
  const { tree } = decoding;
  switch (tree.kindOf(node)) {
    case JSON_ARRAY:
      return { kind: 'include', paths: paths(decoding, node) };
    case JSON_OBJECT: {
      const entries: [string, number][] = [];
      eachField(tree, node, (key, value) => entries.push([key, value]));
      const [key, list] = entries[0] ?? [];
      if (entries.length !== 1 || list === undefined) throw new FormatError(PAYLOAD_FORMS);
      if (key === 'include') return { kind: 'include', paths: paths(decoding, list) };
      if (key === 'exclude') return { kind: 'exclude', paths: paths(decoding, list) };
      throw new FormatError(PAYLOAD_FORMS);
    }
    default:
      return flag(decoding, node, PAYLOAD_FORMS) ? ALL_PAYLOAD : NO_PAYLOAD;
  }
}

/** `with_vector`: a boolean or a list of vector names. */
export function decodeWithVector(decoding: Decoding, node: number): VectorSelector {
  if (decoding.tree.kindOf(node) !== JSON_ARRAY) return flag(decoding, node, VECTOR_FORMS) ? ALL_VECTORS : NO_VECTOR;
  const names = stringList(decoding.tree, node);
  if (names === undefined) throw new FormatError(VECTOR_FORMS);
  return { kind: 'names', names };
}

function paths({ tree }: Decoding, node: number): readonly string[] {
  const list = stringList(tree, node);
  if (list === undefined || !list.every(isJsonPath)) throw new FormatError(PAYLOAD_FORMS);
  return list;
}

function flag(decoding: Decoding, node: number, forms: string): boolean {
  return lastForm(
    () => decodeBool(decoding, node),
    () => new FormatError(forms),
  );
}
