import { type Condition, EVERYTHING } from '../../core/filter.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { type CompiledFilter, compileFilter, type FilterContext } from '../../filters/compile.ts';
import { compilePayloadFilters, type PayloadFilters } from '../../filters/payload-filter.ts';

/** What is compiled together shares one pass over a payload's top level, and the time to compile it grows with its square. */
const GROUP_RESIDUES = 32;

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
  readonly #groups: readonly PayloadFilters[];
  #slot: number | undefined;

  constructor(conditions: readonly Condition[], context: () => FilterContext) {
    const filters = conditions.length === 0 ? [] : compileAll(conditions, context());
    let residueCount = 0;
    this.#compiled = filters.map((filter) => {
      const firstResidue = residueCount;
      residueCount += filter.residues.length;
      return { filter, firstResidue };
    });
    const residues = filters.flatMap((filter) => filter.residues);
    this.#groups = Array.from({ length: Math.ceil(residueCount / GROUP_RESIDUES) }, (_, group) =>
      compilePayloadFilters(residues.slice(group * GROUP_RESIDUES, (group + 1) * GROUP_RESIDUES)),
    );
  }

  /** Of all fields that the conditions look at. */
  get paths(): readonly JsonPath[] {
    return this.#compiled.flatMap(({ filter }) => filter.paths);
  }

  get readsPayloads(): boolean {
    return this.#groups.length > 0;
  }

  /** Turns to a point. slot: undefined where it is gone: nothing holds for it. payload: empty where it has none. */
  enter(slot: number | undefined, payload: Buffer): void {
    this.#slot = slot;
    for (const group of this.#groups) group.enter(payload, 0, payload.length);
  }

  holds(condition: number): boolean {
    const compiled = this.#compiled[condition];
    if (compiled === undefined || this.#slot === undefined) return false;
    const { filter, firstResidue } = compiled;
    return filter.test(this.#slot, (residue) => this.#residueHolds(firstResidue + residue));
  }

  #residueHolds(residue: number): boolean {
    return this.#groups[Math.floor(residue / GROUP_RESIDUES)]?.tests[residue % GROUP_RESIDUES]?.() === true;
  }
}

function compileAll(conditions: readonly Condition[], context: FilterContext): readonly CompiledFilter[] {
  return conditions.map((condition) => compileFilter({ ...EVERYTHING, must: [condition] }, context));
}
