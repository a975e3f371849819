import { deepStrictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from 'fast-check';
import type { Occasion } from '../../src/collections/checkpoint.ts';
import type { FieldPredicate } from '../../src/core/filter.ts';
import { idText } from '../../src/core/ids.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import { predicate as anyPredicate } from '../filters/random-filters.ts';
import type { Change } from './point-model.ts';
import { anyChange, anyFilter, anyIndex, anyPoint, manyIndexes } from './random-changes.ts';
import {
  areLoaded,
  change,
  checkAll,
  compact,
  crash,
  createIndex,
  type Ground,
  matching,
  restart,
  withGround,
} from './shard-ground.ts';

type Step =
  | { readonly kind: 'change'; readonly change: Change }
  | {
      readonly kind: 'checkpoint';
      readonly occasion: Occasion;
      readonly meanwhile: readonly Change[];
      readonly crashes: boolean;
    }
  | { readonly kind: 'create'; readonly index: OracleIndex }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'compact' }
  | { readonly kind: 'restart' | 'crash'; readonly behind: readonly Change[] };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('change'), change: anyChange }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('checkpoint'),
      occasion: fc.constantFrom('working', 'working', 'resting', 'closing'),
      meanwhile: fc.array(anyChange, { maxLength: 3 }),
      crashes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create'), index: anyIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'compact' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('restart', 'crash', 'crash'),
      // Carried out at once, while the indexes are loaded.
      behind: fc.array(anyChange, { maxLength: 4 }),
    }),
  },
);

async function take(ground: Ground, step: Step): Promise<void> {
  switch (step.kind) {
    case 'change':
      return change(ground, step.change);
    case 'create':
      return createIndex(ground, step.index);
    case 'delete': {
      const path = ground.model.indexes[step.which]?.path;
      if (path === undefined) return;
      ground.model.deleteIndex(path);
      await (
        await ground.shard.update({ kind: 'delete_index', path })
      ).applied;
      return;
    }
    case 'checkpoint': {
      // Begun, not awaited: the changes come behind its capture and before its files are written.
      const written = ground.shard.writeCheckpoint(step.occasion);
      await ground.shard.between(() => undefined);
      await changeAll(ground, step.meanwhile);
      await written;
      return step.crashes ? crash(ground) : undefined;
    }
    case 'compact':
      return compact(ground);
    case 'restart':
      await restart(ground);
      return changeAll(ground, step.behind);
    case 'crash':
      await crash(ground);
      return changeAll(ground, step.behind);
  }
}

async function changeAll(ground: Ground, changes: readonly Change[]): Promise<void> {
  for (const one of changes) await change(ground, one);
}

test('an index that comes from its file is what the payloads say, whatever happened before and behind it', async (t) => {
  t.timeout(110_000);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  let loaded = 0;
  let restarts = 0;
  const property = fc.asyncProperty(
    fc.record({
      points: fc.array(anyPoint, { minLength: 5, maxLength: 40 }),
      indexes: manyIndexes,
      steps: fc.array(anyStep, { maxLength: 30, size: 'max' }),
      predicates: fc.array(anyPredicate, { minLength: 5, maxLength: 5 }),
      filters: fc.array(anyFilter(2), { maxLength: 3 }),
    }),
    ({ points, indexes, steps, predicates, filters }) =>
      withGround(async (ground) => {
        const asked: FieldPredicate[] = [
          ...predicates,
          { kind: 'is_empty', value: true },
          { kind: 'is_null', value: false },
        ];
        for (const index of indexes) await createIndex(ground, index);
        await change(ground, { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined });
        for (const step of [...steps, { kind: 'restart', behind: [] }, { kind: 'crash', behind: [] }] as const) {
          await take(ground, step);
          if (step.kind !== 'restart' && step.kind !== 'crash' && !('crashes' in step && step.crashes)) continue;
          restarts++;
          if (await areLoaded(ground)) loaded++;
          checkAll(ground, asked);
          for (const filter of filters) {
            deepStrictEqual(
              await matching(ground, filter),
              ground.model
                .matching(filter)
                .map(({ id }) => idText(id))
                .toSorted(),
            );
          }
        }
        deepStrictEqual(ground.warnings, []);
      }),
  );
  await fc.assert(property, { seed, numRuns: 6, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true });
  t.log(`${loaded} of ${restarts} restarts found all indexes in files`);
  t.true(loaded > 0);
});
