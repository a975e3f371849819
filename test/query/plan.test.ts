import test from 'ava';
import type { SegmentPlan, SegmentStatistics } from '../../src/core/plan.ts';
import type { SearchParams } from '../../src/core/query.ts';
import { planSegment } from '../../src/query/plan.ts';

const PARAMS: SearchParams = {
  hnswEf: undefined,
  exact: false,
  indexedOnly: false,
  quantization: { ignore: false, rescore: true, oversampling: 2 },
  idfCorpus: undefined,
};
/** 100 numbers a vector. */
const STATISTICS: SegmentStatistics = { liveCount: 9_000, unindexedBytes: 2_000 * 400 };

function plan(changes: {
  candidates?: number;
  params?: { hnswEf?: number; exact?: boolean; indexedOnly?: boolean };
  statistics?: Partial<SegmentStatistics>;
}): SegmentPlan {
  return planSegment(
    { ...STATISTICS, ...changes.statistics },
    {
      candidates: changes.candidates ?? 10,
      params: { ...PARAMS, ...changes.params },
      efConstruct: 100,
      unindexedBytesMax: 1_000_000,
    },
  );
}

test('the beam is hnsw_ef, else ef_construct, and never narrower than what is wanted', (t) => {
  const { quantization } = PARAMS;
  t.deepEqual(plan({}), { k: 10, ef: 100, exact: false, indexedOnly: false, quantization });
  t.is(plan({ params: { hnswEf: 32 } }).ef, 32);
  t.is(plan({ candidates: 500 }).ef, 500);
});

test('a segment is not asked for more than it has', (t) => {
  t.is(plan({ candidates: 1_000_000 }).k, 9_000);
});

test('only what is asked for exactly is compared with every vector', (t) => {
  t.false(plan({ candidates: 3_000 }).exact);
  t.true(plan({ params: { exact: true } }).exact);
});

test('indexed_only leaves out a large unindexed part only', (t) => {
  t.false(plan({ params: { indexedOnly: true } }).indexedOnly);
  t.true(plan({ params: { indexedOnly: true }, statistics: { unindexedBytes: 9_000 * 400 } }).indexedOnly);
});
