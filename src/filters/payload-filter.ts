import { afterSpace, afterValue, asBuffer, firstMember, nextMember } from '../base/json/stored-json.ts';
import { invariant } from '../base/invariant.ts';
import type { Condition, FieldPredicate, Filter } from '../core/filter.ts';
import type { JsonPath } from '../core/json-path.ts';
import { PayloadScope } from './payload-scope.ts';
import { type PayloadPath, payloadPath, stepInto } from './payload-values.ts';
import { isEmpty, isNull, predicateTest, type ValueTest } from './predicates.ts';

/**
 * A filter made ready to be asked of payloads as they are stored, without an index.
 *
 * The filter holds no `has_id`, `has_vector` or `slice` but inside `nested`, where they never hold.
 * Cost    one pass over a payload's top level for all conditions together; about 1 ns a byte, no allocation unless a
 *         string with escapes has to be compared.
 * Source  SEMANTICS.md 2.
 */
export function compilePayloadFilter(filter: Filter): (payload: Uint8Array) => boolean {
  const { enter, tests } = compilePayloadFilters([filter]);
  const [test] = tests;
  invariant(test !== undefined, 'payload-filter: one test a filter');
  return (payload) => {
    enter(asBuffer(payload), 0, payload.length);
    return test();
  };
}

/** Filters that are asked of one payload after another. */
export interface PayloadFilters {
  /** Turns to the payload at `start` … `end`; start = end: none. Nothing of the payload is read yet. */
  readonly enter: (bytes: Buffer, start: number, end: number) => void;
  /** Whether a filter holds for that payload; in the order of the filters. */
  readonly tests: readonly (() => boolean)[];
}

export function compilePayloadFilters(filters: readonly Filter[]): PayloadFilters {
  const scope = new PayloadScope();
  const tests = filters.map((filter) => filterTest(filter, scope, false));
  return {
    enter: (bytes, start, end) => scope.enter(bytes, start < end ? afterSpace(bytes, start) : -1),
    tests,
  };
}

type Test = () => boolean;

function filterTest({ must, should, mustNot, minShould }: Filter, scope: PayloadScope, isNested: boolean): Test {
  const compile = (condition: Condition): Test => conditionTest(condition, scope, isNested);
  const clauses: Test[] = must.map(compile);
  for (const condition of mustNot) {
    const test = compile(condition);
    clauses.push(() => !test());
  }
  if (should.length > 0) clauses.push(atLeast(1, should.map(compile)));
  if (minShould !== undefined) clauses.push(atLeast(minShould.minCount, minShould.conditions.map(compile)));
  const [only] = clauses;
  if (only !== undefined && clauses.length === 1) return only;
  return () => {
    for (const clause of clauses) if (!clause()) return false;
    return true;
  };
}

function atLeast(minCount: number, tests: readonly Test[]): Test {
  return () => {
    let missing = minCount;
    for (const test of tests) {
      if (missing <= 0) break;
      if (test()) missing--;
    }
    return missing <= 0;
  };
}

function conditionTest(condition: Condition, scope: PayloadScope, isNested: boolean): Test {
  switch (condition.kind) {
    case 'filter':
      return filterTest(condition.filter, scope, isNested);
    case 'field':
      return fieldTest(condition.path, condition.predicates, scope);
    case 'is_empty': {
      const isFull = anyValueTest(condition.path, (bytes, at) => !isEmpty(bytes, at), scope, false);
      return () => !isFull();
    }
    case 'is_null':
      return anyValueTest(condition.path, isNull, scope, false);
    case 'nested':
      return nestedTest(condition.path, condition.filter, scope);
    case 'has_id':
    case 'has_vector':
    case 'slice':
      invariant(isNested, 'payload-filter: a payload knows neither id nor vectors');
      return () => false;
  }
}

function fieldTest(path: JsonPath, predicates: readonly FieldPredicate[], scope: PayloadScope): Test {
  const tests = predicates.map((predicate) => {
    const { value, missing } = predicateTest(predicate);
    return anyValueTest(path, value, scope, missing);
  });
  const [only] = tests;
  return only !== undefined && tests.length === 1 ? only : atLeast(1, tests);
}

function nestedTest(path: JsonPath, filter: Filter, outer: PayloadScope): Test {
  // Of its own: inside, keys are those of the element.
  const scope = new PayloadScope();
  const test = filterTest(filter, scope, true);
  const holds: ValueTest = (bytes, at) => {
    if (bytes[at] !== 123) return false;
    scope.enter(bytes, at);
    return test();
  };
  return anyValueTest(path, holds, outer, false);
}

const NONE = 0;
const FAILED = 1;
const PASSED = 2;

/** Whether one of the values at a path passes; `missing` where there is none. */
function anyValueTest(path: JsonPath, test: ValueTest, scope: PayloadScope, missing: boolean): Test {
  const [first] = path.steps;
  invariant(first?.kind === 'key', 'payload-filter: a path begins with a key');
  const place = scope.placeOf(first.key);
  const rest = payloadPath(path.steps.slice(1));
  return () => {
    const at = scope.startOf(place);
    const found = at < 0 ? NONE : tryValues(scope.bytes, at, rest, 0, test);
    return found === NONE ? missing : found === PASSED;
  };
}

function tryValues(bytes: Buffer, at: number, path: PayloadPath, from: number, test: ValueTest): number {
  for (let index = from; index < path.length; index++) {
    const step = path[index];
    if (step?.kind === 'each') return tryElements(bytes, at, path, index + 1, test);
    if (step !== undefined) at = stepInto(bytes, at, step);
    if (at < 0) return NONE;
  }
  return test(bytes, at) ? PASSED : FAILED;
}

function tryElements(bytes: Buffer, at: number, path: PayloadPath, from: number, test: ValueTest): number {
  let found = NONE;
  if (bytes[at] !== 91) return found;
  for (let element = firstMember(bytes, at); element >= 0;) {
    const tried = tryValues(bytes, element, path, from, test);
    if (tried === PASSED) return PASSED;
    if (tried === FAILED) found = FAILED;
    element = nextMember(bytes, afterValue(bytes, element));
  }
  return found;
}
