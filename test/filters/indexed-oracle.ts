import type { Bounds, Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import type { JsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import { type Json, type OraclePoint, passes, valuesAt } from './oracle.ts';

/**
 * What a filter means where some fields are indexed, said as plainly as possible: a predicate that an index serves is
 * decided by the values that the index holds, everything else by the payload, as `oracle.ts` says.
 * Source: SEMANTICS.md 2.3 and 2.4. Text indexes: tokenizer word, lowercase, nothing else.
 */

/** A payload index, as far as it changes answers. */
export interface OracleIndex {
  readonly path: JsonPath;
  readonly schema: FieldSchema;
}

/** Whether a point passes. */
export function passesIndexed(
  filter: Filter,
  payload: Json,
  point: OraclePoint,
  indexes: readonly OracleIndex[],
): boolean {
  const holds = (condition: Condition): boolean => conditionHolds(condition, payload, point, indexes);
  const { must, should, mustNot, minShould } = filter;
  return (
    must.every(holds) &&
    (should.length === 0 || should.some(holds)) &&
    !mustNot.some(holds) &&
    (minShould === undefined || minShould.conditions.filter(holds).length >= minShould.minCount)
  );
}

function conditionHolds(
  condition: Condition,
  payload: Json,
  point: OraclePoint,
  indexes: readonly OracleIndex[],
): boolean {
  switch (condition.kind) {
    case 'filter':
      return passesIndexed(condition.filter, payload, point, indexes);
    case 'field':
      return condition.predicates.some((predicate) => fieldHolds(condition.path, predicate, payload, point, indexes));
    case 'is_empty':
    case 'is_null':
      // Every index knows which points have a null, or nothing: the condition is then the same as the field's own form.
      return indexAt(condition.path, indexes) === undefined
        ? passesOne(condition, payload, point)
        : fieldHolds(condition.path, { kind: condition.kind, value: true }, payload, point, indexes);
    case 'nested':
    case 'has_id':
    case 'has_vector':
    case 'slice':
      return passesOne(condition, payload, point);
  }
}

function passesOne(condition: Condition, payload: Json, point: OraclePoint | undefined): boolean {
  return passes({ must: [condition], should: [], mustNot: [], minShould: undefined }, payload, point);
}

function indexAt({ steps }: JsonPath, indexes: readonly OracleIndex[]): FieldSchema | undefined {
  return indexes.find(({ path }) => JSON.stringify(path.steps) === JSON.stringify(steps))?.schema;
}

function fieldHolds(
  path: JsonPath,
  predicate: FieldPredicate,
  payload: Json,
  point: OraclePoint,
  indexes: readonly OracleIndex[],
): boolean {
  const schema = indexAt(path, indexes);
  const values = valuesAt(payload, path.steps);
  if (schema !== undefined && serves(schema, predicate)) return indexHolds(schema, predicate, values);
  return passesOne({ kind: 'field', path, predicates: [predicate] }, payload, point);
}

/** Whether an index decides a predicate; else the payload does. */
function serves({ type, params }: FieldSchema, predicate: FieldPredicate): boolean {
  switch (predicate.kind) {
    case 'is_empty':
    case 'is_null':
      return true;
    case 'values_count':
      return false;
    case 'value':
      if (typeof predicate.value === 'boolean') return type === 'bool';
      if (typeof predicate.value === 'bigint') return type === 'integer' && params?.lookup !== false;
      return type === 'keyword' || (type === 'uuid' && uuid(predicate.value) !== undefined);
    case 'any':
    case 'except': {
      const { values } = predicate;
      if (values.type === 'integers') return type === 'integer' && params?.lookup !== false;
      return type === 'keyword' || (type === 'uuid' && values.values.every((text) => uuid(text) !== undefined));
    }
    case 'prefix':
      return type === 'keyword';
    case 'text':
    case 'text_any':
    case 'phrase':
      return type === 'text';
    case 'range':
      return type === 'float' || (type === 'integer' && params?.range !== false);
    case 'datetime_range':
      return type === 'datetime';
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon':
      return type === 'geo';
  }
}

/** `values` stand at the index's path; arrays among them are indexed element by element, one level down. */
function indexHolds(schema: FieldSchema, predicate: FieldPredicate, values: readonly Json[]): boolean {
  const elements = values.flatMap((value) => (Array.isArray(value) ? (value as readonly Json[]) : [value]));
  switch (predicate.kind) {
    case 'is_empty':
      return (
        values.every((value) => value === null || (Array.isArray(value) && value.length === 0)) === predicate.value
      );
    case 'is_null':
      return elements.includes(null) === predicate.value;
    case 'values_count':
      throw new Error('no index counts values');
    case 'text':
    case 'text_any':
    case 'phrase': {
      const texts = elements.filter((element) => typeof element === 'string').map(wordsOf);
      return textHolds(predicate.kind, predicate.text, texts, schema.params?.text?.phraseMatching === true);
    }
    case 'value':
    case 'any':
    case 'except':
    case 'prefix':
    case 'range':
    case 'datetime_range':
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon':
      return elements
        .flatMap((element) => indexed(schema, element))
        .some((value) => valueHolds(schema, predicate, value));
  }
}

/** The different values that an index keeps of a payload. */
export function indexedValues({ path, schema }: OracleIndex, payload: Json): readonly Json[] {
  const elements = valuesAt(payload, path.steps).flatMap((value) =>
    Array.isArray(value) ? (value as Json[]) : [value],
  );
  return [...new Set(elements.flatMap((element) => indexed(schema, element)))];
}

/** The value that an index keeps of an element, if it fits. */
function indexed({ type }: FieldSchema, element: Json): readonly Json[] {
  switch (type) {
    case 'keyword':
    case 'text':
    case 'datetime':
      return typeof element === 'string' ? [element] : [];
    case 'bool':
      return typeof element === 'boolean' ? [element] : [];
    case 'float':
      return typeof element === 'number' || typeof element === 'bigint' ? [element] : [];
    case 'integer': {
      const whole = typeof element === 'number' && Number.isInteger(element) ? BigInt(element) : element;
      return typeof whole === 'bigint' && BigInt.asIntN(64, whole) === whole ? [whole] : [];
    }
    case 'uuid': {
      const canonical = typeof element === 'string' ? uuid(element) : undefined;
      return canonical === undefined ? [] : [canonical];
    }
    case 'geo': {
      if (typeof element !== 'object' || element === null || Array.isArray(element)) return [];
      const { lon, lat } = element as { readonly lon?: Json; readonly lat?: Json };
      return Math.abs(Number(lon)) <= 180 && Math.abs(Number(lat)) <= 90 ? [element] : [];
    }
  }
}

type ElementPredicate = Exclude<FieldPredicate, { readonly kind: 'values_count' | 'is_empty' | 'is_null' }>;

function valueHolds(schema: FieldSchema, predicate: ElementPredicate, value: Json): boolean {
  const isListed = (wanted: readonly Json[]): boolean => wanted.flatMap((one) => indexed(schema, one)).includes(value);
  switch (predicate.kind) {
    case 'value':
      return isListed([predicate.value]);
    case 'any':
      return isListed(predicate.values.values);
    case 'except':
      return !isListed(predicate.values.values);
    case 'range':
      // Exact: JavaScript compares a bigint with a number without rounding it.
      return isWithin(value as number | bigint, predicate.bounds);
    case 'datetime_range': {
      const bounds = oneEach(predicate.bounds);
      return holdsAlone({ kind: 'datetime_range', bounds }, value);
    }
    case 'text':
    case 'text_any':
    case 'phrase':
      throw new Error('words are looked for in all values together');
    case 'prefix':
    case 'geo_box':
    case 'geo_radius':
    case 'geo_polygon':
      return holdsAlone(predicate, value);
  }
}

const ALONE: JsonPath = { text: 'v', steps: [{ kind: 'key', key: 'v' }] };

/** What the predicate says of one value in a payload. */
function holdsAlone(predicate: FieldPredicate, value: Json): boolean {
  return passesOne({ kind: 'field', path: ALONE, predicates: [predicate] }, { v: value }, undefined);
}

/** An index looks at one bound on each side: `gt` before `gte`, `lt` before `lte`. */
function oneEach<T>({ lt, gt, lte, gte }: Bounds<T>): Bounds<T> {
  return { lt, gt, lte: lt === undefined ? lte : undefined, gte: gt === undefined ? gte : undefined };
}

function isWithin(value: number | bigint, bounds: Bounds<number>): boolean {
  const { lt, gt, lte, gte } = oneEach(bounds);
  return (
    (lt === undefined || value < lt) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (gte === undefined || value >= gte)
  );
}

function wordsOf(text: string): readonly string[] {
  return text
    .split(/[^\p{Alphabetic}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

function textHolds(
  kind: 'text' | 'text_any' | 'phrase',
  query: string,
  texts: readonly (readonly string[])[],
  phraseMatching: boolean,
): boolean {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return false;
  if (kind === 'text_any') return wanted.some((word) => texts.flat().includes(word));
  if (kind === 'text') return wanted.every((word) => texts.flat().includes(word));
  // Words stand between blanks, so a phrase of whole words is a part of the text.
  return phraseMatching && texts.some((words) => ` ${words.join(' ')} `.includes(` ${wanted.join(' ')} `));
}

/** The canonical text of a UUID in any of its forms. */
function uuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (/^[0-9a-f]{32}$/.test(lower)) return lower.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const form = /^(urn:uuid:|\{|)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\}|)$/.exec(lower);
  return form !== null && (form[1] === '{') === (form[3] === '}') ? form[2] : undefined;
}
