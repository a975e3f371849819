import { JSON_ARRAY, JSON_FLOATS } from '../../base/json/json-tree.ts';
import { badRequest } from '../../core/errors.ts';
import { type Decode, type Decoding, directList, directStruct, eachField, flattened, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { missingField, unknownVariant, wrongType } from './format-error.ts';
import { decodePath } from './paths.ts';
import { isEmptyList, RECOMMEND_STRATEGIES } from './query-kinds.ts';
import { decodeScore, decodeString, decodeU32, decodeUsize } from './scalars.ts';
import { decodeSearchParams } from './search-params.ts';
import { decodeWithPayload, decodeWithVector } from './selectors.ts';
import { fieldsOf } from './struct-fields.ts';

/** Bodies of searches that are not served yet, read as far as their failures do not need the search itself. */

type ReadField = (decoding: Decoding, node: number, path: string) => void;

interface FlatBody {
  /** As serde names it. */
  readonly expected: string;
  /** Where Qdrant's validation finds the fields. */
  readonly path: string;
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, ReadField>>;
  /** What Qdrant's handler finds in a sound body. */
  readonly check?: (decoding: Decoding, object: number) => void;
}

/** A number that must not be less than `least`; `place` follows the path of the body. */
function atLeast(least: number, decode: Decode<number>, place: string): ReadField {
  return (decoding, node, path) => {
    const value = decode(decoding, node);
    if (value < least) decoding.violate(`${path}.${place}: value ${value} invalid, must be ${least} or larger`);
  };
}

function mayBeNull(read: ReadField): ReadField {
  return (decoding, node, path) => void optional(decoding, node, (decoding, node) => read(decoding, node, path));
}

const list: ReadField = ({ tree }, node) => {
  const kind = tree.kindOf(node);
  if (kind !== JSON_ARRAY && kind !== JSON_FLOATS) throw wrongType(tree, node, 'a sequence');
};

const filter = mayBeNull((decoding, node, path) => void decodeFilter(decoding, node, `${path}.filter`));

const selectors: Readonly<Record<string, ReadField>> = {
  filter,
  params: mayBeNull((decoding, node, path) => decodeSearchParams(decoding, node, `${path}.params`)),
  with_payload: mayBeNull(decodeWithPayload),
  with_vector: mayBeNull(decodeWithVector),
  with_vectors: mayBeNull(decodeWithVector),
  score_threshold: mayBeNull(decodeScore),
};

const limit = atLeast(1, decodeUsize, 'limit');
const page: Readonly<Record<string, ReadField>> = { limit, top: limit, offset: mayBeNull(decodeUsize) };

const strategyField: ReadField = (decoding, node) => {
  const given = decodeString(decoding, node);
  if (!RECOMMEND_STRATEGIES.includes(given)) throw unknownVariant(given, RECOMMEND_STRATEGIES);
};

const examples: Readonly<Record<string, ReadField>> = {
  positive: list,
  negative: list,
  strategy: mayBeNull(strategyField),
};

function checkExamples(decoding: Decoding, object: number): void {
  const { tree } = decoding;
  const fields = fieldsOf(tree, object);
  const given = fields.get('strategy');
  const strategy = (given === undefined ? undefined : optional(decoding, given, decodeString)) ?? 'average_vector';
  if (!isEmptyList(tree, fields.get('positive'))) return;
  if (strategy === 'average_vector') {
    decoding.fail(badRequest('At least one positive vector ID required with this strategy'));
  } else if (isEmptyList(tree, fields.get('negative'))) {
    decoding.fail(badRequest('At least one positive or negative vector ID required with this strategy'));
  }
}

const GROUP_FIELDS = ['group_by', 'group_size', 'limit'];
const groups: Readonly<Record<string, ReadField>> = {
  group_by: decodePath,
  group_size: atLeast(1, decodeU32, 'group_request.group_size'),
  limit: atLeast(1, decodeU32, 'group_request.limit'),
};

const matrix: FlatBody = {
  expected: 'struct SearchMatrixRequest',
  path: 'search_request',
  required: [],
  fields: {
    filter,
    sample: mayBeNull(atLeast(2, decodeUsize, 'sample')),
    limit: mayBeNull(limit),
    using: mayBeNull(decodeString),
  },
};

const recommend: FlatBody = {
  expected: 'struct RecommendRequest',
  path: 'recommend_request',
  required: ['limit'],
  fields: { ...selectors, ...page, ...examples },
  check: checkExamples,
};

const discover: FlatBody = {
  expected: 'struct DiscoverRequest',
  path: 'discover_request',
  required: ['limit'],
  fields: { ...selectors, ...page },
};

export type RefusedBody = 'recommend' | 'discover' | 'matrix' | 'recommendGroups' | 'searchGroups' | 'queryGroups';

const REFUSED_BODIES: Readonly<Record<RefusedBody, FlatBody>> = {
  recommend,
  discover,
  matrix,
  recommendGroups: {
    expected: 'struct RecommendGroupsRequest',
    path: 'recommend_group_request',
    required: GROUP_FIELDS,
    fields: { ...selectors, ...examples, ...groups },
  },
  searchGroups: {
    expected: 'struct SearchGroupsRequest',
    path: 'search_group_request',
    required: ['vector', ...GROUP_FIELDS],
    fields: { ...selectors, ...groups },
  },
  queryGroups: {
    expected: 'struct QueryGroupsRequest',
    path: 'search_group_request',
    required: ['group_by'],
    fields: {
      ...selectors,
      group_by: decodePath,
      group_size: mayBeNull(atLeast(1, decodeUsize, 'group_request.group_size')),
      limit: mayBeNull(atLeast(1, decodeUsize, 'group_request.limit')),
      using: mayBeNull(decodeString),
    },
  },
};

/** Throws what Qdrant would say of a malformed body. */
export function checkRefusedBody(decoding: Decoding, root: number, name: RefusedBody): void {
  checkFlat(decoding, root, REFUSED_BODIES[name], '');
}

/** The same for `{searches: […]}`. */
export function checkRefusedBatch(decoding: Decoding, root: number, name: RefusedBody): void {
  const body = REFUSED_BODIES[name];
  let index = 0;
  const each: Decode<void> = (decoding, node) => checkFlat(decoding, node, body, `searches[${index++}].`);
  const searches: Decode<void> = (decoding, node) => directList(decoding, node, body.expected, { direct: each });
  const fields = { searches: { direct: searches } };
  directStruct(decoding, root, `${body.expected}Batch`, { fields, required: ['searches'], first: 'a sequence' });
}

function checkFlat(decoding: Decoding, node: number, body: FlatBody, prefix: string): void {
  flattened(decoding, node, body.expected, (decoding, object) => {
    const given = new Set<string>();
    eachField(decoding.tree, object, (key, value) => {
      given.add(key === 'top' ? 'limit' : key);
      if (Object.hasOwn(body.fields, key)) body.fields[key]?.(decoding, value, prefix + body.path);
    });
    for (const name of body.required) if (!given.has(name)) throw missingField(name);
    body.check?.(decoding, object);
  });
}
