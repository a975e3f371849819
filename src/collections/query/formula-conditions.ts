import type { Condition } from '../../core/filter.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { type CompiledFilter, compileFilter, type FilterContext } from '../../filters/compile.ts';
import { compilePayloadFilters, type PayloadFilters } from '../../filters/payload-filter.ts';

interface Compiled {
  readonly filter: CompiledFilter;
  /** Number of its first residue among those of all conditions. */
  readonly firstResidue: number;
}

/**
 * Conditions asked of one point after another, with the meaning that they have in filters: indexes tell what they can,
 * the point's own payload the rest. To be used before anything is awaited, as a compiled filter is.
 */
export class FormulaConditions {
  readonly #compiled: readonly Compiled[];
  readonly #residues: PayloadFilters;
  readonly #residueCount: number;
  #slot: number | undefined;

  constructor(conditions: readonly Condition[], context: () => FilterContext) {
    const filters = conditions.length === 0 ? [] : compileAll(conditions, context());
    let residueCount = 0;
    this.#compiled = filters.map((filter) => {
      const firstResidue = residueCount;
      residueCount += filter.residues.length;
      return { filter, firstResidue };
    });
    this.#residueCount = residueCount;
    this.#residues = compilePayloadFilters(filters.flatMap(({ residues }) => residues));
  }

  /** Of all fields that the conditions look at. */
  get paths(): readonly JsonPath[] {
    return this.#compiled.flatMap(({ filter }) => filter.paths);
  }

  get readsPayloads(): boolean {
    return this.#residueCount > 0;
  }

  /** Turns to a point. slot: undefined where it is gone: nothing holds for it. payload: empty where it has none. */
  enter(slot: number | undefined, payload: Buffer): void {
    this.#slot = slot;
    if (this.#residueCount > 0) this.#residues.enter(payload, 0, payload.length);
  }

  holds(condition: number): boolean {
    const compiled = this.#compiled[condition];
    if (compiled === undefined || this.#slot === undefined) return false;
    const { filter, firstResidue } = compiled;
    return filter.test(this.#slot, (residue) => this.#residues.tests[firstResidue + residue]?.() === true);
  }
}

function compileAll(conditions: readonly Condition[], context: FilterContext): readonly CompiledFilter[] {
  return conditions.map((condition) =>
    compileFilter({ must: [condition], should: [], mustNot: [], minShould: undefined }, context),
  );
}
