import { present } from '../../base/invariant.ts';
import { VectorizerError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import { parseNumberId, parseUuidId, type PointId } from '../../core/ids.ts';
import type { JsonPath } from '../../core/json-path.ts';
import type { OrderBy } from '../../core/query.ts';
import type {
  CollectionName,
  CountPoints,
  FacetPoints,
  GetPoint,
  RetrievePoints,
  ScrollPoints,
} from '../../core/requests.ts';
import { FACET_LIMIT } from '../../core/query-defaults.ts';
import { decodeBody, type Decoding, eachField, flattened, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { missingField } from './format-error.ts';
import { decodeOrderBy } from './order-by.ts';
import { decodePath } from './paths.ts';
import { readOptions } from './query-text.ts';
import { atLeast, decodeBool, decodeId, decodeIds, decodeUsize } from './scalars.ts';
import { ALL_PAYLOAD, decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
import { refuseShardKeys, shardKeysBeside } from './shard-key.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

const SCROLL_LIMIT_DEFAULT = 10;

/** A request that is the name of a collection and no more. */
export function parseCollectionName(wire: Wire): CollectionName {
  return { collection: readCollection(wire) };
}

/** `GET /collections/{c}/points/{id}`: a number first, then a UUID. */
export function parseGetPoint(wire: Wire): GetPoint {
  const collection = readCollection(wire);
  const text = wire.path[1] ?? '';
  const id = parseNumberId(text) ?? parseUuidId(text);
  const options = readOptions(wire.query);
  if (id === undefined) throw new VectorizerError('bad_input', `Can not recognize "${text}" as point id`);
  return { collection, id, ...options };
}

/** `POST /collections/{c}/points`. The default is no payload: so Qdrant does, though its document says otherwise. */
export function parseRetrieve(wire: Wire): RetrievePoints {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let ids: PointId[] | undefined;
  let withPayload = NO_PAYLOAD;
  let withVector = NO_VECTOR;
  decodeFlattened(wire, 'struct PointRequest', {
    each: (decoding, key, node) => {
      if (key === 'ids') ids = decodeIds(decoding, node);
      if (key === 'with_payload') withPayload = optional(decoding, node, decodeWithPayload) ?? NO_PAYLOAD;
      if (isWithVector(key)) withVector = optional(decoding, node, decodeWithVector) ?? NO_VECTOR;
    },
    end: () => {
      if (ids === undefined) throw missingField('ids');
    },
  });
  return { collection, ...options, ids: ids ?? [], withPayload, withVector };
}

/** `POST /collections/{c}/points/scroll`. */
export function parseScroll(wire: Wire): ScrollPoints {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let offset: PointId | undefined;
  let limit = SCROLL_LIMIT_DEFAULT;
  let filter: Filter | undefined;
  let orderBy: OrderBy | undefined;
  let withPayload = ALL_PAYLOAD;
  let withVector = NO_VECTOR;
  decodeFlattened(wire, 'struct ScrollRequest', {
    each: (decoding, key, node) => {
      if (key === 'offset') offset = optional(decoding, node, decodeId);
      if (key === 'limit') {
        limit = optional(decoding, node, atLeast(1, decodeUsize, 'scroll_request.limit')) ?? SCROLL_LIMIT_DEFAULT;
      }
      if (key === 'with_payload') withPayload = optional(decoding, node, decodeWithPayload) ?? ALL_PAYLOAD;
      if (isWithVector(key)) withVector = optional(decoding, node, decodeWithVector) ?? NO_VECTOR;
      if (key === 'filter') filter = optionalFilter(decoding, node, 'scroll_request.filter');
      if (key === 'order_by') orderBy = optional(decoding, node, decodeOrderBy);
    },
  });
  return { collection, ...options, offset, limit, filter, orderBy, withPayload, withVector };
}

/** `POST /collections/{c}/points/count`. */
export function parseCount(wire: Wire): CountPoints {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let filter: Filter | undefined;
  let exact = true;
  decodeFlattened(wire, 'struct CountRequest', {
    each: (decoding, key, node) => {
      if (key === 'exact') exact = decodeBool(decoding, node);
      if (key === 'filter') filter = optionalFilter(decoding, node, 'count_request.filter');
    },
  });
  return { collection, ...options, filter, exact };
}

/** `POST /collections/{c}/facet`. */
export function parseFacet(wire: Wire): FacetPoints {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let key: JsonPath | undefined;
  let limit = FACET_LIMIT;
  let filter: Filter | undefined;
  let exact = false;
  decodeFlattened(wire, 'struct FacetRequest', {
    each: (decoding, name, node) => {
      if (name === 'key') key = decodePath(decoding, node);
      if (name === 'limit') {
        limit = optional(decoding, node, atLeast(1, decodeUsize, 'facet_request.limit')) ?? FACET_LIMIT;
      }
      if (name === 'filter') filter = optionalFilter(decoding, node, 'facet_request.filter');
      if (name === 'exact') exact = optional(decoding, node, decodeBool) ?? false;
    },
    end: () => {
      if (key === undefined) throw missingField('key');
    },
  });
  return { collection, ...options, key: present(key, 'facet: a body without key is refused'), limit, filter, exact };
}

function optionalFilter(decoding: Decoding, node: number, path: string): Filter | undefined {
  return optional(decoding, node, (decoding, node) => decodeFilter(decoding, node, path));
}

interface FlattenedReader {
  readonly each: (decoding: Decoding, key: string, node: number) => void;
  readonly end?: () => void;
}

/** Reads a body that is one flattened struct; no shard has a key, so none that is given is found. */
function decodeFlattened(wire: Wire, expected: string, reader: FlattenedReader): void {
  decodeBody(parseTree(wire.body), (decoding, root) =>
    flattened(decoding, root, expected, (decoding, object) => {
      eachField(decoding.tree, object, (key, node) => {
        if (key === 'shard_key') refuseShardKeys(decoding, shardKeysBeside(decoding, node), 'read');
        else reader.each(decoding, key, node);
      });
      reader.end?.();
    }),
  );
}

function isWithVector(key: string): boolean {
  return key === 'with_vector' || key === 'with_vectors';
}
