import { JSON_FALSE, JSON_NUMBER, JSON_OBJECT, JSON_STRING, JSON_TRUE } from '../../base/json/json-tree.ts';
import { afterSpace, afterValue, findMember, storedKey } from '../../base/json/stored-json.ts';
import { invariant, present } from '../../base/invariant.ts';
import { parseDatetime } from '../../core/datetime.ts';
import { badInput } from '../../core/errors.ts';
import type { GeoPoint } from '../../core/filter.ts';
import type { FieldType } from '../../core/payload-schema.ts';
import type { FieldOrder } from '../../filters/field-order.ts';
import { DATETIMES, FLOATS, INTEGERS } from '../../filters/number-kinds.ts';
import { orderOf } from '../../filters/open-field-index.ts';
import { readNumber, readText } from '../../filters/payload-scalars.ts';
import { PayloadScope } from '../../filters/payload-scope.ts';
import { collectItems, kindAt, type PayloadPath, payloadPath, ValueSpans } from '../../filters/payload-values.ts';
import type { FormulaVariable } from '../../query/formula.ts';
import type { FieldIndexes } from '../field-indexes.ts';
import { geoOfJson, isOnEarth, isWrong, momentOfJson, numberOfJson, type Wrong } from './json-values.ts';

/** Types of indexes that tell a value as a formula wants it. */
const COLUMNS: Readonly<Record<FormulaVariable['kind'], readonly FieldType[]>> = {
  number: ['integer', 'float'],
  geo: [],
  datetime: ['datetime'],
};

interface Variable extends FormulaVariable {
  /** Of the path's first key. */
  readonly place: number;
  readonly rest: PayloadPath;
  /** Of the index over the path. */
  readonly indexed: FieldType | undefined;
  /** What tells the value without the payload; only where it is what is wanted. */
  readonly column: FieldOrder | undefined;
}

/**
 * The variables of a formula, read from one stored payload after another.
 *
 * Arrays count as their elements. Where there is an index over a path, only values that it can hold count, since Qdrant
 * asks the index then; a text index holds none. One value is taken, several are a list, none is the default.
 *
 * Cost     where an index over numbers or datetimes tells the value some 50 ns; else one pass over a payload's top level
 *          for all variables together.
 * Source   SEMANTICS.md 3.3; what indexes do to it is recalled from Qdrant's `value_retriever.rs`, and not recorded.
 */
export class FormulaValues {
  readonly #fields: Pick<FieldIndexes, 'at' | 'epoch'>;
  readonly #epoch: number;
  readonly #variables: readonly Variable[];
  readonly #scope = new PayloadScope();
  readonly #found = new ValueSpans();
  #slot: number | undefined;
  /** Numbers that were read already, of the payload with this count. */
  readonly #numbers: Float64Array;
  readonly #readAt: Float64Array;
  #payloadCount = 0;

  constructor(variables: readonly FormulaVariable[], fields: Pick<FieldIndexes, 'at' | 'epoch'>) {
    this.#fields = fields;
    this.#epoch = fields.epoch;
    this.#variables = variables.map((variable) => {
      const [first, ...rest] = variable.path.steps;
      invariant(first?.kind === 'key', 'formula: a path begins with a key');
      const place = this.#scope.placeOf(first.key);
      const index = fields.at(variable.path);
      const indexed = index?.schema.type;
      const isWanted = indexed !== undefined && COLUMNS[variable.kind].includes(indexed);
      const column = index === undefined || !isWanted ? undefined : orderOf(index);
      return { ...variable, place, rest: payloadPath(rest), indexed, column };
    });
    this.#numbers = new Float64Array(variables.length);
    this.#readAt = new Float64Array(variables.length);
  }

  /** Whether the indexes are still those that it was made for. */
  get areCurrent(): boolean {
    return this.#epoch === this.#fields.epoch;
  }

  /** Whether some variable is told by no index. */
  get readsPayloads(): boolean {
    return this.#variables.some(({ column }) => column === undefined);
  }

  /** Turns to a point. slot: undefined where it is gone. payload: nothing of it is read yet; empty where it has none. */
  enter(slot: number | undefined, payload: Buffer): void {
    this.#slot = slot;
    this.#scope.enter(payload, payload.length === 0 ? -1 : afterSpace(payload, 0));
    this.#payloadCount++;
  }

  /** Throws bad_input. */
  number(index: number): number {
    if (this.#readAt[index] === this.#payloadCount) return this.#numbers[index] ?? 0;
    const number = this.#readNumber(present(this.#variables[index], 'formula: a variable of its own'));
    this.#numbers[index] = number;
    this.#readAt[index] = this.#payloadCount;
    return number;
  }

  #readNumber(variable: Variable): number {
    if (variable.column !== undefined) return this.#readColumn(variable, variable.column, 'number', numberOfJson);
    const found = this.#collect(variable, 'float');
    if (found.count === 1 && found.kinds[0] === JSON_NUMBER) {
      return readNumber(this.#scope.bytes, found.startOf(0), found.endOf(0));
    }
    return this.#otherwise(variable, 'number', numberOfJson);
  }

  /** Throws bad_input. */
  geo(index: number): GeoPoint {
    const variable = present(this.#variables[index], 'formula: a variable of its own');
    const found = this.#collect(variable, 'geo');
    const point =
      found.count === 1 && found.kinds[0] === JSON_OBJECT ? pointAt(this.#scope.bytes, found.startOf(0)) : undefined;
    return point ?? this.#otherwise(variable, 'geo point', geoOfJson);
  }

  /** Seconds since 1970. Throws bad_input. */
  datetime(index: number): number {
    const variable = present(this.#variables[index], 'formula: a variable of its own');
    if (variable.column !== undefined) {
      return this.#readColumn(variable, variable.column, 'datetime', momentOfJson);
    }
    const found = this.#collect(variable, 'datetime');
    const isText = found.count === 1 && found.kinds[0] === JSON_STRING;
    const moment = isText ? parseDatetime(readText(this.#scope.bytes, found.startOf(0), found.endOf(0))) : undefined;
    return moment === undefined ? this.#otherwise(variable, 'datetime', momentOfJson) : Number(moment) / 1e6;
  }

  #readColumn(
    variable: Variable,
    column: FieldOrder,
    expected: 'number' | 'datetime',
    read: (text: string) => number | Wrong,
  ): number {
    const value = this.#slot === undefined ? undefined : column.single(this.#slot);
    if (value === undefined || Number.isNaN(value)) {
      return readTexts(variable, value === undefined ? [] : SEVERAL, expected, read);
    }
    return expected === 'datetime' ? value / 1e6 : value;
  }

  /** The values at the path. `natural`: the index whose values are what is wanted, so that the reader looks at them. */
  #collect({ place, rest, indexed }: Variable, natural: FieldType): ValueSpans {
    const found = this.#found;
    const { bytes } = this.#scope;
    const start = this.#scope.startOf(place);
    if (start < 0) found.count = 0;
    else collectItems(bytes, start, bytes.length, rest, found);
    const isNatural = indexed === natural && found.count === 1;
    if (indexed !== undefined && !isNatural) this.#keepIndexed(indexed);
    return found;
  }

  #keepIndexed(type: FieldType): void {
    const found = this.#found;
    let kept = 0;
    for (let index = 0; index < found.count; index++) {
      if (!isHeld(type, this.#scope.bytes, found.startOf(index), found.endOf(index))) continue;
      found.kinds[kept] = found.kindOf(index);
      found.starts[kept] = found.startOf(index);
      found.ends[kept] = found.endOf(index);
      kept++;
    }
    found.count = kept;
  }

  /** What is found is no single value of the right kind. */
  #otherwise<T extends number | GeoPoint>(variable: Variable, expected: string, read: (text: string) => T | Wrong): T {
    if (variable.indexed !== undefined) this.#keepIndexed(variable.indexed);
    const found = this.#found;
    const texts = Array.from({ length: found.count }, (_, index) =>
      this.#scope.bytes.toString('utf8', found.startOf(index), found.endOf(index)),
    );
    return readTexts(variable, texts, expected, read);
  }
}

/** Several values of an index: whatever they are, no single one. */
const SEVERAL: readonly string[] = ['0', '0'];

/** One value, a list of several, or the default. */
function readTexts<T extends number | GeoPoint>(
  { name, defaultValue }: Variable,
  texts: readonly string[],
  expected: string,
  read: (text: string) => T | Wrong,
): T {
  const text = texts.length === 0 ? defaultValue : texts.length === 1 ? texts[0] : `[${texts.join(',')}]`;
  const value = text === undefined ? { wrong: 'No value found in a payload nor defaults' } : read(text);
  if (!isWrong(value)) return value;
  throw badInput(
    `Expected ${expected} value for ${name} in the payload and/or in the formula defaults. Error: ${value.wrong}`,
  );
}

const LON = storedKey('lon');
const LAT = storedKey('lat');

/** The point of the earth whose object opens at `at`; undefined where it is none. */
function pointAt(bytes: Buffer, at: number): GeoPoint | undefined {
  const lon = numberAt(bytes, findMember(bytes, at, LON));
  const lat = numberAt(bytes, findMember(bytes, at, LAT));
  if (lon === undefined || lat === undefined) return undefined;
  const point = { lon, lat };
  return isOnEarth(point) ? point : undefined;
}

function numberAt(bytes: Buffer, at: number): number | undefined {
  if (at < 0 || kindAt(bytes, at) !== JSON_NUMBER) return undefined;
  return readNumber(bytes, at, afterValue(bytes, at));
}

// Where a key is written that nobody looks at.
const words = new Uint32Array(2);

/** Whether an index of a type holds a value. */
function isHeld(type: FieldType, bytes: Buffer, start: number, end: number): boolean {
  const kind = kindAt(bytes, start);
  switch (type) {
    case 'integer':
      return INTEGERS.read(words, kind, bytes, start, end);
    case 'float':
      return FLOATS.read(words, kind, bytes, start, end);
    case 'datetime':
      return DATETIMES.read(words, kind, bytes, start, end);
    case 'geo':
      return kind === JSON_OBJECT && pointAt(bytes, start) !== undefined;
    case 'bool':
      return kind === JSON_TRUE || kind === JSON_FALSE;
    case 'keyword':
    case 'uuid':
      return kind === JSON_STRING;
    case 'text':
      return true;
  }
}
