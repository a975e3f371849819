import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bitsOf } from '../../src/base/bitset.ts';
import { EVERYTHING, type Filter } from '../../src/core/filter.ts';
import { numberId } from '../../src/core/ids.ts';
import type { JsonPath } from '../../src/core/json-path.ts';
import { compileFilter, type FilterContext } from '../../src/filters/compile.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { facetOf, openFieldIndex, orderOf } from '../../src/filters/open-field-index.ts';
import { compilePayloadFilter } from '../../src/filters/payload-filter.ts';
import { parseCreateFieldIndex, parseDeleteFieldIndex } from '../../src/rest/parse/fields.ts';
import { parseCount, parseFacet, parseScroll } from '../../src/rest/parse/reads.ts';
import { wire } from '../rest/parsing.ts';

/** Recorded answers of a real Qdrant, given by indexes, compiled filters and payloads alone: no server, no vectors. */
const RECORDED = path.join(import.meta.dirname, '../../../shared/golden/recorded');

interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly expect: { readonly status: number; readonly body: { readonly result: unknown } };
}

interface Point {
  readonly id: number;
  readonly payload?: object;
}

/** A collection of points whose slots are not their ids. */
class Recorded {
  readonly payloads: Map<number, Buffer> = new Map();
  readonly indexes: Map<string, FieldIndex> = new Map();

  upsert(points: readonly Point[]): void {
    for (const { id, payload } of points) this.payloads.set(slotOf(id), Buffer.from(JSON.stringify(payload ?? {})));
  }

  async createIndex(body: unknown): Promise<void> {
    const { path, schema } = parseCreateFieldIndex(wire(body));
    const index = openFieldIndex(path, schema, 7);
    for (const [slot, payload] of this.payloads) index.set(slot, payload);
    // Both ways of answering: half of the indexes have lists.
    if (this.indexes.size % 2 === 0) await index.refresh(() => Promise.resolve());
    this.indexes.set(JSON.stringify(path.steps), index);
  }

  indexAt({ steps }: JsonPath): FieldIndex | undefined {
    return this.indexes.get(JSON.stringify(steps));
  }

  matches(filter: Filter): Uint32Array {
    const compiled = compileFilter(filter, this.context());
    const residues = compiled.residues.map((residue) => {
      const passes = compilePayloadFilter(residue);
      const words = new Uint32Array(64);
      for (const slot of bitsOf(compiled.undecided())) {
        if (passes(this.payloads.get(slot) ?? Buffer.alloc(0)))
          words[slot >>> 5] = (words[slot >>> 5] ?? 0) | (1 << (slot & 31));
      }
      return words;
    });
    return compiled.resolve(residues);
  }

  private context(): FilterContext {
    const live = new Uint32Array(64);
    for (const slot of this.payloads.keys()) live[slot >>> 5] = (live[slot >>> 5] ?? 0) | (1 << (slot & 31));
    return {
      indexAt: (path) => this.indexAt(path),
      slotOf: (id) => (this.payloads.has(slotOf(id.word3)) ? slotOf(id.word3) : undefined),
      idAt: (slot) => numberId(BigInt(idOf(slot))),
      hasVector: (_slot, name) => name === '',
      live,
      slotEnd: 64 * 32,
      liveCount: this.payloads.size,
    };
  }
}

function slotOf(id: number): number {
  return (id * 17 + 5) % 2003;
}

const IDS = new Map(Array.from({ length: 500 }, (_, id) => [slotOf(id), id]));

function idOf(slot: number): number {
  return IDS.get(slot) ?? -1;
}

function idsOf(words: Uint32Array): readonly number[] {
  return [...bitsOf(words)].map(idOf).sort((a, b) => a - b);
}

function filterOf({ body }: Step): Filter {
  return parseCount(wire({ filter: body?.['filter'] ?? null })).filter ?? EVERYTHING;
}

function checkPoints(t: ExecutionContext, recorded: Recorded, step: Step): void {
  const { points } = step.expect.body.result as { readonly points: readonly Point[] };
  const found = points.map(({ id }) => id).sort((a, b) => a - b);
  const matched = idsOf(recorded.matches(filterOf(step)));
  const limit = (step.body?.['limit'] as number | undefined) ?? 10;
  // An answer of fewer points than were asked for has all that match.
  t.deepEqual(
    found.length < limit ? matched : found.filter((id) => matched.includes(id)),
    found,
    JSON.stringify(step.body),
  );
}

function checkOrder(t: ExecutionContext, recorded: Recorded, step: Step): void {
  const { orderBy, limit } = parseScroll(wire(step.body));
  const index = orderBy && recorded.indexAt(orderBy.path);
  const order = index && orderOf(index);
  if (step.expect.status !== 200) {
    if (step.body?.['offset'] === undefined) t.is(order, undefined, JSON.stringify(step.body));
    return;
  }
  const { points } = step.expect.body.result as { readonly points: readonly { order_value: number | string }[] };
  const values: (number | bigint)[] = [];
  const request = { direction: orderBy?.direction ?? 'asc', start: orderBy?.startFrom, words: undefined } as const;
  for (const { value, slots } of order?.runs(request) ?? []) {
    for (let count = 0; count < slots.length && values.length < limit; count++) values.push(value);
  }
  const expected = points.map(({ order_value: value }) =>
    typeof value === 'string' ? Date.parse(value) * 1000 : value,
  );
  t.deepEqual(values.map(Number), expected, JSON.stringify(step.body));
}

function checkFacet(t: ExecutionContext, recorded: Recorded, step: Step): void {
  const { key, limit } = parseFacet(wire(step.body));
  const index = recorded.indexAt(key);
  const facet = index && facetOf(index);
  if (step.expect.status !== 200) {
    t.is(facet, undefined);
    return;
  }
  const words = step.body?.['filter'] === undefined ? undefined : recorded.matches(filterOf(step));
  const hits = facet
    ?.top(words, limit)
    .map(({ value, count }) => ({ value: typeof value === 'bigint' ? Number(value) : value, count }));
  const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  t.deepEqual(
    hits?.sort(byText),
    [...(step.expect.body.result as { readonly hits: { value: string; count: number }[] }).hits].sort(byText),
    JSON.stringify(step.body),
  );
}

async function replay(t: ExecutionContext, name: string): Promise<Readonly<Record<string, number>>> {
  const { steps } = JSON.parse(readFileSync(path.join(RECORDED, `${name}.json`), 'utf8')) as {
    readonly steps: readonly Step[];
  };
  const recorded = new Recorded();
  const checked = { count: 0, points: 0, order: 0, facet: 0 };
  for (const step of steps) {
    const route = `${step.method} ${step.path.replace(/\?.*/, '').replace(/^\/collections\/[^/]+\/?/, '')}`;
    if (route === 'PUT points') recorded.upsert(step.body?.['points'] as readonly Point[]);
    else if (route === 'PUT index' && step.expect.status === 200) await recorded.createIndex(step.body);
    else if (route.startsWith('DELETE index/')) {
      recorded.indexes.delete(
        JSON.stringify(parseDeleteFieldIndex(wire('', { path: ['c', route.slice(13)] })).path.steps),
      );
    } else if (route === 'POST points/count' && step.expect.status === 200) {
      const expected = (step.expect.body.result as { readonly count: number }).count;
      t.is(idsOf(recorded.matches(filterOf(step))).length, expected, JSON.stringify(step.body));
      checked.count++;
    } else if (route === 'POST facet') {
      checkFacet(t, recorded, step);
      checked.facet++;
    } else if (route === 'POST points/scroll' && step.body?.['order_by'] !== undefined) {
      checkOrder(t, recorded, step);
      checked.order++;
    } else if (
      (route === 'POST points/scroll' || route === 'POST points/query') &&
      Array.isArray(step.body?.['query']) === (route === 'POST points/query')
    ) {
      checkPoints(t, recorded, step);
      checked.points++;
    }
  }
  return checked;
}

test('counts, matches, facets and orders recorded with indexes are those of our indexes', async (t) => {
  t.like(await replay(t, 'filters-indexed'), { count: 75, facet: 15, order: 10 });
});

test('the recorded matches of full-text indexes are those of ours', async (t) => {
  t.like(await replay(t, 'text-index'), { points: 192 });
});
