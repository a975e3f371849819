/** What requests are made of: ids, vectors, payload values, filters. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ConditionSchema,
  FieldConditionSchema,
  FilterSchema,
  MatchSchema,
  PointIdSchema,
  PointStructSchema,
  ValueSchema,
  VectorInputSchema,
  VectorSchema,
  VectorsSchema,
  WithPayloadSelectorSchema,
  WithVectorsSelectorSchema,
} from '@qdrant/js-client-grpc';
import { parseExactly, type RawNumber } from '../rest/canonical.ts';
import { one } from './step.ts';

export type Id = MessageInitShape<typeof PointIdSchema>;
export type Vector = MessageInitShape<typeof VectorSchema>;
export type Vectors = MessageInitShape<typeof VectorsSchema>;
export type VectorInput = MessageInitShape<typeof VectorInputSchema>;
export type Point = MessageInitShape<typeof PointStructSchema>;
export type Filter = MessageInitShape<typeof FilterSchema>;
export type Condition = MessageInitShape<typeof ConditionSchema>;
type Value = MessageInitShape<typeof ValueSchema>;

export function id(given: number | bigint | string): Id {
  if (typeof given === 'string') return { pointIdOptions: one('uuid', given) };
  return { pointIdOptions: one('num', BigInt(given)) };
}

export function dense(data: readonly number[]): Vector {
  return { vector: one('dense', { data: [...data] }) };
}

export function sparse(indices: readonly number[], values: readonly number[]): Vector {
  return { vector: one('sparse', { indices: [...indices], values: [...values] }) };
}

export function rows(given: readonly (readonly number[])[]): Vector {
  return { vector: one('multiDense', { vectors: given.map((data) => ({ data: [...data] })) }) };
}

export function named(vectors: Readonly<Record<string, Vector>>): Vectors {
  return { vectorsOptions: one('vectors', { vectors }) };
}

export function unnamed(vector: Vector): Vectors {
  return { vectorsOptions: one('vector', vector) };
}

export function byVector(data: readonly number[]): VectorInput {
  return { variant: one('dense', { data: [...data] }) };
}

export function byPoint(given: number | bigint | string): VectorInput {
  return { variant: one('id', id(given)) };
}

/** A value of JavaScript: bigints are integers, numbers are doubles. */
type Plain = null | boolean | bigint | number | string | readonly Plain[] | { readonly [key: string]: Plain };

export function value(given: Plain): Value {
  if (given === null) return { kind: one('nullValue', 0) };
  if (typeof given === 'boolean') return { kind: one('boolValue', given) };
  if (typeof given === 'bigint') return { kind: one('integerValue', given) };
  if (typeof given === 'number') return { kind: one('doubleValue', given) };
  if (typeof given === 'string') return { kind: one('stringValue', given) };
  if (isList(given)) return { kind: one('listValue', { values: given.map(value) }) };
  return { kind: one('structValue', { fields: payload(given) }) };
}

function isList(given: readonly Plain[] | { readonly [key: string]: Plain }): given is readonly Plain[] {
  return Array.isArray(given);
}

export function payload(given: { readonly [key: string]: Plain }): Record<string, Value> {
  return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, value(each)]));
}

type Selector = MessageInitShape<typeof WithPayloadSelectorSchema>;

export function include(...fields: readonly string[]): Selector {
  return { selectorOptions: one('include', { fields: [...fields] }) };
}

export function exclude(...fields: readonly string[]): Selector {
  return { selectorOptions: one('exclude', { fields: [...fields] }) };
}

export function includeVectors(...names: readonly string[]): MessageInitShape<typeof WithVectorsSelectorSchema> {
  return { selectorOptions: one('include', { names: [...names] }) };
}

export function enable(all: boolean): {
  readonly selectorOptions: { readonly case: 'enable'; readonly value: boolean };
} {
  return { selectorOptions: one('enable', all) };
}

export function field(key: string, predicate: MessageInitShape<typeof FieldConditionSchema>): Condition {
  return { conditionOneOf: one('field', { ...predicate, key }) };
}

export function match(
  key: string,
  matchValue: NonNullable<MessageInitShape<typeof MatchSchema>['matchValue']>,
): Condition {
  return field(key, { match: { matchValue } });
}

export function keyword(key: string, word: string): Condition {
  return match(key, one('keyword', word));
}

export function must(...conditions: readonly Condition[]): Filter {
  return { must: [...conditions] };
}

export function hasId(...given: readonly (number | bigint | string)[]): Condition {
  return { conditionOneOf: one('hasId', { hasId: given.map(id) }) };
}

interface Data {
  readonly items: readonly {
    readonly id: string;
    readonly vectors: Readonly<Record<string, GivenVector>>;
    readonly payload: Given;
  }[];
  readonly plain: readonly { readonly id: string; readonly vector: readonly RawNumber[]; readonly payload: Given }[];
}

type Given = { readonly [key: string]: unknown };
type GivenVector =
  | readonly RawNumber[]
  | readonly (readonly RawNumber[])[]
  | { readonly indices: readonly RawNumber[]; readonly values: readonly RawNumber[] };

const data = parseExactly(readFileSync(path.join(import.meta.dirname, '../data.json'), 'utf8')) as unknown as Data;

/** Numbers of the file with a point are doubles, others integers. */
function plain(given: unknown): Plain {
  if (Array.isArray(given)) return given.map(plain);
  if (typeof given !== 'object' || given === null) return given as Plain;
  if ('rawJSON' in given) return number(given as RawNumber);
  return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, plain(each)]));
}

function number({ rawJSON }: RawNumber): bigint | number {
  return /[.e]/.test(rawJSON) ? Number(rawJSON) : BigInt(rawJSON);
}

const numbers = (given: readonly RawNumber[]): readonly number[] => given.map(({ rawJSON }) => Number(rawJSON));

function vector(given: GivenVector): Vector {
  if ('indices' in given) return sparse(numbers(given.indices), numbers(given.values));
  if (Array.isArray(given[0])) return rows((given as readonly (readonly RawNumber[])[]).map(numbers));
  return dense(numbers(given as readonly RawNumber[]));
}

const point = (text: string, vectors: Vectors, given: Given): Point => ({
  id: id(text.includes('-') ? text : BigInt(text)),
  vectors,
  payload: payload(plain(given) as { readonly [key: string]: Plain }),
});

export const itemPoints: readonly Point[] = data.items.map((given) =>
  point(
    given.id,
    named(Object.fromEntries(Object.entries(given.vectors).map(([name, each]) => [name, vector(each)]))),
    given.payload,
  ),
);
export const plainPoints: readonly Point[] = data.plain.map((given) =>
  point(given.id, unnamed(dense(numbers(given.vector))), given.payload),
);
