import type * as wire from '../../../generated/qdrant_common.js';
import { type Condition, effectivePredicates, type Filter, type MinShould } from '../../core/filter.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { invalidArgument } from '../grpc-error.ts';
import { countOf } from './counts.ts';
import { pointIdOf } from './ids.ts';
import { jsonPathOf } from './paths.ts';
import { predicatesOf } from './predicates.ts';
import type { Violations } from './violations.ts';

/**
 * A filter as the core has it; undefined where there is none. Recursive: no message that is decoded is deeper than 100.
 * path    where it stands, for broken rules: `filter`.
 * Throws  GrpcError for what cannot be converted.
 */
export function filterOf(filter: wire.Filter | undefined, path: string, violations: Violations): Filter | undefined {
  return filter === undefined ? undefined : wholeFilterOf(filter, path, violations);
}

function wholeFilterOf(filter: wire.Filter, path: string, violations: Violations): Filter {
  return {
    must: conditionsOf(filter.must, `${path}.must`, violations),
    should: conditionsOf(filter.should, `${path}.should`, violations),
    mustNot: conditionsOf(filter.mustNot, `${path}.must_not`, violations),
    minShould: minShouldOf(filter.minShould, `${path}.min_should`, violations),
  };
}

function minShouldOf(given: wire.MinShould | undefined, path: string, violations: Violations): MinShould | undefined {
  if (given === undefined) return undefined;
  violations.atLeast(`${path}.min_count`, given.minCount, 1);
  const conditions = conditionsOf(given.conditions, `${path}.conditions`, violations);
  return { conditions, minCount: countOf(given.minCount) };
}

function conditionsOf(given: readonly wire.Condition[], path: string, violations: Violations): readonly Condition[] {
  return given.map((condition, index) => conditionOf(condition, `${path}[${index}]`, violations));
}

/** One condition. path: where it stands, for broken rules. */
export function conditionOf({ conditionOneOf }: wire.Condition, path: string, violations: Violations): Condition {
  if (conditionOneOf === undefined) throw invalidArgument('Malformed Condition type');
  // As prost names it: the oneof is a field that its variants stand in.
  const place = `${path}.condition_one_of`;
  switch (conditionOneOf.$case) {
    case 'field':
      return fieldConditionOf(conditionOneOf.value, place, violations);
    case 'isEmpty':
      return { kind: 'is_empty', path: jsonPathOf(conditionOneOf.value.key) };
    case 'isNull':
      return { kind: 'is_null', path: jsonPathOf(conditionOneOf.value.key) };
    case 'hasId':
      return { kind: 'has_id', ids: conditionOneOf.value.hasId.map(pointIdOf) };
    case 'hasVector':
      return { kind: 'has_vector', name: conditionOneOf.value.hasVector };
    case 'filter':
      return { kind: 'filter', filter: wholeFilterOf(conditionOneOf.value, place, violations) };
    case 'nested':
      return nestedOf(conditionOneOf.value, place, violations);
    case 'slice':
      return sliceOf(conditionOneOf.value, place, violations);
  }
}

function fieldConditionOf(field: wire.FieldCondition, path: string, violations: Violations): Condition {
  const predicates = predicatesOf(field, path, violations);
  if (predicates.length === 0) {
    violations.add(`${path}.match`, 'Validation error: At least one field condition must be specified [{}]');
  }
  return { kind: 'field', path: jsonPathOf(field.key), predicates: effectivePredicates(predicates) };
}

function nestedOf({ key, filter }: wire.NestedCondition, path: string, violations: Violations): Condition {
  if (filter === undefined) throw invalidArgument('Nested condition must have a filter');
  return {
    kind: 'nested',
    path: elementsOf(jsonPathOf(key)),
    filter: wholeFilterOf(filter, `${path}.filter`, violations),
  };
}

/** A nested condition looks at the elements of an array, whether the path says so or not. */
function elementsOf(path: JsonPath): JsonPath {
  return path.steps.at(-1)?.kind === 'each' ? path : jsonPathOf(`${path.text}[]`);
}

function sliceOf({ total, index }: wire.SliceCondition, path: string, violations: Violations): Condition {
  violations.atLeast(`${path}.total`, total, 1);
  if (total > 0 && index >= total) {
    violations.add(`${path}.index`, 'Validation error: index must be less than total [{}]');
  }
  return { kind: 'slice', total, index };
}
