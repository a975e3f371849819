import test from 'ava';

import { parseQuery, parseQueryBatch } from '../../src/rest/parse/query.ts';
import { uniformSource } from '../../scripts/bench/data.ts';
import { mutate } from '../../scripts/fuzz/bodies.ts';
import { QUERY_TEMPLATES, randomTree } from '../../scripts/fuzz/query-bodies.ts';
import { refusal, wire } from './parsing.ts';

/** Enough for every kind of query to be injured many times; a second. */
const BODIES = 6_000;

test('no body of a query does anything but be accepted or refused', (t) => {
  const seed = Date.now() % 1_000_000;
  t.log(`seed=${seed}`);
  const uniform = uniformSource(seed);
  const isQuery = ({ path }: { readonly path: string }): boolean => /\/points\/query(\/batch)?(\?.*)?$/.test(path);
  const templates = QUERY_TEMPLATES.filter(isQuery).filter(({ body }) => body.length < 10_000);
  let accepted = 0;
  for (let count = 0; count < BODIES; count += 1) {
    const known = templates[Math.floor(uniform() * templates.length)];
    const tree = randomTree(uniform);
    const { path, body: sound } = known === undefined || (isQuery(tree) && count % 2 === 0) ? tree : known;
    const body = count % 4 === 0 ? Buffer.from(sound) : mutate(sound, uniform);
    const parse = path.includes('/batch') ? parseQueryBatch : parseQuery;
    // Throws what is no answer.
    const told = refusal(parse, { ...wire(''), body });
    if (told === 'accepted') accepted += 1;
    else if (!/^4(00|22) \S/.test(told)) t.fail(`seed=${seed}: ${body.toString('latin1')} → ${told}`);
  }
  t.true(accepted > BODIES / 20);
});
