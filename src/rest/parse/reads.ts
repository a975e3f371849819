import { VectorizerError } from '../../core/errors.ts';
import { idColumn, parseNumberId, parseUuidId, type PointId } from '../../core/ids.ts';
import type {
  CollectionName,
  CountPoints,
  DeletePoints,
  GetPoint,
  RetrievePoints,
  ScrollPoints,
} from '../../core/requests.ts';
import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import { decodeBody, type Decoding, eachField, flattened, optional, requireWhole } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { FormatError, missingField, noVariant } from './format-error.ts';
import { readOptions, writeOptions } from './query-text.ts';
import { decodeBool, decodeId, decodeIds, decodeUsize } from './scalars.ts';
import { ALL_PAYLOAD, decodeWithPayload, decodeWithVector, NO_PAYLOAD, NO_VECTOR } from './selectors.ts';
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
  let withPayload = ALL_PAYLOAD;
  let withVector = NO_VECTOR;
  decodeFlattened(wire, 'struct ScrollRequest', {
    each: (decoding, key, node) => {
      if (key === 'offset') offset = optional(decoding, node, decodeId);
      if (key === 'limit') {
        limit = optional(decoding, node, decodeUsize) ?? SCROLL_LIMIT_DEFAULT;
        if (limit === 0) decoding.violate('scroll_request.limit: value 0 invalid, must be 1 or larger');
      }
      if (key === 'with_payload') withPayload = optional(decoding, node, decodeWithPayload) ?? ALL_PAYLOAD;
      if (isWithVector(key)) withVector = optional(decoding, node, decodeWithVector) ?? NO_VECTOR;
      if (key === 'filter') optional(decoding, node, (...at) => decodeFilter(...at, 'scroll_request.filter'));
      if (key === 'order_by') optional(decoding, node, (decoding) => decoding.refuse('order_by'));
    },
  });
  return { collection, ...options, offset, limit, withPayload, withVector };
}

/** `POST /collections/{c}/points/count`. */
export function parseCount(wire: Wire): CountPoints {
  const collection = readCollection(wire);
  const options = readOptions(wire.query);
  let exact = true;
  decodeFlattened(wire, 'struct CountRequest', {
    each: (decoding, key, node) => {
      if (key === 'exact') exact = decodeBool(decoding, node);
      if (key === 'filter') optional(decoding, node, (...at) => decodeFilter(...at, 'count_request.filter'));
    },
  });
  return { collection, ...options, exact };
}

/**
 * `POST /collections/{c}/points/delete`: `{points: […]}` or `{filter: …}`. An untagged enum at the root: whatever is
 * wrong inside, the answer is the same and has no position.
 */
export function parseDelete(wire: Wire): DeletePoints {
  const collection = readCollection(wire);
  const options = writeOptions(wire.query);
  const ids = decodeBody(parseTree(wire.body), (decoding, root) => {
    requireWhole(decoding.tree, root);
    try {
      return decodePointsSelector(decoding, root);
    } catch (error) {
      // To translate: an untagged enum forgets why its variants failed.
      throw error instanceof FormatError ? noVariant('PointsSelector') : error;
    }
  });
  return { collection, ...options, ids: idColumn(ids) };
}

function decodePointsSelector(decoding: Decoding, root: number): PointId[] {
  const { tree } = decoding;
  if (tree.kindOf(root) !== JSON_OBJECT) throw noVariant('PointsSelector');
  let ids: PointId[] | undefined;
  let hasFilter = false;
  eachField(tree, root, (key, node) => {
    if (key === 'points') ids = decodeIds(decoding, node);
    if (key === 'filter') {
      decodeFilter(decoding, node, 'filter');
      hasFilter = true;
    }
    if (key === 'shard_key') optional(decoding, node, (decoding) => decoding.refuse('shard_key'));
  });
  if (ids !== undefined) return ids;
  if (!hasFilter) throw noVariant('PointsSelector');
  decoding.refuse('Deleting points by filter');
  return [];
}

interface FlattenedReader {
  readonly each: (decoding: Decoding, key: string, node: number) => void;
  readonly end?: () => void;
}

/** Reads a body that is one flattened struct; `shard_key` is refused in all of them. */
function decodeFlattened(wire: Wire, expected: string, reader: FlattenedReader): void {
  decodeBody(parseTree(wire.body), (decoding, root) =>
    flattened(decoding, root, expected, (decoding, object) => {
      eachField(decoding.tree, object, (key, node) => {
        if (key === 'shard_key') optional(decoding, node, (decoding) => decoding.refuse('shard_key'));
        else reader.each(decoding, key, node);
      });
      reader.end?.();
    }),
  );
}

function isWithVector(key: string): boolean {
  return key === 'with_vector' || key === 'with_vectors';
}
