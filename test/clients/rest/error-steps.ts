import { points, same, update } from './canonical.ts';
import { QUERY } from './point-steps.ts';
import { answers, type Body, type GrpcStep, refusedByGrpc, reads, type Step } from './step.ts';

const QUERY_ONE = 'POST /collections/items/points/query';
const UPSERT = 'PUT /collections/items/points?wait=true';
const BAD = 'INVALID_ARGUMENT';

const asked = (name: string, body: Body): Step => answers(`error: ${name}`, QUERY_ONE, body, points);
const sent = (name: string, body: Body): Step => answers(`error: ${name}`, UPSERT, body, update);

/** SEMANTICS.md 8.3 and SURFACE.md 2.1 have the texts that only gRPC has. */
export const errorSteps: readonly (Step | GrpcStep)[] = [
  answers('error: no such collection', 'POST /collections/nothing/points/count', {}, same),
  reads('error: info of no such collection', 'GET /collections/nothing', same),
  answers('error: update of no such collection', 'PATCH /collections/nothing', { hnsw_config: { m: 8 } }, same),
  answers('error: bad collection name', 'PUT /collections/a:b', { vectors: { size: 1, distance: 'Dot' } }, same),
  sent('wrong dimension', { points: [{ id: 70, vector: { dense: [1, 2, 3] } }] }),
  sent('unknown vector in a point', { points: [{ id: 70, vector: { unknown: [1, 2, 3] } }] }),
  asked('unknown vector in a query', { query: QUERY, using: 'unknown' }),
  asked('wrong dimension of a query', { query: [1, 2], using: 'dense' }),
  asked('dense query of sparse vectors', { query: QUERY, using: 'words' }),
  asked('limit 0', { query: QUERY, using: 'dense', limit: 0 }),
  asked('ef 0', { query: QUERY, using: 'dense', params: { hnsw_ef: 0 } }),
  answers('error: scroll with limit 0', 'POST /collections/items/points/scroll', { limit: 0 }, same),
  asked('no such point', { query: 999, using: 'dense' }),
  answers(
    'error: payload of no such point',
    'POST /collections/items/points/payload?wait=true',
    { points: [999], payload: { a: 1 } },
    update,
  ),
  asked('no index to order by', { query: { order_by: { key: 'tiny' } } }),
  answers('error: no index for a facet', 'POST /collections/items/facet', { key: 'tags' }, same),
  asked('fusion without prefetches', { query: { fusion: 'rrf' } }),
  asked('prefetches without a query', { prefetch: [{ query: QUERY, using: 'dense' }] }),
  asked('threshold without a query', { score_threshold: 0.5 }),
  answers(
    'error: average of nothing',
    'POST /collections/items/points/recommend',
    { positive: [], negative: [1], using: 'dense', limit: 3 },
    points,
  ),
  asked('lookup in no such collection', { query: 1, using: 'dense', lookup_from: { collection: 'nothing' } }),
  asked('unknown shard key', { query: QUERY, using: 'dense', shard_key: 'key' }),
  asked('no inference service', { query: { text: 'foxes', model: 'other/model' }, using: 'dense' }),
  refusedByGrpc('error: bad UUID', BAD, 'Unable to parse UUID: no-uuid'),
  refusedByGrpc('error: empty point id', BAD, 'No ID options provided'),
  refusedByGrpc('error: no selector', BAD, 'PointSelector is missing'),
  refusedByGrpc('error: not a number in a payload', BAD, 'cannot convert to json number'),
  refusedByGrpc('error: bad path', BAD, "Invalid json path: 'a['"),
  refusedByGrpc('error: timeout 0', BAD, 'Validation error in body: [timeout: value 0 invalid, must be 1 or larger]'),
  // SURFACE.md 2.1 names the fields that may not be empty, but not the words.
  refusedByGrpc('error: empty batch', BAD),
  refusedByGrpc('error: no key to group by', BAD),
];
