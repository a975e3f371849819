import { badRequest, notSupported } from '../core/errors.ts';
import { decodeBody, directStruct } from './parse/decoding.ts';
import { parseTree, readCollection, type Wire } from './parse/wire.ts';
import { type Method, refusedRoute, type Route } from './route.ts';

/** Routes of Qdrant that later issues bring: known, checked as far as is cheap, and refused. */
interface Refused {
  readonly route: `${Method} /${string}`;
  /** What is not there yet; the row goes away when it comes. */
  readonly feature?: string;
  /** Instead of that: what Qdrant itself says where it runs without cluster mode, as we do. */
  readonly standalone?: string;
  /** The body's type in Qdrant, and the fields that it must have. */
  readonly body?: string;
  readonly required?: readonly string[];
}

const SHARDS = 'A shard key';
const CLUSTER = 'Cluster mode';
const STANDALONE = 'Distributed mode disabled';

const REFUSED: readonly Refused[] = [
  { route: 'GET /collections/:name/shards', feature: SHARDS },
  {
    route: 'PUT /collections/:name/shards',
    standalone: STANDALONE,
    body: 'struct CreateShardingKey',
    required: ['shard_key'],
  },
  {
    route: 'POST /collections/:name/shards/delete',
    standalone: STANDALONE,
    body: 'struct DropShardingKey',
    required: ['shard_key'],
  },
  { route: 'GET /collections/:name/cluster', feature: CLUSTER },
  { route: 'POST /collections/:name/cluster', standalone: STANDALONE },
  { route: 'GET /cluster/telemetry', feature: CLUSTER },
  { route: 'POST /cluster/recover', feature: CLUSTER },
  // With a full stop, so it was recorded.
  { route: 'DELETE /cluster/peer/:peer', standalone: `${STANDALONE}.` },
  { route: 'GET /telemetry', feature: 'Telemetry' },
  { route: 'GET /metrics', feature: 'The metrics page' },
  { route: 'GET /quotas', feature: 'Node quotas' },
  { route: 'PUT /quotas', feature: 'Node quotas' },
];

export function refusedRoutes(): readonly Route[] {
  return REFUSED.map((refused) => refusedRoute(refused.route, (wire) => refuse(refused, wire)));
}

function refuse({ route, feature = '', standalone, body, required = [] }: Refused, wire: Wire): never {
  if (route.includes('/:name')) readCollection(wire);
  if (body !== undefined) {
    const fields = Object.fromEntries(required.map((name) => [name, {}]));
    decodeBody(parseTree(wire.body), (decoding, root) => directStruct(decoding, root, body, { fields, required }));
  }
  throw standalone === undefined ? notSupported(feature) : badRequest(standalone);
}
