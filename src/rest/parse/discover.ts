import type { Example, Pair } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type Decoding, elements, optional } from './decoding.ts';
import { missingField, wrongFirstNumber, wrongType } from './format-error.ts';
import { decodeLegacyExample } from './legacy-examples.ts';
import { decodePagedSearch, FieldNames, readExamplePlace } from './legacy-search.ts';
import { JSON_ARRAY, JSON_FLOATS } from '../../base/json/json-tree.ts';
import { parseBatch, parseSingle } from './query-fields.ts';
import { structFields } from './struct-fields.ts';
import type { Wire } from './wire.ts';

/** `POST /collections/{c}/points/discover`, Qdrant's older form of a query. */
export function parseDiscover(wire: Wire): QueryBatch {
  return parseSingle(wire, (decoding, node) => decodeDiscover(decoding, node, 'discover_request'));
}

/** `POST /collections/{c}/points/discover/batch`. */
export function parseDiscoverBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct DiscoverRequest', (decoding, node, index) =>
    decodeDiscover(decoding, node, `searches[${index}].discover_request`),
  );
}

/** Without a target the context alone is searched. */
function decodeDiscover(decoding: Decoding, node: number, path: string): QueryPoints {
  let target: Example | undefined;
  let context: readonly Pair<Example>[] = [];
  const names = new FieldNames();
  const shape = { expected: 'struct DiscoverRequest', path };
  const fields = decodePagedSearch(decoding, node, shape, (fields) => (key, value) => {
    switch (key) {
      case 'target':
        names.add(key);
        target = optional(decoding, value, (decoding, value) => decodeLegacyExample(decoding, value, `${path}.target`));
        return true;
      case 'context':
        names.add(key);
        context = optional(decoding, value, (decoding, value) => decodePairs(decoding, value, `${path}.context`)) ?? [];
        return true;
      // No field of this body, as any name that nobody knows.
      case 'score_threshold':
        return true;
      default:
        return readExamplePlace(decoding, fields, key, value);
    }
  });
  fields.query = target === undefined ? { kind: 'context', context } : { kind: 'discover', target, context };
  return fields.finished();
}

function decodePairs(decoding: Decoding, list: number, path: string): readonly Pair<Example>[] {
  const { tree } = decoding;
  if (tree.kindOf(list) === JSON_FLOATS) throw wrongFirstNumber(tree, list, 'struct ContextExamplePair');
  if (tree.kindOf(list) !== JSON_ARRAY) throw wrongType(tree, list, 'a sequence');
  return elements(tree, list).map((node, index) => decodePair(decoding, node, `${path}[${index}]`));
}

function decodePair(decoding: Decoding, node: number, path: string): Pair<Example> {
  const fields = structFields(decoding.tree, node, 'struct ContextExamplePair', 2);
  const example = (name: 'positive' | 'negative'): Example => {
    const value = fields.get(name);
    if (value === undefined) throw missingField(name);
    return decodeLegacyExample(decoding, value, `${path}.${name}`);
  };
  return { positive: example('positive'), negative: example('negative') };
}
