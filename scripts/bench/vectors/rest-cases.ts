import { originalScore } from '../../../src/vectors/original-scores.ts';
import { uniformSource } from '../data.ts';
import { cachedData, K } from '../engine/cached-data.ts';
import { BenchServer, COLLECTION } from '../server/bench-server.ts';
import { rowJson, searchRequests } from '../server/bodies.ts';
import { describe } from '../server/describe.ts';
import { once, runLoad } from '../server/load.ts';
import { idsOf } from '../server/measure-search.ts';
import { httpRequest, RawConnection } from '../server/raw-connection.ts';
import { generateTokens, type TokenData } from './multi-tokens.ts';
import { drawQueries, zipfRows, type SparseData, type SparseQuery } from './sparse-data.ts';

/** One kind of vectors in a server of its own, loaded and indexed. */
export interface RestCase {
  readonly describe: string;
  readonly server: BenchServer;
  readonly ways: readonly Way[];
  /** Server and generator each on a core. */
  readonly isPinned: boolean;
}

/** Requests that search in one way. */
export interface Way {
  readonly name: string;
  readonly requests: readonly Buffer[];
  /** Qdrant's searches a second, and the recall that they had. */
  readonly qdrant: number | undefined;
  readonly qdrantRecall: number;
  /** Recall@10 against exact answers. */
  readonly recall: (server: BenchServer) => Promise<number>;
}

const SPARSE_POINTS = 50_000;
const SPARSE_TERMS = 30_000;
const SPARSE_NONZEROS = 100;
const QUERY_TERMS = 8;
const QUERIES = 1000;
const BATCH_POINTS = 256;

/** 50,000 points of about 100 terms of 30,000 by Zipf's law, beside dense vectors of 768 numbers; queries of 8 terms. */
export async function sparseCase(): Promise<RestCase> {
  const data = zipfRows(SPARSE_POINTS, SPARSE_NONZEROS, SPARSE_TERMS);
  const { dimension, base } = cachedData(100_000, 768);
  const kind = { count: QUERIES, lengths: [QUERY_TERMS, QUERY_TERMS], together: false } as const;
  const chance = uniformSource(29);
  const weigh = (): number => 0.1 + chance();
  const frequent = drawQueries(data, kind, weigh);
  const even = Array.from({ length: QUERIES }, () => evenQuery(chance, weigh));
  const server = await openServer({
    vectors: { dense: { size: dimension, distance: 'Cosine' } },
    sparse_vectors: { sparse: {} },
  });
  const { starts, indices } = data;
  const vectors = (row: number): string => {
    const [from, to] = [starts[row], starts[row + 1]];
    const numbers = `{"indices":[${indices.subarray(from, to).join(',')}],"values":[${valuesText(data.values, from, to)}]}`;
    return `{"dense":[${rowJson(base, row, dimension).toString('latin1')}],"sparse":${numbers}}`;
  };
  await upload(server, SPARSE_POINTS, vectors);
  await server.untilIndexed(SPARSE_POINTS);
  const way = (name: string, queries: readonly SparseQuery[]): Way => {
    const requests = queries.map(({ indices, weights }) => {
      const query = `{"indices":[${indices.join(',')}],"values":[${weights.join(',')}]}`;
      return searchRequest(`{"query":${query},"using":"sparse","limit":${K}}`);
    });
    const recall = (under: BenchServer): Promise<number> => shareFound(under, requests, exactSparse(data, queries));
    return { name, requests, qdrant: 5630, qdrantRecall: 0.999, recall };
  };
  return {
    describe: `sparse: ${SPARSE_POINTS} points, ${Math.round(indices.length / SPARSE_POINTS)} terms each of ${SPARSE_TERMS}, queries of ${QUERY_TERMS}, beside ${dimension} dense numbers`,
    server,
    ways: [way('terms by their frequency', frequent), way('terms drawn evenly', even)],
    isPinned: false,
  };
}

/** Terms of which none is likelier than another: most are rare. */
function evenQuery(chance: () => number, weigh: () => number): SparseQuery {
  const terms = new Set<number>();
  while (terms.size < QUERY_TERMS) terms.add(Math.floor(chance() * SPARSE_TERMS));
  const indices = Uint32Array.from(terms).sort();
  return { indices, weights: Float32Array.from(indices, weigh) };
}

const TOKENS = {
  documents: 5000,
  tokens: 16,
  dimension: 128,
  queries: 200,
  queryTokens: 8,
  seed: 3,
  topics: 2000,
  spread: 0.6,
};
/** undefined: what the collection has. */
const MULTI_EFS = [undefined, 64, 128, 200, 256];

/** 5,000 points of 16 x 128, MaxSim; queries of 8 rows. */
export async function multiCase(): Promise<RestCase> {
  const data = generateTokens(TOKENS);
  const { documents, tokens, dimension, queryTokens } = TOKENS;
  const multivector_config = { comparator: 'max_sim' };
  const server = await openServer({ vectors: { size: dimension, distance: 'Cosine', multivector_config } });
  const rows = (of: Float32Array, first: number, count: number): string =>
    Array.from({ length: count }, (_, at) => `[${rowJson(of, first + at, dimension).toString('latin1')}]`).join(',');
  await upload(server, documents, (point) => `[${rows(data.base, point * tokens, tokens)}]`);
  await untilGreen(server, documents);
  const exact = exactMulti(data);
  const ways = MULTI_EFS.map((ef): Way => {
    const params = ef === undefined ? '' : `,"params":{"hnsw_ef":${ef}}`;
    const requests = Array.from({ length: TOKENS.queries }, (_, query) =>
      searchRequest(`{"query":[${rows(data.queries, query * queryTokens, queryTokens)}],"limit":${K}${params}}`),
    );
    return {
      name: ef === undefined ? 'multivector, as it comes' : `multivector, ef ${ef}`,
      requests,
      qdrant: 370,
      qdrantRecall: 0.95,
      recall: (under) => shareFound(under, requests, exact),
    };
  });
  return {
    describe: `multivector: ${documents} x ${tokens} x ${dimension}, queries of ${queryTokens} rows`,
    server,
    ways,
    isPinned: false,
  };
}

/** Qdrant's rates with int8, 100,000 x 768, at their recall; 510 MB resident. */
const INT8_EFS = [16, 20, 24, 32, 48, 64];
const INT8_POINTS = [
  { qdrant: 926, qdrantRecall: 0.968 },
  { qdrant: 628, qdrantRecall: 0.982 },
];

/** 100,000 x 768 with int8 quantisation, originals not on disk, without and with rescore. */
export async function int8Case(): Promise<RestCase> {
  const data = cachedData(100_000, 768);
  const { dimension, queries, truth } = data;
  const server = await openServer({
    vectors: { size: dimension, distance: 'Cosine' },
    quantization_config: { scalar: { type: 'int8', always_ram: true } },
  });
  await server.upload(data, 0);
  await server.untilIndexed(data.rows);
  const exact = Array.from({ length: QUERIES }, (_, query) => Array.from(truth.subarray(query * K, query * K + K)));
  const ways: Way[] = [];
  for (const { qdrant, qdrantRecall } of INT8_POINTS) {
    for (const quantization of [{}, { rescore: true }]) {
      for (const ef of INT8_EFS) {
        const requests = searchRequests({
          collection: COLLECTION,
          queries,
          dimension,
          limit: K,
          ef,
          ...('rescore' in quantization ? { quantization } : {}),
        });
        const found = await shareFound(server, requests, exact);
        // The least beam that reaches their recall.
        if (found < qdrantRecall) continue;
        const name = `int8, ef ${ef}${'rescore' in quantization ? ', rescored' : ''}`;
        ways.push({ name, requests, qdrant, qdrantRecall, recall: () => Promise.resolve(found) });
        break;
      }
    }
  }
  return { describe: `int8: ${describe(data)}; Qdrant in 510 MB`, server, ways, isPinned: true };
}

async function openServer(config: object): Promise<BenchServer> {
  const server = new BenchServer();
  await server.start();
  await server.ask('PUT', `/collections/${COLLECTION}`, config);
  return server;
}

async function upload(server: BenchServer, points: number, vector: (point: number) => string): Promise<void> {
  function* requests(): Generator<Buffer> {
    for (let first = 0; first < points; first += BATCH_POINTS) {
      const count = Math.min(BATCH_POINTS, points - first);
      const texts = Array.from({ length: count }, (_, at) => `{"id":${first + at},"vector":${vector(first + at)}}`);
      const body = Buffer.from(`{"points":[${texts.join(',')}]}`);
      yield httpRequest('PUT', `/collections/${COLLECTION}/points?wait=${first + count >= points}`, body);
    }
  }
  await runLoad({ port: server.port, connections: 2, next: once(requests()) });
}

async function untilGreen(server: BenchServer, points: number): Promise<void> {
  for (let count = -1, status = ''; count < points || status !== 'green';) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const path = `/collections/${COLLECTION}`;
    const info = (await server.ask('GET', path)) as { readonly status: string; readonly points_count: number };
    ({ points_count: count, status } = info);
  }
}

function searchRequest(body: string): Buffer {
  return httpRequest('POST', `/collections/${COLLECTION}/points/query`, Buffer.from(body));
}

/** The share of exact answers that requests find. Points of equal scores make it a little smaller than it is. */
async function shareFound(
  server: BenchServer,
  requests: readonly Buffer[],
  exact: readonly (readonly number[])[],
): Promise<number> {
  const connection = await RawConnection.open(server.port);
  let found = 0;
  for (const [query, wanted] of exact.entries()) {
    const { status, body } = await connection.ask(requests[query] ?? Buffer.alloc(0));
    if (status !== 200) throw new Error(body.toString());
    const ids = new Set(idsOf(body));
    found += wanted.filter((id) => ids.has(id)).length / wanted.length;
  }
  connection.close();
  return found / exact.length;
}

function valuesText(values: Float32Array, from: number | undefined, to: number | undefined): string {
  return Array.from(values.subarray(from, to), (value) => value.toFixed(6)).join(',');
}

/** Queries that are compared with every point. */
const EXACT_QUERIES = 100;

function exactSparse(data: SparseData, queries: readonly SparseQuery[]): readonly (readonly number[])[] {
  return queries.slice(0, EXACT_QUERIES).map(({ indices, weights }) => {
    const weightOf = new Map(Array.from(indices, (index, at) => [index, weights[at] ?? 0]));
    const scores = Array.from({ length: data.rowCount }, (_, row) => {
      let sum = 0;
      for (let at = data.starts[row] ?? 0; at < (data.starts[row + 1] ?? 0); at += 1) {
        sum += (weightOf.get(data.indices[at] ?? 0) ?? 0) * Number((data.values[at] ?? 0).toFixed(6));
      }
      return sum;
    });
    return best(scores);
  });
}

function exactMulti({ base, queries, dimension }: TokenData): readonly (readonly number[])[] {
  const { documents, tokens, queryTokens } = TOKENS;
  const score = originalScore({ dimension, distance: 'Dot', datatype: 'float32' });
  return Array.from({ length: EXACT_QUERIES }, (_, query) => {
    const rows = Array.from({ length: queryTokens }, (_, at) => {
      const start = (query * queryTokens + at) * dimension;
      return queries.subarray(start, start + dimension);
    });
    const scores = Array.from({ length: documents }, (_, document) =>
      rows.reduce((sum, row) => {
        let nearest = -Infinity;
        for (let token = document * tokens; token < (document + 1) * tokens; token += 1) {
          nearest = Math.max(nearest, score(row, base, token * dimension));
        }
        return sum + nearest;
      }, 0),
    );
    return best(scores);
  });
}

/** The places of the K highest scores, best first. */
function best(scores: readonly number[]): readonly number[] {
  return Array.from(scores.keys())
    .toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, K);
}
