import { rowJson } from '../server/bodies.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { httpRequest } from '../server/raw-connection.ts';
import { AUTHORS, type Library, NUMBER_END, SHELVES } from './library.ts';

/** Requests of one kind, made beforehand. */
export interface RequestCase {
  readonly name: string;
  /** Qdrant's rate on the same machine, where it was measured (DESIGN.md section 8). */
  readonly qdrant: number | undefined;
  readonly requests: readonly Buffer[];
}

export interface Shelf {
  readonly rows: number;
  readonly queries: Float32Array;
  readonly dimension: number;
  readonly library: Library;
}

/** More than the server keeps results for: going round and round, no filter is answered by what is kept of it. */
const DISTINCT = 3000;
const PAGE_POINTS = 1000;

/** The requests whose rates are compared with Qdrant's; those that change points come last. */
export function requestCases({ rows, queries, dimension, library }: Shelf): readonly RequestCase[] {
  const vectors = Array.from({ length: queries.length / dimension }, (_, row) =>
    rowJson(queries, row, dimension).toString('latin1'),
  );
  const make = (
    name: string,
    qdrant: number | undefined,
    path: string,
    body: (index: number) => string,
  ): RequestCase => ({
    name,
    qdrant,
    requests: Array.from({ length: DISTINCT }, (_, index) =>
      path === ''
        ? Buffer.from(`GET /collections/${COLLECTION}/exists HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
        : httpRequest('POST', `/collections/${COLLECTION}${path}`, Buffer.from(body(index))),
    ),
  });
  const search =
    (filter: (index: number) => string) =>
    (index: number): string => {
      const filtered = filter(index);
      return `{"query":[${vectors[index % vectors.length]}],"limit":10${filtered === '' ? '' : `,"filter":${filtered}`}}`;
    };
  const author = (index: number): string => match('author', 'value', `a${(index * 7) % AUTHORS}`);
  const shelf = (index: number): string => must(match('shelf', 'value', `s${index % SHELVES}`));
  const range = (key: string, index: number): string => {
    const from = (index * 7919) % (NUMBER_END / 2);
    return must(`{"key":"${key}","range":{"gte":${from},"lt":${from + 5000 + index}}}`);
  };
  const firstId = (index: number): number => (index * 7919) % (rows - PAGE_POINTS);
  const order = (index: number, payload: boolean): string =>
    `{"limit":100,"with_payload":${payload},"order_by":{"key":"year","start_from":${(index * 31) % (NUMBER_END - 5000)}}}`;
  const ids = (index: number): string =>
    Array.from({ length: 10 }, (_, at) => (index * 7919 + at * 104_729) % rows).join(',');
  return [
    make('nothing: collection exists', undefined, '', () => ''),
    make(
      'search',
      1110,
      '/points/query',
      search(() => ''),
    ),
    make(
      'search, keyword (1 of 1,000)',
      2050,
      '/points/query',
      search((index) => must(author(index))),
    ),
    make(
      'the same, no filter twice',
      undefined,
      '/points/query',
      search((index) => `{"must":[${author(index)}],"must_not":[{"has_id":[${index}]}]}`),
    ),
    make(
      'search, text (2 words)',
      550,
      '/points/query',
      search((index) => must(match('text', 'text', library.wordPair(index)))),
    ),
    make('search, no index', 26, '/points/query', search(shelf)),
    make(
      'the same, one filter',
      undefined,
      '/points/query',
      search(() => shelf(77)),
    ),
    make('count by range', 2080, '/points/count', (index) => `{"filter":${range('year', index)}}`),
    make('count by range, no index', 24, '/points/count', (index) => `{"filter":${range('price', index)}}`),
    make('facet of 1,000 values', 6740, '/facet', () => '{"key":"author"}'),
    make('the same, all 1,000 shown', undefined, '/facet', () => '{"key":"author","limit":1000}'),
    make(
      'scroll 1,000 with payload',
      280,
      '/points/scroll',
      (index) => `{"limit":${PAGE_POINTS},"offset":${firstId(index)},"with_payload":true}`,
    ),
    make('order_by, 100 with payload', 2400, '/points/scroll', (index) => order(index, true)),
    make('order_by, 100 without', undefined, '/points/scroll', (index) => order(index, false)),
    make('retrieve 10 ids', 10_090, '/points', (index) => `{"ids":[${ids(index)}]}`),
    make('the same with payload', undefined, '/points', (index) => `{"ids":[${ids(index)}],"with_payload":true}`),
    make(
      'set payload by id, wait=true',
      1430,
      '/points/payload?wait=true',
      (index) => `{"payload":{"year":${(index * 104_729) % NUMBER_END}},"points":[${(index * 7919) % rows}]}`,
    ),
  ];
}

function must(condition: string): string {
  return `{"must":[${condition}]}`;
}

function match(key: string, kind: 'value' | 'text', value: string): string {
  return `{"key":"${key}","match":{"${kind}":${JSON.stringify(value)}}}`;
}
