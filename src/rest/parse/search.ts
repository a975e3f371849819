import { JSON_OBJECT, JSON_STRING, type JsonTree } from '../../base/json/json-tree.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { type Decoding, eachField, flattened } from './decoding.ts';
import { FormatError, missingField, noVariant } from './format-error.ts';
import { parseBatch, parseSingle, QueryFields } from './query-fields.ts';
import { ownVector } from './vector-values.ts';
import { isDense, vectorKind, vectorViolations } from './vectors.ts';
import type { Wire } from './wire.ts';

/** `POST /collections/{c}/points/search`, Qdrant's older form of a query. */
export function parseSearch(wire: Wire): QueryBatch {
  return parseSingle(wire, (decoding, node) => decodeSearchRequest(decoding, node, 'search_request'));
}

/** `POST /collections/{c}/points/search/batch`. */
export function parseSearchBatch(wire: Wire): QueryBatch {
  return parseBatch(wire, 'struct SearchRequest', (decoding, node, index) =>
    decodeSearchRequest(decoding, node, `searches[${index}].search_request`),
  );
}

/** The body of the legacy search: `vector` and `limit` are required. */
function decodeSearchRequest(decoding: Decoding, node: number, path: string): QueryPoints {
  return flattened(decoding, node, 'struct SearchRequest', (decoding, object) => {
    const fields = new QueryFields();
    let hasLimit = false;
    eachField(decoding.tree, object, (key, value) => {
      if (key === 'vector') {
        if (fields.query !== undefined) throw new FormatError('duplicate field `vector`');
        decodeSearchVector(decoding, value, fields, path);
      } else {
        const name = key === 'top' ? 'limit' : key;
        if (name === 'limit') hasLimit = true;
        fields.read(decoding, name, value, path);
      }
    });
    if (fields.query === undefined) throw missingField('vector');
    if (!hasLimit) throw missingField('limit');
    return fields.finished();
  });
}

/** Numbers, or `{name, vector}` with numbers or a sparse vector. */
export function decodeSearchVector(decoding: Decoding, node: number, fields: QueryFields, path: string): void {
  const { tree } = decoding;
  if (isDense(tree, node)) {
    const vector = ownVector(decoding, node, 'dense', `${path}.vector`);
    fields.query = { kind: 'nearest', example: { kind: 'vector', vector }, mmr: undefined };
    return;
  }
  const named = namedVector(tree, node);
  if (named === undefined) throw noVariant('NamedVectorStruct');
  const kind = vectorKind(tree, named.vector);
  if (kind !== 'dense' && kind !== 'sparse') throw noVariant('NamedVectorStruct');
  for (const rule of vectorViolations(tree, named.vector, kind)) decoding.violate(`${path}.vector.${rule}`);
  fields.using = named.name;
  const vector = ownVector(decoding, named.vector, kind, `${path}.vector.vector`);
  fields.query = { kind: 'nearest', example: { kind: 'vector', vector }, mmr: undefined };
}

function namedVector(tree: JsonTree, node: number): { readonly name: string; readonly vector: number } | undefined {
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  let name: string | undefined;
  let vector: number | undefined;
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
    const key = tree.text(at);
    if (key === 'name' && tree.kindOf(at + 1) === JSON_STRING) name = tree.text(at + 1);
    if (key === 'vector') vector = at + 1;
  }
  return name === undefined || vector === undefined ? undefined : { name, vector };
}
