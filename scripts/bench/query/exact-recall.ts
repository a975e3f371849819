import { K } from '../engine/cached-data.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { idsOf } from '../server/measure-search.ts';
import { RawConnection } from '../server/raw-connection.ts';
import { DistinctRequests } from './distinct-requests.ts';
import type { QueryBodies } from './query-bodies.ts';
import { queryRequest } from './query-cases.ts';

const QUERIES = 100;

/** What share of the best by a scan of all originals the same request finds without `exact`. */
export async function recallAgainstExact(
  server: BenchServer,
  bodies: QueryBodies,
  kind: 'recommend' | 'discover',
): Promise<string> {
  const answers = async (params: string): Promise<readonly (readonly number[])[]> => {
    const requests = Array.from({ length: QUERIES }, (_, index) =>
      queryRequest('/points/query', bodies[kind](index, { params })),
    );
    const distinct = new DistinctRequests(requests);
    const found: (readonly number[])[] = [];
    const connection = await RawConnection.open(server.port);
    for (let query = 0; query < QUERIES; query += 1) {
      const { status, body } = await connection.ask(distinct.next());
      if (status !== 200) throw new Error(body.toString());
      found.push(idsOf(body));
    }
    connection.close();
    return found;
  };
  const exact = await answers(',"params":{"exact":true}');
  const found = await answers('');
  const shares = exact.map((best, at) => best.filter((id) => found[at]?.includes(id)).length / K);
  const mean = shares.reduce((sum, share) => sum + share, 0) / QUERIES;
  const worst = Math.min(...shares);
  return `${kind}: recall@${K} ${mean.toFixed(3)} of the same request with exact: true, the worst of ${QUERIES} ${worst}`;
}
