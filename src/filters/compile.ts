import { bitsOf, setBit } from '../base/bitset.ts';
import type { Condition, FieldCondition, FieldPredicate, Filter } from '../core/filter.ts';
import type { PointId } from '../core/ids.ts';
import type { JsonPath } from '../core/json-path.ts';
import { evaluate, type Outcome } from './evaluate.ts';
import type { FieldIndex, IndexLeaf } from './field-index.ts';
import { type FilterNode, shareOf, testNode } from './filter-node.ts';
import { sliceOf } from './slice.ts';

/** What a filter is compiled over: the points of a shard. */
export interface FilterContext {
  /** The index over a path (of the same steps, however it was written). */
  indexAt(path: JsonPath): FieldIndex | undefined;
  slotOf(id: PointId): number | undefined;
  idAt(slot: number): PointId;
  hasVector(slot: number, name: string): boolean;
  /** Bitmap of the slots in use. */
  readonly live: Uint32Array;
  readonly slotEnd: number;
  readonly liveCount: number;
}

/** A filter cut into what indexes and the shard can tell, and what only payloads can. To be used at once. */
export interface CompiledFilter {
  /** Parts that only payloads can tell: the same ones, in the same order, while the same indexes are there. */
  readonly residues: readonly Filter[];
  /** Paths of all fields that it looks at; a nested filter looks at all that is at its own path. */
  readonly paths: readonly JsonPath[];
  /** Expected number of matching points. */
  readonly estimate: number;
  /** Slots that may match: all that do, and perhaps more where there are residues. Fresh array of slotEnd bits. */
  candidates(): Uint32Array;
  /** Those of the candidates that only the residues decide: `resolve` looks at no other bits of theirs. */
  undecided(): Uint32Array;
  /** The slots that match, given for each residue the bitmap of the slots whose payload matches it. Fresh array. */
  resolve(residues: readonly Uint32Array[]): Uint32Array;
  /** Whether one slot in use matches. */
  test(slot: number, matchesResidue: (residue: number) => boolean): boolean;
}

/** What calls of `context` and hashes cost, in units of setting one bit. */
const CALL_COST = 50;
/** Looking at the values of one slot: some ten nanoseconds. */
const LOOK_COST = 10;

export function compileFilter(filter: Filter, context: FilterContext): CompiledFilter {
  const compiling: Compiling = { context, residues: [], paths: [] };
  collectPaths(filter, compiling.paths);
  const node = compileClauses(filter, compiling) ?? residueOf(filter, compiling);
  const wordCount = Math.ceil(context.slotEnd / 32);
  let outcome: Outcome | undefined;
  const known = (): Outcome =>
    (outcome ??= evaluate(node, { live: context.live, liveCount: context.liveCount, wordCount }));
  return {
    residues: compiling.residues,
    paths: compiling.paths,
    get estimate() {
      return Math.round(shareOf(node, context.liveCount) * context.liveCount);
    },
    candidates: () => known().maybe.slice(),
    undecided: () => {
      const { sure, maybe } = known();
      return maybe.map((word, at) => word & ~(sure[at] ?? 0));
    },
    resolve: (residues) => {
      const { maybe, settle } = known();
      const settled = settle(residues);
      if (settled === maybe) return maybe.slice();
      return maybe.map((word, at) => word & (settled[at] ?? 0));
    },
    test: (slot, matchesResidue) => testNode(node, slot, matchesResidue),
  };
}

interface Compiling {
  readonly context: FilterContext;
  readonly residues: Filter[];
  readonly paths: JsonPath[];
}

function residueOf(filter: Filter, { residues }: Compiling): FilterNode {
  residues.push(filter);
  return { kind: 'residue', residue: residues.length - 1 };
}

/**
 * All clauses of a filter; undefined where only payloads can tell any of it. What only they can tell of it becomes one
 * residue as far as that is possible, so that each payload is read once.
 */
function compileClauses(filter: Filter, compiling: Compiling): FilterNode | undefined {
  const must = compileList(filter.must, compiling);
  const mustNot = compileList(filter.mustNot, compiling);
  const should = filter.should.length === 0 ? undefined : compileShould(filter.should, compiling);
  const minShould = compileMinShould(filter, compiling);
  const nodes = [...must.nodes];
  for (const node of mustNot.nodes) nodes.push({ kind: 'not', node });
  if (should !== undefined) nodes.push(should);
  if (minShould !== undefined) nodes.push(minShould);
  const rest: Filter = {
    must: must.rest,
    mustNot: mustNot.rest,
    should: should === undefined ? filter.should : [],
    minShould: minShould === undefined ? filter.minShould : undefined,
  };
  const hasRest = rest.must.length + rest.mustNot.length + rest.should.length > 0 || rest.minShould !== undefined;
  if (nodes.length === 0) return hasRest ? undefined : { kind: 'everything' };
  if (hasRest) nodes.push(residueOf(rest, compiling));
  return nodes.length === 1 ? nodes[0] : { kind: 'all', nodes };
}

/** The conditions that need no payload (or not only) as nodes; the rest as they are. */
function compileList(
  conditions: readonly Condition[],
  compiling: Compiling,
): { readonly nodes: readonly FilterNode[]; readonly rest: readonly Condition[] } {
  const nodes: FilterNode[] = [];
  const rest: Condition[] = [];
  for (const condition of conditions) {
    const node = compileCondition(condition, compiling);
    if (node === undefined) rest.push(condition);
    else nodes.push(node);
  }
  return { nodes, rest };
}

/** At least one; undefined where only payloads can tell any. */
function compileShould(conditions: readonly Condition[], compiling: Compiling): FilterNode | undefined {
  const { nodes, rest } = compileList(conditions, compiling);
  if (nodes.length === 0) return undefined;
  if (rest.length === 0) return { kind: 'any', nodes };
  const residue = residueOf({ must: [], should: rest, mustNot: [], minShould: undefined }, compiling);
  return { kind: 'any', nodes: [...nodes, residue] };
}

function compileMinShould({ minShould }: Filter, compiling: Compiling): FilterNode | undefined {
  if (minShould === undefined) return undefined;
  const { conditions, minCount } = minShould;
  if (conditions.length < minCount) return { kind: 'nothing' };
  const { nodes, rest } = compileList(conditions, compiling);
  if (nodes.length === 0 && rest.length > 0) return undefined;
  const residues = rest.map((condition) => residueOf(only(condition), compiling));
  return { kind: 'at_least', count: minCount, nodes: [...nodes, ...residues] };
}

/** undefined: only payloads can tell. */
function compileCondition(condition: Condition, compiling: Compiling): FilterNode | undefined {
  const { context } = compiling;
  switch (condition.kind) {
    case 'filter':
      return compileClauses(condition.filter, compiling);
    case 'field':
      return compileField(condition, compiling);
    case 'is_empty':
    case 'is_null':
      return fromIndex(condition.path, { kind: condition.kind, value: true }, context);
    case 'has_id':
      return leafNode(slotsLeaf(condition.ids, context), LOOK_COST);
    case 'has_vector': {
      const { name } = condition;
      return testedNode(context, 1, (slot) => context.hasVector(slot, name));
    }
    case 'slice': {
      const { total, index } = condition;
      return testedNode(context, 1 / total, (slot) => sliceOf(context.idAt(slot), total) === index);
    }
    case 'nested':
      return undefined;
  }
}

/** One of the predicates. */
function compileField({ path, predicates }: FieldCondition, compiling: Compiling): FilterNode | undefined {
  const nodes: FilterNode[] = [];
  const rest: FieldPredicate[] = [];
  for (const predicate of predicates) {
    const node = fromIndex(path, predicate, compiling.context);
    if (node === undefined) rest.push(predicate);
    else nodes.push(node);
  }
  if (nodes.length === 0) return undefined;
  if (rest.length > 0) nodes.push(residueOf(only({ kind: 'field', path, predicates: rest }), compiling));
  return nodes.length === 1 ? nodes[0] : { kind: 'any', nodes };
}

function fromIndex(path: JsonPath, predicate: FieldPredicate, context: FilterContext): FilterNode | undefined {
  const leaf = context.indexAt(path)?.leaf(predicate);
  return leaf === undefined ? undefined : leafNode(leaf, LOOK_COST);
}

function leafNode(leaf: IndexLeaf, testCost: number): FilterNode {
  return { kind: 'leaf', leaf, testCost, fillCost: undefined };
}

/** A condition that every slot has to be asked for. `share`: of the points, expected to match. */
function testedNode(context: FilterContext, share: number, matches: (slot: number) => boolean): FilterNode {
  const leaf: IndexLeaf = {
    estimate: Math.round(context.liveCount * share),
    fill: (words) => {
      for (const slot of bitsOf(context.live)) {
        if (matches(slot)) setBit(words, slot);
      }
    },
    test: matches,
  };
  return { kind: 'leaf', leaf, testCost: CALL_COST, fillCost: context.liveCount * CALL_COST };
}

function slotsLeaf(ids: readonly PointId[], context: FilterContext): IndexLeaf {
  const slots = new Set<number>();
  for (const id of ids) {
    const slot = context.slotOf(id);
    if (slot !== undefined) slots.add(slot);
  }
  return {
    estimate: slots.size,
    fill: (words) => {
      for (const slot of slots) setBit(words, slot);
    },
    test: (slot) => slots.has(slot),
  };
}

function only(condition: Condition): Filter {
  return { must: [condition], should: [], mustNot: [], minShould: undefined };
}

function collectPaths(filter: Filter, paths: JsonPath[]): void {
  const conditions = [...filter.must, ...filter.should, ...filter.mustNot, ...(filter.minShould?.conditions ?? [])];
  for (const condition of conditions) {
    if (condition.kind === 'filter') collectPaths(condition.filter, paths);
    else if ('path' in condition) paths.push(condition.path);
  }
}
