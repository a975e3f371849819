import type { Template } from './bodies.ts';

/** Queries of every kind, alone and as trees, for the two collections of the fuzzer. */

const DENSE = '[0.5,-1,2.25,1e-3,0,0.25,3,-0.5]';
const SHORT = '[0.5,-1,2.25,1e-3]';
const UUID = '"00000000-0000-4000-8000-000000000001"';
const NAIVE = '{"naive":{"a":0.12,"b":0.43,"c":0.16}}';
const BOTH = '"query":{"fusion":"rrf"}';

const FORMULAS: readonly string[] = [
  '{"sum":["$score",{"mult":[0.5,"a"]},{"key":"b","match":{"value":"ü"}}]}',
  '{"gauss_decay":{"x":{"geo_distance":{"origin":{"lon":13.4,"lat":52.5},"to":"place"}},"scale":5000,"midpoint":0.25}}',
  '{"exp_decay":{"x":{"datetime_key":"when"},"target":{"datetime":"2025-01-01T00:00:00Z"},"scale":86400}}',
  '{"div":{"left":{"ln":{"abs":"$score[1]"}},"right":{"neg":{"sqrt":"a"}},"by_zero_default":0}}',
  '{"pow":{"base":{"exp":"$score"},"exponent":{"log10":10}}}',
];

/** A query by its kind, of vectors that `vector` writes. */
function kinds(vector: string): readonly string[] {
  const pair = `{"positive":1,"negative":${vector}}`;
  return [
    vector,
    '1',
    UUID,
    `{"nearest":${vector},"mmr":{"diversity":0.3,"candidates_limit":20}}`,
    `{"recommend":{"positive":[1,${vector}],"negative":[${UUID}]}}`,
    '{"recommend":{"positive":[1,2],"negative":[3],"strategy":"best_score"}}',
    `{"recommend":{"negative":[${vector}],"strategy":"sum_scores"}}`,
    `{"discover":{"target":${vector},"context":[${pair},{"positive":2,"negative":3}]}}`,
    `{"context":${pair}}`,
    `{"relevance_feedback":{"target":${vector},"feedback":[{"example":1,"score":0.9},{"example":${vector},"score":-0.1}],"strategy":${NAIVE}}}`,
    '{"order_by":{"key":"a","direction":"desc","start_from":2.5}}',
    '{"sample":"random"}',
  ];
}

/** What merges prefetches. */
const MERGES: readonly string[] = [
  '{"fusion":"rrf"}',
  '{"fusion":"dbsf"}',
  '{"rrf":{"k":60,"weights":[1,0.5]}}',
  ...FORMULAS.map((formula) => `{"formula":${formula},"defaults":{"a":1,"$score":0.5,"when":"2025-01-01"}}`),
];

function post(path: string, body: string): Template {
  return { method: 'POST', path: `/collections/${path}`, body };
}

/** Prefetches above prefetches, `depth` of them. */
function nested(depth: number): string {
  return `${`{"query":${DENSE},"prefetch":`.repeat(depth)}{}${'}'.repeat(depth)}`;
}

function prefetches(count: number): string {
  return Array.from({ length: count }, (_, at) => `{"query":${1 + (at % 3)},"limit":${1 + (at % 7)}}`).join(',');
}

const KINDS = kinds(DENSE);
const FILTER = '"filter":{"must_not":{"key":"a","match":{"value":9}}}';

const SINGLE = KINDS.map((query) => post('fuzzed/points/query', `{"query":${query},"limit":4,"offset":1,${FILTER}}`));

/** Each kind below each merge, the second prefetch with a prefetch of its own. */
const TREES = MERGES.flatMap((merge, at) =>
  KINDS.filter((_, kind) => kind % 4 === at % 4).map((query) =>
    post(
      'fuzzed/points/query',
      `{"query":${merge},"prefetch":[{"query":${query},"limit":7,"score_threshold":0.01},{"prefetch":{"query":${query},${FILTER}},"query":${DENSE},"params":{"exact":true}}],"with_payload":true}`,
    ),
  ),
);

const NAMED = kinds(SHORT).map((query) =>
  post(
    'many/points/query?timeout=9',
    `{${BOTH},"prefetch":[{"query":${query},"using":"a"},{"query":{"text":"ü engines","model":"qdrant/bm25"},"using":"t"},{"query":3,"using":"s","lookup_from":{"collection":"many","vector":"s"}}]}`,
  ),
);

const OLDER: readonly Template[] = [
  post('fuzzed/points/query/batch', `{"searches":[${KINDS.map((query) => `{"query":${query}}`).join(',')}]}`),
  post(
    'fuzzed/points/query/groups',
    `{"query":${DENSE},"group_by":"b","group_size":2,"limit":3,"with_lookup":"fuzzed"}`,
  ),
  post('fuzzed/points/query/groups', `{"prefetch":[{"query":1},{}],${BOTH},"group_by":"a"}`),
  post('fuzzed/points/query/explain', `{"query":${DENSE},"prefetch":{"query":1},"why_not":[1,2]}`),
  post('fuzzed/points/search/groups', `{"vector":${DENSE},"group_by":"c[].d","group_size":2,"limit":3}`),
  post('fuzzed/points/search/matrix/pairs', `{"sample":10,"limit":3,${FILTER}}`),
  post('fuzzed/points/search/matrix/offsets', '{"sample":10,"limit":3}'),
  post('fuzzed/points/recommend', `{"positive":[1,${UUID}],"negative":[${DENSE}],"limit":3}`),
  post('fuzzed/points/recommend/batch', '{"searches":[{"positive":[1],"limit":3,"strategy":"best_score"}]}'),
  post('fuzzed/points/recommend/groups', '{"positive":[1],"group_by":"b","group_size":2,"limit":3}'),
  post('fuzzed/points/discover', `{"target":${DENSE},"context":[{"positive":1,"negative":2}],"limit":3}`),
  post('fuzzed/points/discover/batch', '{"searches":[{"context":[{"positive":1,"negative":2}],"limit":3}]}'),
];

/** At and beyond what is allowed. */
const EXTREMES: readonly Template[] = [
  ...[63, 64, 65, 120, 1_000].map((depth) => post('fuzzed/points/query', nested(depth))),
  ...[100, 1_000, 10_000].map((count) => post('fuzzed/points/query', `{${BOTH},"prefetch":[${prefetches(count)}]}`)),
  post('fuzzed/points/query', `{"query":${DENSE},"limit":18446744073709551615,"offset":18446744073709551615}`),
  post('fuzzed/points/query', `{${BOTH},"prefetch":{"limit":18446744073709551615},"limit":9007199254740993}`),
  post('fuzzed/points/query', `{"query":{"nearest":${DENSE},"mmr":{}},"limit":18446744073709551615}`),
  post('fuzzed/points/query', '{"query":{"rrf":{"k":18446744073709551615,"weights":[0,-1]}},"prefetch":[{},{}]}'),
  post('fuzzed/points/query', `{"query":${DENSE},"prefetch":{"query":{"sample":"random"},"limit":4294967296}}`),
  post('fuzzed/points/query', '{"query":{"context":[]}}'),
  post('fuzzed/points/query', `{"query":{"discover":{"target":${DENSE},"context":null}},"score_threshold":1e308}`),
];

/**
 * A random tree of steps, all of it well-formed: what may be wrong with it is only how its parts go together.
 * uniform  numbers from 0 to 1.
 */
export function randomTree(uniform: () => number): Template {
  const pick = (list: readonly string[]): string => list[Math.floor(uniform() * list.length)] ?? '';
  const step = (depth: number): string => {
    const fields: string[] = [];
    const maybe = (share: number, field: () => string): void => void (uniform() < share && fields.push(field()));
    const sources = depth < 4 ? Math.floor(uniform() * 3) : 0;
    maybe(0.9, () => `"query":${pick(sources > 0 && uniform() < 0.6 ? MERGES : KINDS)}`);
    if (sources === 1 && uniform() < 0.5) fields.push(`"prefetch":${step(depth + 1)}`);
    else maybe(0.9, () => `"prefetch":[${Array.from({ length: sources }, () => step(depth + 1)).join(',')}]`);
    maybe(0.5, () => `"limit":${pick(['1', '2', '5', '30', '1000000', '18446744073709551615'])}`);
    maybe(0.2, () => `"score_threshold":${pick(['-1', '0', '0.5', '100', '1e308'])}`);
    maybe(0.2, () => `"filter":${pick(TREE_FILTERS)}`);
    maybe(0.1, () => `"params":${pick(['{"exact":true}', '{"hnsw_ef":1}', '{"indexed_only":true}'])}`);
    maybe(0.03, () => '"using":"x"');
    maybe(0.03, () => '"lookup_from":{"collection":"sentinel"}');
    maybe(depth === 0 ? 0.3 : 0, () => `"offset":${pick(['1', '3', '9007199254740993'])}`);
    maybe(depth === 0 ? 0.3 : 0, () => '"with_payload":true,"with_vector":true');
    return `{${fields.join(',')}}`;
  };
  const query = (): string => step(0);
  const groups = (): string => query().replace(/\}$/, ',"group_by":"a","group_size":2}').replace(/^\{,/, '{');
  const route = uniform();
  if (route < 0.1) return post('fuzzed/points/query/batch', `{"searches":[${query()},${query()},${query()}]}`);
  if (route < 0.2) return post('fuzzed/points/query/groups', groups());
  if (route < 0.25) return post('fuzzed/points/query/explain', query());
  return post('fuzzed/points/query', query());
}

const TREE_FILTERS: readonly string[] = [
  '{}',
  '{"must":{"key":"a","range":{"gte":0}}}',
  '{"should":[{"key":"b","match":{"value":"ü"}},{"has_id":[1,2,3]}]}',
  '{"must_not":{"has_id":[1]}}',
];

export const QUERY_TEMPLATES: readonly Template[] = [...SINGLE, ...TREES, ...NAMED, ...OLDER, ...EXTREMES];
