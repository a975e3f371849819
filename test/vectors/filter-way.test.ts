import test from 'ava';
import fc from 'fast-check';
import { chooseWay } from '../../src/vectors/filter-way.ts';
import type { FilteredSearch, FilterWay } from '../../src/vectors/filter-way.ts';

const ordinary: FilteredSearch = { admitted: 0, rowCount: 100_000, graphRows: 100_000, ef: 100, m: 16 };

const cases: readonly (readonly [change: Partial<FilteredSearch>, way: string])[] = [
  [{ admitted: 0 }, 'scan'],
  [{ admitted: 100 }, 'scan'],
  [{ admitted: 1_000 }, 'scan'],
  [{ admitted: 1_000, ef: 16 }, 'scan'],
  [{ admitted: 2_000 }, 'scan'],
  [{ admitted: 4_000 }, 'walk, then wider'],
  [{ admitted: 2_500, rowCount: 50_000, graphRows: 50_000 }, 'walk, then scan'],
  [{ admitted: 10_000 }, 'walk, then wider'],
  [{ admitted: 40_000 }, 'walk, then wider'],
  [{ admitted: 50_000 }, 'walk through, then wider'],
  [{ admitted: 100_000 }, 'walk through, then wider'],
  [{ admitted: 50_000, ef: 20_000 }, 'scan'],
  [{ admitted: 50_000, graphRows: 0 }, 'scan'],
  [{ admitted: 2_000, rowCount: 1_000_000, graphRows: 1_000_000 }, 'scan'],
  [{ admitted: 15_000, rowCount: 1_000_000, graphRows: 1_000_000 }, 'walk deep, then wider'],
  [{ admitted: 10_000, rowCount: 1_000_000, graphRows: 1_000_000, ef: 32 }, 'walk deep, then wider'],
  [{ admitted: 0, rowCount: 0, graphRows: 0 }, 'scan'],
];

for (const [change, way] of cases) {
  test(`${JSON.stringify(change)}: ${way}`, (t) => {
    t.is(describe(chooseWay({ ...ordinary, ...change })), way);
  });
}

test('what is scanned when the beam is narrow is scanned when it is wide, and fewer rows are scanned sooner', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 5000 }), (admitted, ef) => {
      const search = { ...ordinary, rowCount: 1_000_000, graphRows: 1_000_000, admitted, ef };
      if (chooseWay(search).kind !== 'scan') return true;
      const wider = chooseWay({ ...search, ef: ef * 2 });
      const fewer = chooseWay({ ...search, admitted: Math.floor(admitted / 2) });
      return wider.kind === 'scan' && fewer.kind === 'scan';
    }),
  );
  t.pass();
});

function describe(way: FilterWay): string {
  if (way.kind === 'scan') return 'scan';
  const kind = way.through > 0 ? ' through' : way.deep ? ' deep' : '';
  return `walk${kind}, then ${way.efWide === 0 ? 'scan' : 'wider'}`;
}
