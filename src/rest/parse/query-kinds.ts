import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import type { Fusion, Query } from '../../core/query.ts';
import type { Decoding } from './decoding.ts';
import { decodeExample } from './examples.ts';
import { FormatError } from './format-error.ts';
import { decodeFormula } from './formula.ts';
import { decodeFusion, decodeRrf } from './fusion.ts';
import { decodeOrderBy } from './order-by.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';
import { decodeContext, decodeDiscover, decodeFeedback, decodeNearest, decodeRecommend } from './vector-queries.ts';

const QUERY_FORMS = 'Expected some form of vector, id, or a type of query';

/**
 * The `query` field: a vector, an id, something to embed, or an object that names the kind of query. An untagged enum:
 * every failure inside reads alike.
 *
 * path    where it stands, for broken rules: `internal.query`.
 * Throws  FormatError without a position.
 */
export function decodeQueryForm(decoding: Decoding, node: number, path: string): Query {
  const { tree } = decoding;
  const example = decodeExample(decoding, node, path);
  if (example !== undefined) return { kind: 'nearest', example, mmr: undefined };
  if (tree.kindOf(node) !== JSON_OBJECT) throw new FormatError(QUERY_FORMS);
  const fields = fieldsOf(tree, node);
  for (const [key, decode] of KINDS) {
    const value = fields.get(key);
    if (value === undefined) continue;
    const query = attempt(() => decode({ decoding, object: node, fields, value, path }));
    if (query !== undefined) return query;
  }
  throw new FormatError(QUERY_FORMS);
}

/** A query by its kind: the object and its fields, the value of the key that names the kind, and the object's path. */
interface GivenKind {
  readonly decoding: Decoding;
  readonly object: number;
  readonly fields: ReadonlyMap<string, number>;
  readonly value: number;
  readonly path: string;
}

type DecodeKind = (given: GivenKind) => Query | undefined;

/** By the key that makes a query one of a kind, in the order in which Qdrant tries them. */
const KINDS: readonly (readonly [string, DecodeKind])[] = [
  ['nearest', ({ decoding, fields, path }) => decodeNearest(decoding, fields, path)],
  ['recommend', ({ decoding, value, path }) => decodeRecommend(decoding, value, path)],
  ['discover', ({ decoding, value, path }) => decodeDiscover(decoding, value, path)],
  ['context', ({ decoding, value, path }) => decodeContext(decoding, value, path)],
  ['order_by', ({ decoding, value }) => ({ kind: 'order_by', orderBy: decodeOrderBy(decoding, value) })],
  ['fusion', ({ decoding, value }) => queryOf(decodeFusion(decoding, value))],
  ['rrf', ({ decoding, value, path }) => queryOf(decodeRrf(decoding, value, `${path}.rrf`))],
  ['formula', ({ decoding, object, path }) => ({ kind: 'formula', formula: decodeFormula(decoding, object, path) })],
  [
    'sample',
    ({ decoding: { tree }, value }) =>
      tree.kindOf(value) === JSON_STRING && tree.text(value) === 'random' ? { kind: 'sample' } : undefined,
  ],
  ['relevance_feedback', ({ decoding, value, path }) => decodeFeedback(decoding, value, path)],
];

function queryOf(fusion: Fusion | undefined): Query | undefined {
  return fusion === undefined ? undefined : { kind: 'fusion', fusion };
}
