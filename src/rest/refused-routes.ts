import { JSON_OBJECT } from '../base/json/json-tree.ts';
import { notSupported } from '../core/errors.ts';
import { decodeBody, type Decoding, directStruct, flattened } from './parse/decoding.ts';
import { missingField } from './parse/format-error.ts';
import { parseTree, readCollection, type Wire } from './parse/wire.ts';
import { type Method, refusedRoute, type Route } from './route.ts';

/**
 * Routes of Qdrant that later issues bring: known, checked as far as is cheap, and refused by name. A row here goes
 * away when its feature comes.
 */
interface Refused {
  readonly route: `${Method} /${string}`;
  readonly feature: string;
  /** The body's type in Qdrant, and the fields that it must have. */
  readonly body?: string;
  readonly required?: readonly string[];
  readonly isFlattened?: boolean;
}

const POINTS = '/collections/:name/points';
const PAYLOAD = 'An operation on payloads';
const VECTORS = 'An update of vectors';
const GROUPS = 'Search by groups';
const RECOMMEND = 'Recommendation';
const DISCOVER = 'Discovery';
const MATRIX = 'A distance matrix';
const ALIASES = 'An alias';
const SNAPSHOTS = 'A snapshot';
const SHARDS = 'A shard key';
const CLUSTER = 'Cluster mode';

const REFUSED: readonly Refused[] = [
  { route: `POST ${POINTS}/payload`, feature: PAYLOAD, body: 'struct SetPayload', required: ['payload'] },
  { route: `PUT ${POINTS}/payload`, feature: PAYLOAD, body: 'struct SetPayload', required: ['payload'] },
  { route: `POST ${POINTS}/payload/delete`, feature: PAYLOAD, body: 'struct DeletePayload', required: ['keys'] },
  { route: `POST ${POINTS}/payload/clear`, feature: PAYLOAD },
  { route: `PUT ${POINTS}/vectors`, feature: VECTORS, body: 'struct UpdateVectors', required: ['points'] },
  { route: `POST ${POINTS}/vectors/delete`, feature: VECTORS, body: 'struct DeleteVectors', required: ['vector'] },
  {
    route: `POST ${POINTS}/batch`,
    feature: 'A batch of updates',
    body: 'struct UpdateOperations',
    required: ['operations'],
  },
  {
    route: `POST ${POINTS}/query/groups`,
    feature: GROUPS,
    body: 'struct QueryGroupsRequest',
    required: ['group_by'],
    isFlattened: true,
  },
  {
    route: `POST ${POINTS}/search/groups`,
    feature: GROUPS,
    body: 'struct SearchGroupsRequest',
    required: ['vector', 'group_by', 'group_size', 'limit'],
    isFlattened: true,
  },
  {
    route: `POST ${POINTS}/recommend`,
    feature: RECOMMEND,
    body: 'struct RecommendRequest',
    required: ['limit'],
    isFlattened: true,
  },
  {
    route: `POST ${POINTS}/recommend/batch`,
    feature: RECOMMEND,
    body: 'struct RecommendRequestBatch',
    required: ['searches'],
  },
  { route: `POST ${POINTS}/recommend/groups`, feature: RECOMMEND },
  {
    route: `POST ${POINTS}/discover`,
    feature: DISCOVER,
    body: 'struct DiscoverRequest',
    required: ['limit'],
    isFlattened: true,
  },
  {
    route: `POST ${POINTS}/discover/batch`,
    feature: DISCOVER,
    body: 'struct DiscoverRequestBatch',
    required: ['searches'],
  },
  { route: `POST ${POINTS}/search/matrix/pairs`, feature: MATRIX },
  { route: `POST ${POINTS}/search/matrix/offsets`, feature: MATRIX },
  {
    route: 'POST /collections/:name/facet',
    feature: 'A facet',
    body: 'struct FacetRequest',
    required: ['key'],
    isFlattened: true,
  },
  {
    route: 'PUT /collections/:name/index',
    feature: 'A payload index',
    body: 'struct CreateFieldIndex',
    required: ['field_name'],
  },
  { route: 'DELETE /collections/:name/index/:field', feature: 'A payload index' },
  { route: 'PUT /collections/:name/vectors/:vector', feature: 'A named vector' },
  { route: 'DELETE /collections/:name/vectors/:vector', feature: 'A named vector' },
  {
    route: 'POST /collections/aliases',
    feature: ALIASES,
    body: 'struct ChangeAliasesOperation',
    required: ['actions'],
  },
  { route: 'GET /collections/:name/aliases', feature: ALIASES },
  { route: 'GET /aliases', feature: ALIASES },
  { route: 'GET /collections/:name/snapshots', feature: SNAPSHOTS },
  { route: 'POST /collections/:name/snapshots', feature: SNAPSHOTS },
  {
    route: 'PUT /collections/:name/snapshots/recover',
    feature: SNAPSHOTS,
    body: 'struct SnapshotRecover',
    required: ['location'],
  },
  { route: 'POST /collections/:name/snapshots/upload', feature: SNAPSHOTS },
  { route: 'GET /collections/:name/snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'DELETE /collections/:name/snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'GET /snapshots', feature: SNAPSHOTS },
  { route: 'POST /snapshots', feature: SNAPSHOTS },
  { route: 'GET /snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'DELETE /snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'GET /collections/:name/shards/:shard/snapshot', feature: SNAPSHOTS },
  { route: 'GET /collections/:name/shards/:shard/snapshots', feature: SNAPSHOTS },
  { route: 'POST /collections/:name/shards/:shard/snapshots', feature: SNAPSHOTS },
  { route: 'PUT /collections/:name/shards/:shard/snapshots/recover', feature: SNAPSHOTS },
  { route: 'POST /collections/:name/shards/:shard/snapshots/upload', feature: SNAPSHOTS },
  { route: 'GET /collections/:name/shards/:shard/snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'DELETE /collections/:name/shards/:shard/snapshots/:snapshot', feature: SNAPSHOTS },
  { route: 'GET /collections/:name/shards', feature: SHARDS },
  { route: 'PUT /collections/:name/shards', feature: SHARDS },
  { route: 'POST /collections/:name/shards/delete', feature: SHARDS },
  { route: 'GET /collections/:name/optimizations', feature: 'The list of optimizations' },
  { route: 'GET /collections/:name/memory', feature: 'The memory report' },
  { route: 'GET /collections/:name/cluster', feature: CLUSTER },
  { route: 'POST /collections/:name/cluster', feature: CLUSTER },
  { route: 'GET /cluster', feature: CLUSTER },
  { route: 'GET /cluster/telemetry', feature: CLUSTER },
  { route: 'POST /cluster/recover', feature: CLUSTER },
  { route: 'DELETE /cluster/peer/:peer', feature: CLUSTER },
  { route: 'GET /telemetry', feature: 'Telemetry' },
  { route: 'GET /metrics', feature: 'The metrics page' },
  { route: 'GET /quotas', feature: 'Node quotas' },
  { route: 'PUT /quotas', feature: 'Node quotas' },
];

export function refusedRoutes(): readonly Route[] {
  return REFUSED.map((refused) => refusedRoute(refused.route, (wire) => refuse(refused, wire)));
}

function refuse({ route, feature, body, required = [], isFlattened = false }: Refused, wire: Wire): never {
  if (route.includes('/:name')) readCollection(wire);
  if (body !== undefined) {
    decodeBody(parseTree(wire.body), (decoding, root) => {
      if (isFlattened) flattened(decoding, root, body, (decoding, object) => requireFields(decoding, object, required));
      else {
        const fields = Object.fromEntries(required.map((name) => [name, {}]));
        directStruct(decoding, root, body, fields, required);
      }
    });
  }
  throw notSupported(feature);
}

function requireFields({ tree }: Decoding, object: number, required: readonly string[]): void {
  if (tree.kindOf(object) !== JSON_OBJECT) return;
  const given = new Set<string>();
  for (let at = object + 1; at < tree.nextOf(object); at = tree.nextOf(at + 1)) given.add(tree.text(at));
  for (const name of required) if (!given.has(name)) throw missingField(name);
}
