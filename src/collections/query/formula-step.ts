import { setImmediate as nextTurn } from 'node:timers/promises';
import { asBuffer } from '../../base/json/stored-json.ts';
import type { Formula } from '../../core/formula.ts';
import { type CompiledFormula, compileFormula, type FormulaPoint } from '../../query/formula.ts';
import { refuseAborted } from '../filter-matcher.ts';
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

/** How long points may be scored before the event loop turns. */
const SLICE_MS = 1;

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
  const payloads = await payloadsFor(compiled, shard, candidates);
  refuseAborted(signal);
  const { points } = shard;
  const values = new FormulaValues(compiled.variables, (path) => points.fields.at(path)?.schema.type);
  const scores = new Float32Array(candidates.length);
  for (let first = 0; first < candidates.length;) {
    // Anew in each slice: what indexes have said is void once anything was awaited.
    const scorer = new Scorer(compiled, values, shard);
    const end = performance.now() + SLICE_MS;
    let index = first;
    do {
      const candidate = candidates[index] as FormulaCandidate;
      scores[index] = scorer.score(candidate, payloads?.[index] ?? NO_PAYLOAD);
      index++;
    } while (index < candidates.length && performance.now() < end);
    first = index;
    if (first === candidates.length) break;
    await nextTurn();
    refuseAborted(signal);
  }
  return scores;
}

const NO_PAYLOAD = new Uint8Array(0);

/** Fewer payloads than this are read at once on the main thread: a hop to the thread pool costs more. */
const SYNC_READS_MAX = 32;

/** Payloads of the candidates; undefined where the formula asks for none. Waits for indexes as filters do. */
async function payloadsFor(
  { conditions, variables }: CompiledFormula,
  { points, payloads }: Shard,
  candidates: readonly FormulaCandidate[],
): Promise<readonly Uint8Array[] | undefined> {
  const context = (): ReturnType<typeof points.filterContext> => points.filterContext();
  const { paths } = new FormulaConditions(conditions, context);
  await points.fields.building([...paths, ...variables.map(({ path }) => path)], 'read');
  if (variables.length === 0 && !new FormulaConditions(conditions, context).readsPayloads) return undefined;
  const ids = candidates.map(({ place }) => place.id);
  return ids.length <= SYNC_READS_MAX ? ids.map((id) => payloads.get(id)) : payloads.getMany(ids);
}

/** Scores candidates one after another until something is awaited. */
class Scorer {
  readonly #compiled: CompiledFormula;
  readonly #values: FormulaValues;
  readonly #conditions: FormulaConditions;
  readonly #shard: Shard;
  readonly #point: FormulaPoint;
  #scores: FormulaCandidate['scores'] = [];

  constructor(compiled: CompiledFormula, values: FormulaValues, shard: Shard) {
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

  score({ place, scores }: FormulaCandidate, payload: Uint8Array): number {
    const { conditions, evaluate } = this.#compiled;
    this.#scores = scores;
    this.#values.enter(asBuffer(payload));
    if (conditions.length > 0) this.#conditions.enter(this.#slotOf(place), payload);
    try {
      return evaluate(this.#point);
    } catch (error) {
      // To undo: a point that is gone has no values any more, and no request fails for it.
      if (this.#shard.find(place.id) === undefined) return -Infinity;
      throw error;
    }
  }

  /** Where the point stands now: it may have moved since it was found. */
  #slotOf({ id }: PointPlace): number | undefined {
    const place = this.#shard.find(id);
    return place?.segment.rows.slotAt(place.row);
  }
}
