import {
  collectionExists,
  createCollection,
  deleteCollection,
  getCollection,
  getOptimizations,
  listCollections,
  updateCollection,
} from '../operations/collections.ts';
import { changeAliases, listAliases, listCollectionAliases } from '../operations/aliases.ts';
import type { PointChange } from '../core/requests.ts';
import { createFieldIndex, deleteFieldIndex, facetPoints } from '../operations/fields.ts';
import { getMemory } from '../operations/memory.ts';
import {
  countPoints,
  getPoint,
  retrievePoints,
  scrollPoints,
  updateBatch,
  updatePoints,
} from '../operations/points.ts';
import { distanceMatrix, explainQuery, queryGroups, queryPoints } from '../operations/query.ts';
import { createVectorField, deleteVectorField } from '../operations/vector-fields.ts';
import { parseChangeAliases } from './parse/aliases.ts';
import { parseChange, parseUpdates } from './parse/changes.ts';
import { parseUpdateCollection } from './parse/collection-diff.ts';
import { parseCreateCollection, parseDeleteCollection } from './parse/collections.ts';
import { parseDiscover, parseDiscoverBatch } from './parse/discover.ts';
import { parseExplain } from './parse/explain.ts';
import { parseCreateFieldIndex, parseDeleteFieldIndex } from './parse/fields.ts';
import { parseQueryGroups, parseRecommendGroups, parseSearchGroups } from './parse/groups.ts';
import { parseMatrix } from './parse/matrix.ts';
import { parseGetOptimizations } from './parse/optimizations.ts';
import { parseQuery, parseQueryBatch } from './parse/query.ts';
import {
  parseCollectionName,
  parseCount,
  parseFacet,
  parseGetPoint,
  parseRetrieve,
  parseScroll,
} from './parse/reads.ts';
import { parseRecommend, parseRecommendBatch } from './parse/recommend.ts';
import { parseSearch, parseSearchBatch } from './parse/search.ts';
import { parseCreateVectorField, parseDeleteVectorField } from './parse/vector-fields.ts';
import { refusedRoutes } from './refused-routes.ts';
import {
  renderAliases,
  renderBoolean,
  renderCollectionInfo,
  renderCollections,
  renderExists,
} from './render/collections.ts';
import { renderExplanation } from './render/explanation.ts';
import { renderMatrixOffsets, renderMatrixPairs } from './render/matrix.ts';
import {
  renderCount,
  renderFacet,
  renderGroups,
  renderQueried,
  renderQueriedBatch,
  renderRecord,
  renderRecords,
  renderScrollPage,
  renderSearched,
  renderSearchedBatch,
  renderUpdateResult,
  renderUpdateResults,
} from './render/points.ts';
import { renderMemory, renderOptimizations } from './render/reports.ts';
import { writer } from './render/writer.ts';
import { type Method, plainRoute, type Route, route } from './route.ts';
import { snapshotRoutes } from './snapshot-routes.ts';

const HEALTHY = 'healthz check passed';

/** Everything that the REST door serves. `version` is what `GET /` reports: clients compare it with their own. */
export function restRoutes(version: string): readonly Route[] {
  const text = (words: string) => (): void => writer.ascii(words);
  return [
    plainRoute('GET /', 'bare', text(JSON.stringify({ title: 'qdrant - vector search engine', version }))),
    plainRoute('GET /healthz', 'text', text(HEALTHY)),
    plainRoute('GET /livez', 'text', text(HEALTHY)),
    plainRoute('GET /readyz', 'text', text('all shards are ready')),
    plainRoute('GET /cluster', 'json', text('{"status":"disabled"}')),
    // Qdrant's advice on missing indexes: there is none to give yet.
    plainRoute('GET /issues', 'json', text('{"issues":[]}')),
    plainRoute('DELETE /issues', 'json', text('true')),

    route('GET /collections', () => undefined, listCollections, renderCollections),
    // Before the collection of this name.
    route('POST /collections/aliases', parseChangeAliases, changeAliases, renderBoolean),
    route('GET /aliases', () => undefined, listAliases, renderAliases),
    route('GET /collections/:name/aliases', parseCollectionName, listCollectionAliases, renderAliases),
    route('GET /collections/:name', parseCollectionName, getCollection, renderCollectionInfo),
    route('PUT /collections/:name', parseCreateCollection, createCollection, renderBoolean),
    route('PATCH /collections/:name', parseUpdateCollection, updateCollection, renderBoolean),
    route('DELETE /collections/:name', parseDeleteCollection, deleteCollection, renderBoolean),
    route('GET /collections/:name/exists', parseCollectionName, collectionExists, renderExists),
    route('GET /collections/:name/optimizations', parseGetOptimizations, getOptimizations, renderOptimizations),
    route('GET /collections/:name/memory', parseCollectionName, getMemory, renderMemory),

    route('PUT /collections/:name/index', parseCreateFieldIndex, createFieldIndex, renderUpdateResult),
    route('DELETE /collections/:name/index/:field', parseDeleteFieldIndex, deleteFieldIndex, renderUpdateResult),
    route('POST /collections/:name/facet', parseFacet, facetPoints, renderFacet),

    route('PUT /collections/:name/vectors/:vector', parseCreateVectorField, createVectorField, renderUpdateResult),
    route('DELETE /collections/:name/vectors/:vector', parseDeleteVectorField, deleteVectorField, renderUpdateResult),

    changeRoute('PUT /collections/:name/points', 'upsert'),
    changeRoute('POST /collections/:name/points/delete', 'delete'),
    changeRoute('POST /collections/:name/points/payload', 'set_payload'),
    changeRoute('PUT /collections/:name/points/payload', 'overwrite_payload'),
    changeRoute('POST /collections/:name/points/payload/delete', 'delete_payload'),
    changeRoute('POST /collections/:name/points/payload/clear', 'clear_payload'),
    changeRoute('PUT /collections/:name/points/vectors', 'update_vectors'),
    changeRoute('POST /collections/:name/points/vectors/delete', 'delete_vectors'),
    route('POST /collections/:name/points/batch', parseUpdates, updateBatch, renderUpdateResults),

    route('POST /collections/:name/points', parseRetrieve, retrievePoints, renderRecords),
    route('POST /collections/:name/points/scroll', parseScroll, scrollPoints, renderScrollPage),
    route('POST /collections/:name/points/count', parseCount, countPoints, renderCount),
    route('POST /collections/:name/points/query', parseQuery, queryPoints, renderQueried),
    route('POST /collections/:name/points/query/batch', parseQueryBatch, queryPoints, renderQueriedBatch),
    // Not in Qdrant.
    route('POST /collections/:name/points/query/explain', parseExplain, explainQuery, renderExplanation),
    route('POST /collections/:name/points/query/groups', parseQueryGroups, queryGroups, renderGroups),
    route('POST /collections/:name/points/search', parseSearch, queryPoints, renderSearched),
    route('POST /collections/:name/points/search/batch', parseSearchBatch, queryPoints, renderSearchedBatch),
    route('POST /collections/:name/points/search/groups', parseSearchGroups, queryGroups, renderGroups),
    route('POST /collections/:name/points/search/matrix/pairs', parseMatrix, distanceMatrix, renderMatrixPairs),
    route('POST /collections/:name/points/search/matrix/offsets', parseMatrix, distanceMatrix, renderMatrixOffsets),
    route('POST /collections/:name/points/recommend', parseRecommend, queryPoints, renderSearched),
    route('POST /collections/:name/points/recommend/batch', parseRecommendBatch, queryPoints, renderSearchedBatch),
    route('POST /collections/:name/points/recommend/groups', parseRecommendGroups, queryGroups, renderGroups),
    route('POST /collections/:name/points/discover', parseDiscover, queryPoints, renderSearched),
    route('POST /collections/:name/points/discover/batch', parseDiscoverBatch, queryPoints, renderSearchedBatch),
    route('GET /collections/:name/points/:id', parseGetPoint, getPoint, renderRecord),
    ...snapshotRoutes(),
    ...refusedRoutes(),
  ];
}

function changeRoute(pattern: `${Method} /${string}`, form: PointChange['kind']): Route {
  return route(pattern, parseChange(form), updatePoints, renderUpdateResult);
}
