import * as layout from '../kernels/layout.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import type { SearchReport } from '../core/plan.ts';
import type { QuantizationParams } from '../core/quantization.ts';
import type { RowFilter } from './row-filter.ts';
import { chooseScoring } from './scoring.ts';
import type { FieldScoring } from './scoring.ts';

/** What a search of a multi field asks for. Its rows are points. */
export interface MultiRequest {
  /** f32[rows x dimension], rows end to end; Cosine: already normalised. */
  readonly query: Float32Array;
  readonly k: number;
  /** Of `CANDIDATES_PER_EF` times as many points that their centroids promise, the true scores are looked at; raised to k. */
  readonly ef: number;
  /** Compare with every row. */
  readonly exact: boolean;
  /** Leave out rows that are not in the index yet, where there is an index. */
  readonly indexedOnly: boolean;
  readonly quantization: QuantizationParams;
  /** Rows that may be returned, from `admit` of the same field; undefined = all. */
  readonly filter: RowFilter | undefined;
}

/** The points of a field at the moment of a search. */
export interface MultiRows {
  readonly dimension: number;
  readonly rowCount: number;
  readonly deadCount: number;
  /** Rows of the points' own, in all. */
  readonly innerCount: number;
  /** Points below have centroids. */
  readonly indexedCount: number;
  readonly centroidCount: number;
  readonly scoring: FieldScoring;
}

/** A search as the kernel understands it (layout.ts, MULTI_…). */
export interface MultiPlan {
  readonly query: Float32Array;
  readonly queryRows: number;
  /** Points that are wanted, and that are asked for: at least as many. */
  readonly k: number;
  readonly answers: number;
  /** One of RESCORE_…. */
  readonly rescore: number;
  /** The caller has to score the answer again. */
  readonly approximate: boolean;
  /** Points that come through the sieve; 0: it is not used. */
  readonly candidates: number;
  readonly share: number;
  readonly indexStart: number;
  readonly indexEnd: number;
  readonly scanStart: number;
  readonly scanEnd: number;
  readonly filter: RowFilter | undefined;
  /** Look at the entries [listStart, listEnd) of the filter's list instead of ranges. */
  readonly listed: boolean;
  readonly listStart: number;
  readonly listEnd: number;
  /** Products of a coordinate that the search costs, about. */
  readonly work: number;
}

/** Points beyond k that are decoded, since their order by what codes stand for may be another. */
const DECODED_SPARE = 16;
/** Points that come through the sieve for each one of ef. */
const CANDIDATES_PER_EF = 4;
/** A row that only goes through the sieve costs as much as this many products (scripts/bench/vectors/multi.ts). */
const SIEVED_ROW_WORK = 24;

/** Decides which points a search looks at, and how. Pure. */
export function planMulti(request: MultiRequest, rows: MultiRows): MultiPlan {
  const { filter, query } = request;
  const { rowCount, deadCount, indexedCount, dimension } = rows;
  const queryRows = query.length / dimension;
  const most = Math.min(rowCount - deadCount, filter?.admitted ?? rowCount);
  const k = Math.min(request.k, most);
  const scoring = chooseScoring(request, rows.scoring, k, most);
  // All points that may be wanted are found by going through all.
  const later = scoring.rescore === layout.RESCORE_LATER;
  const spare = scoring.rescore === layout.RESCORE_DECODED ? DECODED_SPARE : 0;
  const answers = later ? scoring.answers : Math.min(scoring.answers + spare, most);
  const end = request.indexedOnly && indexedCount > 0 ? indexedCount : rowCount;
  const rowEnd = Math.min(end, filter?.rowEnd ?? end);
  const listed = filter?.list !== undefined && end >= filter.rowEnd;
  const share = request.exact ? 1 : Math.min(4 / Math.sqrt(dimension), 1);
  const admitted = filter?.admitted ?? rowCount - deadCount;
  const perPoint = (rows.innerCount / Math.max(rowCount, 1)) * queryRows * dimension;
  const plan = {
    query,
    queryRows,
    k,
    answers,
    rescore: scoring.rescore,
    approximate: scoring.approximate,
    filter,
    share,
    listed,
    listStart: 0,
    listEnd: listed ? admitted : 0,
    indexStart: 0,
  };
  const scan = { ...plan, candidates: 0, indexEnd: 0, scanStart: 0, scanEnd: rowEnd, work: admitted * perPoint };
  if (request.exact || later || indexedCount === 0) return scan;
  const candidates = Math.max(request.ef, answers) * CANDIDATES_PER_EF;
  const indexedShare = indexedCount / rowCount;
  const sieved = admitted * indexedShare;
  const blocks = Math.ceil(Math.min(queryRows, multiLayout.MULTI_SIEVE_ROWS) / 16);
  const work =
    rows.centroidCount * queryRows * dimension +
    (sieved * blocks * SIEVED_ROW_WORK * rows.innerCount) / rowCount +
    (Math.min(candidates, sieved) + admitted - sieved) * perPoint;
  if (work >= scan.work) return scan;
  return { ...plan, candidates, indexEnd: indexedCount, scanStart: indexedCount, scanEnd: rowEnd, work };
}

/** Products that one thread does in a third of a millisecond: less is not worth a second message. */
const PART_WORK_MIN = 10_000_000;

/** What a plan does, for whoever wants to know. */
export function reportOf({ candidates, listed, scanStart, scanEnd, listStart, listEnd }: MultiPlan): SearchReport {
  const scanned = listed ? listEnd - listStart : scanEnd - scanStart;
  return { way: candidates > 0 ? 'sieve' : listed ? 'list' : 'scan', scanned, ef: undefined };
}

/** The same search in up to `parts` parts for as many threads. Their answers are to be merged. */
export function splitMulti(plan: MultiPlan, parts: number): readonly MultiPlan[] {
  const count = Math.min(parts, Math.floor(plan.work / PART_WORK_MIN));
  if (count < 2 || plan.rescore === layout.RESCORE_LATER) return [plan];
  // Points lie in no order of nearness, so that each part has its share of the best ones and hardly half as many again.
  const candidates = Math.min(plan.candidates, Math.ceil((plan.candidates * 1.5) / count));
  return Array.from({ length: count }, (_, part) => {
    const cut = (start: number, end: number, at: number): number => start + Math.floor(((end - start) * at) / count);
    return {
      ...plan,
      candidates: Math.max(candidates, Math.min(plan.candidates, plan.answers)),
      indexStart: cut(plan.indexStart, plan.indexEnd, part),
      // A list is cut by its entries: what is indexed stays as it is.
      indexEnd: plan.listed ? plan.indexEnd : cut(plan.indexStart, plan.indexEnd, part + 1),
      scanStart: cut(plan.scanStart, plan.scanEnd, part),
      scanEnd: cut(plan.scanStart, plan.scanEnd, part + 1),
      listStart: cut(plan.listStart, plan.listEnd, part),
      listEnd: cut(plan.listStart, plan.listEnd, part + 1),
      work: plan.work / count,
    };
  });
}
