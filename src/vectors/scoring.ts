import { rescoresByDefault } from '../core/quantization.ts';
import type { QuantizationConfig, QuantizationParams } from '../core/quantization.ts';
import * as layout from '../kernels/layout.ts';

/** What a field can score by at the moment of a search. */
export interface FieldScoring {
  /** One of CODE_…. */
  readonly code: number;
  /** Scores by the codes are exact. */
  readonly whole: boolean;
  /** Remainders are in memory. */
  readonly remainders: boolean;
  /** int8 codes lose too much on this data. */
  readonly wide: boolean;
  /** What the user asked for; undefined: the codes are our own affair, and only exact scores are answered. */
  readonly quantization: QuantizationConfig | undefined;
}

/** Whether an exact search reads every original: no exact scores are in memory, and the codes give no bounds worth anything. */
export function needsFullRead({ code, whole, remainders }: FieldScoring): boolean {
  return !whole && !remainders && code !== layout.CODE_INT8;
}

export interface ScoringRequest {
  readonly exact: boolean;
  readonly quantization: QuantizationParams;
}

/** How one search scores rows. */
export interface Scoring {
  /** One of WAY_…. */
  readonly way: number;
  /** One of RESCORE_…. */
  readonly rescore: number;
  /** Rows that the kernel answers: more than k where they are to be scored again by the caller. */
  readonly answers: number;
  /** Rows of a beam that get exact scores in the kernel; 0: as many as are likely to matter. */
  readonly candidates: number;
  /** Scores are by codes, and the caller has to score the rows again by the originals (rescore.ts). */
  readonly approximate: boolean;
}

/** Rows that int8 codes put behind the k best although they belong before them: seldom a handful. */
const INT8_SPARE = 16;
/** A scan for all rows that may be among the best k finds this many more to begin with. */
const CERTAIN_SPARE = 256;

/**
 * Chooses what a search for the best `k` scores by. Pure.
 * seen  rows that the search has the scores of when it ends: the beam's, or all that it scans.
 */
export function chooseScoring(request: ScoringRequest, field: FieldScoring, k: number, seen: number): Scoring {
  const { code, whole, remainders, wide } = field;
  const isInt8 = code === layout.CODE_INT8;
  const exactWay = wide ? layout.WAY_WIDE : layout.WAY_INT8;
  const way = isInt8 ? exactWay : layout.WAY_CODES;
  const plain = { way, answers: k, candidates: 0, approximate: false };
  if (whole) return { ...plain, rescore: code === layout.CODE_UINT8 ? layout.RESCORE_EXACT : layout.RESCORE_DECODED };
  const onVectors = request.exact || request.quantization.ignore;
  if (remainders) {
    if (onVectors) return { ...plain, way: exactWay, rescore: layout.RESCORE_EXACT };
    if (field.quantization !== undefined && request.quantization.rescore === false)
      return { ...plain, rescore: layout.RESCORE_NONE };
    const candidates = candidatesAsked(request, k) ?? (isInt8 ? 0 : likelyCandidates(code, k, seen));
    return { ...plain, rescore: layout.RESCORE_EXACT, candidates };
  }
  if (!wantsRescore(field.quantization, request)) return { ...plain, rescore: layout.RESCORE_NONE };
  if (request.exact && isInt8)
    return { ...plain, rescore: layout.RESCORE_LATER, answers: k + CERTAIN_SPARE, approximate: true };
  const answers = Math.max(k, candidatesAsked(request, k) ?? likelyCandidates(code, k, seen));
  return { ...plain, rescore: layout.RESCORE_NONE, answers, approximate: true };
}

/** Whether scores by codes are not good enough for a request. */
function wantsRescore(quantization: QuantizationConfig | undefined, request: ScoringRequest): boolean {
  if (quantization === undefined || request.exact || request.quantization.ignore) return true;
  return request.quantization.rescore ?? rescoresByDefault(quantization);
}

function candidatesAsked(request: ScoringRequest, k: number): number | undefined {
  const { oversampling } = request.quantization;
  return oversampling === undefined ? undefined : Math.max(Math.floor(oversampling * k), k);
}

/** Candidates that hold the best k for all practical purposes; most are never read (see `ceilings` of the answer). */
function likelyCandidates(code: number, k: number, seen: number): number {
  return Math.max(k, Math.min(code === layout.CODE_INT8 ? k + INT8_SPARE : 10 * k, seen));
}
