import { VectorizerError } from '../../src/core/errors.ts';
import { errorAnswer } from '../../src/rest/errors.ts';
import type { PointChange, PointColumns } from '../../src/core/requests.ts';
import type { NamedVector, Vector, VectorColumn } from '../../src/core/vectors.ts';
import { parseChanges } from '../../src/rest/parse/change-body.ts';
import type { Wire } from '../../src/rest/parse/wire.ts';
import { WireError } from '../../src/rest/wire-error.ts';

/** A request to the collection `c`. `body` is sent as it is where it is text, as compact JSON otherwise. */
export function wire(body: unknown, given: { query?: string; path?: readonly string[] } = {}): Wire {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    path: given.path ?? ['c'],
    query: given.query ?? '',
    body: Buffer.from(text),
    parseChanges,
  };
}

/** The one change of a body. */
export function change<Kind extends PointChange['kind']>(
  kind: Kind,
  body: unknown,
): Extract<PointChange, { readonly kind: Kind }> {
  const [only] = parseChanges(kind, wire(body).body);
  if (only?.kind !== kind) throw new Error(`not a change of kind ${kind}`);
  return only as Extract<PointChange, { readonly kind: Kind }>;
}

/** The points of an upsert's body. */
export function parsePointColumns(body: Buffer): PointColumns {
  return change('upsert', body.toString()).points;
}

/** The vectors of one point of columns. */
export function vectorsAt({ vectors }: PointColumns, index: number): readonly NamedVector[] {
  return vectors
    .filter(({ has }) => has[index] === 1)
    .map((column) => {
      const [from = 0, to = 0] = column.starts.subarray(index, index + 2);
      const values = column.values.slice(from, to);
      return { name: column.name, vector: vectorOf(column, { index, from, to, values }) };
    });
}

function vectorOf(
  column: VectorColumn,
  place: { readonly index: number; readonly from: number; readonly to: number; readonly values: Float32Array },
): Vector {
  const { index, from, to, values } = place;
  if (column.kind === 'dense') return { kind: 'dense', values };
  if (column.kind === 'sparse') return { kind: 'sparse', values, indices: column.indices.slice(from, to) };
  return { kind: 'multi', values, dimension: column.dimensions[index] ?? 0 };
}

/** What the client reads where `parse` refuses: `400 Format error …`; `accepted` where it does not. */
export function refusal(parse: (wire: Wire) => unknown, request: Wire): string {
  try {
    parse(request);
    return 'accepted';
  } catch (error) {
    // To translate, as the door does; bugs stay bugs.
    if (!(error instanceof WireError || error instanceof VectorizerError)) throw error;
    const { status, message } = errorAnswer(error);
    return `${status} ${message}`;
  }
}

/** The refusal of a feature that Qdrant has and this version does not. */
export function unserved(feature: string): string {
  return `400 Bad request: ${feature} is not supported by this version of Vectorizer yet`;
}

/** The refusal of a shard's key: no collection has any. */
export function noShard(key: string, access: 'read' | 'write'): string {
  return `400 ${access === 'read' ? 'Bad request' : 'Wrong input'}: Shard key ${key} not found`;
}

/** A refusal of serde. */
export function format(message: string): string {
  return `400 Format error in JSON body: ${message}`;
}

/** A broken rule of Qdrant's validation. */
export function rule(...rules: readonly string[]): string {
  return `422 Validation error in JSON body: [${rules.join('; ')}]`;
}
