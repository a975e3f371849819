import type { BenchServer } from '../server/bench-server.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { httpRequest, RawConnection } from '../server/raw-connection.ts';
import { DistinctRequests } from './distinct-requests.ts';
import type { QueryBodies } from './query-bodies.ts';

/** Requests of one kind of query. */
export interface QueryCase {
  readonly name: string;
  /** Qdrant's rate on the same machine, where it was measured (DESIGN.md section 8). */
  readonly qdrant: number | undefined;
  readonly requests: DistinctRequests;
}

/** As many bodies as there are vectors: stamps make more of them. */
const STAMPED = 1000;
/** Of ids alone, which nothing is stamped in: more than are sent in a run. */
const UNSTAMPED = 60_000;
const BATCHES = 64;

/** Every case by its name, made when it is asked for: a thousand vectors are nine megabytes. */
export function queryCases(bodies: QueryBodies): Readonly<Record<string, () => QueryCase>> {
  const kinds: readonly Kind[] = [
    { name: 'nearest', qdrant: 1110, path: '/points/query', body: (index) => bodies.nearest(index, 10) },
    { name: 'nearest, limit 100', path: '/points/query', body: (index) => bodies.nearest(index, 100) },
    { name: 'sparse', qdrant: 5630, path: '/points/query', body: (index) => bodies.sparse(index, 10) },
    { name: 'sparse, limit 100', path: '/points/query', body: (index) => bodies.sparse(index, 100) },
    { name: 'hybrid', qdrant: 670, path: '/points/query', body: bodies.hybrid },
    batchKind(bodies, 32, 46),
    batchKind(bodies, 100, undefined),
    {
      name: 'recommend',
      qdrant: 430,
      path: '/points/query',
      count: UNSTAMPED,
      body: (index) => bodies.recommend(index),
    },
    { name: 'discover', qdrant: 290, path: '/points/query', body: (index) => bodies.discover(index) },
    { name: 'mmr of 100', qdrant: 565, path: '/points/query', body: bodies.mmr },
    { name: 'groups 10 x 3', qdrant: 104, path: '/points/query/groups', body: bodies.groups },
    { name: 'formula over 100', qdrant: 580, path: '/points/query', body: bodies.formula },
    matrixKind(bodies, 200, 5, 160),
    matrixKind(bodies, 1000, 10, undefined),
    { name: 'explain hybrid', path: '/points/query/explain', body: bodies.explain },
  ];
  return Object.fromEntries(kinds.map((kind) => [kind.name, () => caseOf(kind)]));
}

interface Kind {
  readonly name: string;
  readonly qdrant?: number | undefined;
  readonly path: string;
  /** Bodies to make; undefined = STAMPED. */
  readonly count?: number;
  readonly body: (index: number) => string;
}

function batchKind(bodies: QueryBodies, size: number, qdrant: number | undefined): Kind {
  const body = (index: number): string => bodies.batch(index, size);
  return { name: `batch of ${size}`, qdrant, path: '/points/query/batch', count: BATCHES, body };
}

/** All bodies are alike: the sample is another each time. */
function matrixKind(bodies: QueryBodies, sample: number, limit: number, qdrant: number | undefined): Kind {
  const body = (): string => bodies.matrix(sample, limit);
  return { name: `matrix ${sample} x ${limit}`, qdrant, path: '/points/search/matrix/pairs', count: 1, body };
}

function caseOf({ name, qdrant, path, count = STAMPED, body }: Kind): QueryCase {
  const requests = Array.from({ length: count }, (_, index) => queryRequest(path, body(index)));
  return { name, qdrant, requests: new DistinctRequests(requests) };
}

export function queryRequest(path: string, body: string): Buffer {
  return httpRequest('POST', `/collections/${COLLECTION}${path}`, Buffer.from(body));
}

/** Prints those that the server refuses, and answers the others. */
export async function servedCases(server: BenchServer, cases: readonly QueryCase[]): Promise<readonly QueryCase[]> {
  const connection = await RawConnection.open(server.port);
  const served: QueryCase[] = [];
  for (const one of cases) {
    const { status, body } = await connection.ask(one.requests.next());
    if (status === 200) served.push(one);
    else console.log(`not served: ${one.name}: ${status} ${body.toString().slice(0, 200)}`);
  }
  connection.close();
  return served;
}
