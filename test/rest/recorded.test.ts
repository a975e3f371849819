import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import test from 'ava';

import { exchange, request, serveStub } from './client.ts';

const RECORDED = path.join(import.meta.dirname, '../../../shared/golden/recorded');

interface Step {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** A body that is not JSON. */
  readonly raw?: string;
  readonly expect: { readonly status: number; readonly body: unknown };
}

/** Steps that Qdrant refuses for what is not known at the door: the stub behind it lets them pass. */
const BELOW_THE_DOOR: Readonly<Record<string, readonly number[]>> = {
  // A vector of an unknown name; a limit of strict mode.
  collections: [90, 93],
  // Kinds of vectors that do not fit, and a dimension of a named one.
  'named-vectors': [56, 57, 85],
  // A field that exists already.
  'vectors-live': [8],
  // No range index to order by.
  malformed: [20],
  // A query by the key of a shard.
  'shard-keys': [10],
  // No index to facet on, or to order by; an offset beside an order; a formula's values that points do not have.
  'filters-indexed': [133, 134, 135, 147, 148, 149, 153, 154, 169],
};

const SCENARIOS: readonly string[] = [
  'collections',
  'feedback',
  'filters-indexed',
  'filters-plain',
  'malformed',
  'named-vectors',
  'nearest-Cosine',
  'points-crud',
  'quantized-binary',
  'quantized-product',
  'quantized-scalar',
  'quantized-turbo',
  'scroll-paging',
  'shard-keys',
  'snapshot-routes',
  'snapshots',
  'text-index',
  'vectors-live',
];

for (const scenario of SCENARIOS) {
  test(`the recorded refusals of ${scenario}, to the letter`, async (t) => {
    const file = path.join(RECORDED, `${scenario}.json`);
    if (!existsSync(file)) {
      t.log(`left out: ${file} is not here`);
      t.pass();
      return;
    }
    const { steps } = JSON.parse(readFileSync(file, 'utf8')) as { readonly steps: readonly Step[] };
    const served = await serveStub();
    t.teardown(() => served.door.close());
    let compared = 0;
    for (const [index, step] of steps.entries()) {
      const text = step.raw ?? (step.body === undefined ? '' : JSON.stringify(step.body));
      const reply = await exchange(served.port, request(step.method, step.path, text));
      if (step.expect.status !== 400 && step.expect.status !== 422) continue;
      if (BELOW_THE_DOOR[scenario]?.includes(index) === true) continue;
      const given = `${scenario}#${index} ${step.method} ${step.path.slice(0, 80)} ${text}`;
      const { time, ...rest } = JSON.parse(reply.body.toString()) as { readonly time: number };
      t.deepEqual({ status: reply.status, body: rest, time }, { ...step.expect, time: 0 }, given);
      compared++;
    }
    t.log(`${compared} refusals compared`);
    t.pass();
  });
}
