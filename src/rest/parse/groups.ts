import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { GROUP_SIZE, GROUPS_LIMIT } from '../../core/query-defaults.ts';
import type { GroupLookup, QueryGroups } from '../../core/requests.ts';
import { type Decode, decodeBody, type Decoding, eachField, flattened, optional } from './decoding.ts';
import { missingField, noVariant } from './format-error.ts';
import { FieldNames } from './legacy-search.ts';
import { decodePath } from './paths.ts';
import { decodeQuery } from './query.ts';
import { checkQueries, QueryFields } from './query-fields.ts';
import { readOptions } from './query-text.ts';
import { RecommendFields } from './recommend.ts';
import { atLeast, decodeString, decodeU32, decodeUsize } from './scalars.ts';
import { decodeSearchVector } from './search.ts';
import { ALL_PAYLOAD, decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
import { fieldsOf } from './struct-fields.ts';
import { lastForm } from './untagged.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** Fields of the groups; the query has none of these names, nor `offset`. */
const GROUP_FIELDS: ReadonlySet<string> = new Set(['group_by', 'group_size', 'limit', 'with_lookup', 'offset']);

/** `POST /collections/{c}/points/query/groups`. */
export function parseQueryGroups(wire: Wire): QueryGroups {
  return parseGroups(wire, 'struct QueryGroupsRequest', (decoding, object) => {
    const path = 'search_group_request';
    const query = decodeQuery(decoding, object, path, (key) => GROUP_FIELDS.has(key));
    return { query, ...decodeGroups(decoding, object, `${path}.group_request`, 'defaults') };
  });
}

/** `POST /collections/{c}/points/search/groups`, Qdrant's older form. */
export function parseSearchGroups(wire: Wire): QueryGroups {
  return parseGroups(wire, 'struct SearchGroupsRequest', (decoding, object) => {
    const path = 'search_group_request';
    const fields = new QueryFields();
    eachField(decoding.tree, object, (key, node) => {
      if (key === 'vector') decodeSearchVector(decoding, node, fields, path);
      else if (!GROUP_FIELDS.has(key)) fields.read(decoding, key, node, path);
    });
    if (fields.query === undefined) throw missingField('vector');
    return { query: fields.finished(), ...decodeGroups(decoding, object, `${path}.group_request`, 'required') };
  });
}

/** `POST /collections/{c}/points/recommend/groups`, Qdrant's older form. */
export function parseRecommendGroups(wire: Wire): QueryGroups {
  return parseGroups(wire, 'struct RecommendGroupsRequest', (decoding, object) => {
    const path = 'recommend_group_request';
    const fields = new QueryFields();
    const examples = new RecommendFields();
    eachField(decoding.tree, object, (key, node) => {
      if (GROUP_FIELDS.has(key) || examples.read(decoding, fields, { key, node, path })) return;
      fields.read(decoding, key, node, path);
    });
    const groups = decodeGroups(decoding, object, `${path}.group_request`, 'required');
    fields.query = examples.query(decoding);
    return { query: fields.finished(), ...groups };
  });
}

type Body = Omit<QueryGroups, 'collection' | 'consistency' | 'timeoutSeconds'>;

function parseGroups(wire: Wire, expected: string, decode: Decode<Body>): QueryGroups {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  const body = decodeBody(parseTree(wire.body), (decoding, root) => {
    const body = flattened(decoding, root, expected, decode);
    checkQueries(decoding, [body.query]);
    return body;
  });
  return { collection, ...options, ...body };
}

/**
 * The fields of the groups themselves: a struct within the body's, which serde reads when it has read the rest.
 * numbers  the older bodies require `limit` and `group_size`, of 32 bits.
 */
function decodeGroups(
  decoding: Decoding,
  object: number,
  path: string,
  numbers: 'required' | 'defaults',
): Omit<Body, 'query'> {
  const isRequired = numbers === 'required';
  const count = (name: string): Decode<number | undefined> => {
    const decode = atLeast(1, isRequired ? decodeU32 : decodeUsize, `${path}.${name}`);
    return isRequired ? decode : (decoding, node) => optional(decoding, node, decode);
  };
  let groupBy: JsonPath | undefined;
  let groupSize: number | undefined;
  let limit: number | undefined;
  let withLookup: GroupLookup | undefined;
  const names = new FieldNames();
  eachField(decoding.tree, object, (key, node) => {
    if (key !== 'offset' && GROUP_FIELDS.has(key)) names.add(key);
    if (key === 'group_by') groupBy = decodePath(decoding, node);
    if (key === 'group_size') groupSize = count('group_size')(decoding, node);
    if (key === 'limit') limit = count('limit')(decoding, node);
    if (key === 'with_lookup') withLookup = optional(decoding, node, decodeWithLookup);
  });
  if (groupBy === undefined) throw missingField('group_by');
  if (isRequired && groupSize === undefined) throw missingField('group_size');
  if (isRequired && limit === undefined) throw missingField('limit');
  return { groupBy, groupSize: groupSize ?? GROUP_SIZE, limit: limit ?? GROUPS_LIMIT, withLookup };
}

/** The name of a collection, or `{collection, with_payload, with_vectors}`: an untagged enum. */
function decodeWithLookup(decoding: Decoding, node: number): GroupLookup {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING) {
    return { collection: tree.text(node), withPayload: ALL_PAYLOAD, withVector: NO_VECTOR };
  }
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('WithLookupInterface');
  return lastForm(
    () => decodeLookupObject(decoding, node),
    () => noVariant('WithLookupInterface'),
  );
}

function decodeLookupObject(decoding: Decoding, node: number): GroupLookup {
  const fields = fieldsOf(decoding.tree, node);
  const collection = fields.get('collection');
  const payload = fields.get('with_payload');
  const vectors = fields.get('with_vectors') ?? fields.get('with_vector');
  if (collection === undefined) throw missingField('collection');
  return {
    collection: decodeString(decoding, collection),
    withPayload: payload === undefined ? ALL_PAYLOAD : (optional(decoding, payload, decodeWithPayload) ?? NO_PAYLOAD),
    withVector: optional(decoding, vectors, decodeWithVector) ?? NO_VECTOR,
  };
}
