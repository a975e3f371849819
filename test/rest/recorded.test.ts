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
  // No index to facet on, or to order by; an offset beside an order.
  'filters-indexed': [133, 134, 135, 147, 148, 149],
};

/** Steps that Qdrant refuses with other words, by scenario and index: the feature that they need comes later. */
const LATER: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  malformed: {},
  'named-vectors': {},
  'vectors-live': {},
  'quantized-scalar': {},
  collections: {},
  'filters-indexed': { 153: 'formula', 154: 'formula', 169: 'formula' },
  'filters-plain': {},
  'points-crud': {},
  'scroll-paging': {},
  'text-index': {},
};

for (const [scenario, later] of Object.entries(LATER)) {
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
      if (later[index] !== undefined) {
        t.is(reply.status, 400, given);
        t.regex(
          reply.body.toString(),
          / is not supported by this version of Vectorizer yet"/,
          `${given}: ${later[index]}`,
        );
        continue;
      }
      const { time, ...rest } = JSON.parse(reply.body.toString()) as { readonly time: number };
      t.deepEqual({ status: reply.status, body: rest, time }, { ...step.expect, time: 0 }, given);
      compared++;
    }
    t.log(`${compared} refusals compared`);
    t.pass();
  });
}
