import { setImmediate as nextTurn } from 'node:timers/promises';
import { asBuffer } from '../../base/json/stored-json.ts';
import type { Formula } from '../../core/formula.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { type CompiledFormula, compileFormula, type FormulaPoint } from '../../query/formula.ts';
import { refuseAborted } from '../../core/context.ts';
import type { PointPlace } from '../hydrate.ts';
import type { Shard } from '../shard.ts';
import { FormulaConditions } from './formula-conditions.ts';
import { FormulaValues } from './formula-values.ts';

/** A point that prefetches have found. */
export interface FormulaCandidate {
  readonly place: PointPlace;
  /** By prefetch; undefined: it is not among what the prefetch has found. */
  readonly scores: readonly (number | undefined)[];
}

/** Payloads that are read at once: any of them may weigh megabytes. */
const PIECE = 512;
/** Fewer payloads than this are read at once on the main thread: a hop to the thread pool costs more. */
const SYNC_READS_MAX = 32;
/** How long points may be scored before the event loop turns. */
const SLICE_MS = 1;
const NO_PAYLOAD = Buffer.alloc(0);

/**
 * The score of each candidate by a formula, an f32. Payloads are read only where the formula asks for more than scores
 * and what indexes tell; conditions mean what they mean in filters.
 *
 * Returns  one score a candidate, in their order; -Infinity for a point that was deleted meanwhile, which belongs into
 *          no answer. All others are finite.
 * Throws   bad_input where a value is missing or wrong, or a result is not finite; timeout where the signal aborts.
 */
export async function scoreByFormula(
  formula: Formula,
  shard: Shard,
  candidates: readonly FormulaCandidate[],
  signal: AbortSignal,
): Promise<Float32Array> {
  const compiled = compileFormula(formula);
  const readsPayloads = await mustReadPayloads(compiled, shard);
  let values = new FormulaValues(compiled.variables, shard.points.fields);
  const scores = new Float32Array(candidates.length);
  for (let first = 0; first < candidates.length; first += PIECE) {
    const piece = candidates.slice(first, first + PIECE);
    const payloads = readsPayloads ? await readPayloads(shard, piece) : undefined;
    for (let done = 0; done < piece.length;) {
      if (first + done > 0) await nextTurn();
      refuseAborted(signal);
      if (!values.areCurrent) values = new FormulaValues(compiled.variables, shard.points.fields);
      const slice = scoreSlice({ compiled, values, shard }, piece.slice(done), payloads?.slice(done));
      scores.set(slice, first + done);
      done += slice.length;
    }
  }
  return scores;
}

/** Waits for indexes as filters do. */
async function mustReadPayloads(compiled: CompiledFormula, shard: Shard): Promise<boolean> {
  const { fields } = shard.points;
  const scorer = (): Scorer => new Scorer({ compiled, values: new FormulaValues(compiled.variables, fields), shard });
  const first = scorer();
  const building = fields.building(first.paths, 'read');
  if (building === undefined) return first.readsPayloads;
  await building;
  return scorer().readsPayloads;
}

function readPayloads(
  { payloads }: Shard,
  candidates: readonly FormulaCandidate[],
): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  const ids = candidates.map(({ place }) => place.id);
  return ids.length <= SYNC_READS_MAX ? ids.map((id) => payloads.get(id)) : payloads.getMany(ids);
}

interface Scoring {
  readonly compiled: CompiledFormula;
  readonly values: FormulaValues;
  readonly shard: Shard;
}

/** The scores of the first candidates: of one at least, and of as many as there is time for. */
function scoreSlice(
  scoring: Scoring,
  candidates: readonly FormulaCandidate[],
  payloads: readonly Uint8Array[] | undefined,
): readonly number[] {
  const began = performance.now();
  // Anew for each slice: what indexes have said is void once anything was awaited.
  const scorer = new Scorer(scoring);
  const ready = performance.now();
  // Thousands of conditions take longer to be made ready: then at least as long is made use of it.
  const end = ready + Math.max(SLICE_MS, ready - began);
  const scores: number[] = [];
  for (const [index, candidate] of candidates.entries()) {
    scores.push(scorer.score(candidate, payloads?.[index]));
    if (performance.now() > end) break;
  }
  return scores;
}

/** Scores candidates one after another until something is awaited. */
class Scorer {
  readonly #compiled: CompiledFormula;
  readonly #values: FormulaValues;
  readonly #conditions: FormulaConditions;
  readonly #shard: Shard;
  readonly #point: FormulaPoint;
  #scores: FormulaCandidate['scores'] = [];

  constructor({ compiled, values, shard }: Scoring) {
    const conditions = new FormulaConditions(compiled.conditions, () => shard.points.filterContext());
    this.#compiled = compiled;
    this.#values = values;
    this.#shard = shard;
    this.#conditions = conditions;
    this.#point = {
      score: (index) => this.#scores[index],
      number: (variable) => values.number(variable),
      geo: (variable) => values.geo(variable),
      datetime: (variable) => values.datetime(variable),
      condition: (condition) => conditions.holds(condition),
    };
  }

  /** Of all fields that the formula looks at. */
  get paths(): readonly JsonPath[] {
    return [...this.#conditions.paths, ...this.#compiled.variables.map(({ path }) => path)];
  }

  get readsPayloads(): boolean {
    return this.#values.readsPayloads || this.#conditions.readsPayloads;
  }

  /** payload: undefined where none was read, since none was needed. */
  score({ place, scores }: FormulaCandidate, payload: Uint8Array | undefined): number {
    const { conditions, variables, evaluate } = this.#compiled;
    this.#scores = scores;
    const bytes = payload === undefined ? this.#payloadNow(place) : asBuffer(payload);
    const slot = conditions.length + variables.length > 0 ? this.#slotOf(place) : undefined;
    this.#values.enter(slot, bytes);
    this.#conditions.enter(slot, bytes);
    try {
      return evaluate(this.#point);
    } catch (error) {
      // To undo: a point that is gone has no values any more, and no request fails for it.
      if (this.#shard.find(place.id) === undefined) return -Infinity;
      throw error;
    }
  }

  /** An index may have gone since then. */
  #payloadNow({ id }: PointPlace): Buffer {
    return this.readsPayloads ? asBuffer(this.#shard.payloads.get(id)) : NO_PAYLOAD;
  }

  /** Where the point stands now: it may have moved since it was found. */
  #slotOf({ id }: PointPlace): number | undefined {
    const place = this.#shard.find(id);
    return place?.segment.rows.slotAt(place.row);
  }
}
