import { jsonPosition, type JsonSyntaxError } from '../../base/json/json-error.ts';
import {
  JSON_ARRAY,
  JSON_BROKEN,
  JSON_FLOATS,
  JSON_NULL,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { skipSpace } from '../../base/json/skip-json.ts';
import { limitExceeded, notSupported } from '../../core/errors.ts';
import { BODY_MAX, CELLS_MAX, RULES_TOLD_MAX } from '../../core/request-limits.ts';
import { WireError } from '../wire-error.ts';
import { FormatError, missingField, wrongFirstNumber, wrongLength, wrongType } from './format-error.ts';

/**
 * Reading a request's JSON tree into core types, failing as serde does.
 *
 * Qdrant's bodies are of three sorts, and the sort decides what an error's position is and which of several errors
 * comes first:
 *
 * - **direct**: fields are decoded while the text is read. A wrong scalar is reported right behind itself (an array or
 *   object: before its bracket); an error of a *buffered* field behind that field, or behind the closing brace if the
 *   brace follows at once, since serde_json tries to end the object before it fixes the position.
 * - **flattened** (search, query, scroll, count…): the whole object is read first, so a syntax error anywhere wins, and
 *   every other error is reported at the end of the object.
 * - **buffered** (untagged enums, `PUT /points`): read whole like flattened ones, but as the root their errors carry no
 *   position at all.
 */

const COMMA = 44;
const CLOSE_BRACKET = 93;
const CLOSE_BRACE = 125;

/** One body being read: what is wrong with it, and what we do not have, are collected on the way. */
export class Decoding {
  readonly tree: JsonTree;
  private violations: string[] | undefined = undefined;
  private violated = 0;
  private refusal: string | undefined = undefined;
  private later: Error | undefined = undefined;
  private cells = 0;
  private readonly taken = { 'queries and prefetches': 0, examples: 0 };

  constructor(tree: JsonTree) {
    this.tree = tree;
  }

  /** A rule of Qdrant's validation is broken: 422 once the whole body has been read. `rule` = `{path}: {message}`. */
  violate(rule: string): void {
    this.violated += 1;
    if (this.violated <= RULES_TOLD_MAX) (this.violations ??= []).push(rule);
  }

  /** The body asks for what Qdrant has and we do not yet: 400 once the whole body has been found sound. */
  refuse(feature: string): void {
    this.refusal ??= feature;
  }

  /** Something that Qdrant's handler would find after reading and validation. */
  fail(error: Error): void {
    this.later ??= error;
  }

  /** Whether so many more cells of points by names may be made. */
  takeCells(count: number): boolean {
    if (this.cells + count > CELLS_MAX) return false;
    this.cells += count;
    return true;
  }

  /** Counts what costs more than its bytes; throws where the body has too many. */
  take(what: keyof typeof BODY_MAX, count: number): void {
    this.taken[what] += count;
    if (this.taken[what] > BODY_MAX[what]) throw limitExceeded(what, this.taken[what], BODY_MAX[what]);
  }

  /** How many broken rules have been noted. */
  get violationCount(): number {
    return this.violated;
  }

  /** To be called when everything has been read. */
  finish(): void {
    if (this.violations !== undefined) {
      throw new WireError(422, `Validation error in JSON body: [${this.violations.join('; ')}]`);
    }
    if (this.later !== undefined) throw this.later;
    if (this.refusal !== undefined) throw notSupported(this.refusal);
  }
}

export type Decode<T> = (decoding: Decoding, node: number) => T;

/**
 * Decodes a whole body: `decode` gets the root. Syntax errors, wrong types, trailing bytes, broken rules and features
 * that we lack are thrown in this order.
 */
export function decodeBody<T>(tree: JsonTree, decode: Decode<T>): T {
  const decoding = new Decoding(tree);
  let value: T;
  try {
    value = decode(decoding, 0);
  } catch (error) {
    // To translate: only here are the bytes known in which the error gets its line and column.
    throw error instanceof FormatError ? formatFailure(tree, error.message, error.offset) : error;
  }
  if (tree.trailing !== undefined) throw syntaxFailure(tree, tree.trailing);
  decoding.finish();
  return value;
}

function formatFailure(tree: JsonTree, message: string, offset: number | undefined): WireError {
  const position = offset === undefined ? '' : jsonPosition(tree.bytes, offset);
  return new WireError(400, `Format error in JSON body: ${message}${position}`);
}

function syntaxFailure(tree: JsonTree, failure: JsonSyntaxError): WireError {
  return formatFailure(tree, failure.message, failure.offset);
}

/** Throws the syntax error if the text breaks off at or inside `node`. */
export function requireWhole(tree: JsonTree, node: number): void {
  if (tree.failure !== undefined && tree.isBrokenIn(node)) throw syntaxFailure(tree, tree.failure);
}

function requireReadable(tree: JsonTree, node: number): void {
  if (tree.failure !== undefined && tree.kindOf(node) === JSON_BROKEN) throw syntaxFailure(tree, tree.failure);
}

export function isNull(tree: JsonTree, node: number): boolean {
  return tree.kindOf(node) === JSON_NULL;
}

function isContainer(tree: JsonTree, node: number): boolean {
  const kind = tree.kindOf(node);
  return kind === JSON_ARRAY || kind === JSON_FLOATS || kind === JSON_OBJECT || kind === JSON_RAW_OBJECT;
}

/** Absent and null alike. */
export function optional<T>(decoding: Decoding, node: number | undefined, decode: Decode<T>): T | undefined {
  return node === undefined || isNull(decoding.tree, node) ? undefined : decode(decoding, node);
}

/** Calls `each` with every key and value of an object that is known to be whole. */
export function eachField(tree: JsonTree, object: number, each: (key: string, value: number) => void): void {
  const end = tree.nextOf(object);
  let at = object + 1;
  while (at < end) {
    const value = at + 1;
    each(tree.text(at), value);
    at = tree.nextOf(value);
  }
}

/** Nodes of the elements of an array (not JSON_FLOATS) that is known to be whole. */
export function elements(tree: JsonTree, array: number): number[] {
  const nodes: number[] = [];
  const end = tree.nextOf(array);
  for (let at = array + 1; at < end; at = tree.nextOf(at)) nodes.push(at);
  return nodes;
}

/**
 * Reads a flattened struct: `decode` gets an object that is whole, and what it throws is reported at the object's end.
 * expected  as serde names it: `struct QueryRequest`.
 */
export function flattened<T>(decoding: Decoding, node: number, expected: string, decode: Decode<T>): T {
  const { tree } = decoding;
  requireReadable(tree, node);
  if (tree.kindOf(node) !== JSON_OBJECT) throw directError(tree, node, wrongType(tree, node, expected));
  requireWhole(tree, node);
  try {
    return decode(decoding, node);
  } catch (error) {
    // To add knowledge: the position.
    if (error instanceof FormatError) error.offset ??= tree.endOf(node);
    throw error;
  }
}

/** Fields of a direct struct: how each is read. */
export interface DirectField {
  /** A scalar, struct or list that is decoded while it is read; where both are given, this comes first. */
  readonly direct?: (decoding: Decoding, node: number) => void;
  /** A value that serde reads whole first (untagged enums, maps of any JSON). */
  readonly buffered?: (decoding: Decoding, node: number) => void;
}

/** A direct struct. */
export interface DirectStruct {
  /** By name, in the order of the struct; an alias is an entry of its own with the same field. Null values are passed on. */
  readonly fields: Readonly<Record<string, DirectField>>;
  /** Names, in the order of the struct, that must have been there. */
  readonly required: readonly string[];
  /** What serde expects of the first field: it takes a list for the fields in their order. Undefined: not looked at. */
  readonly first?: string;
  /** The failure of a key that the struct does not have; without it such keys are passed over. */
  readonly unknown?: (key: string) => FormatError;
}

/**
 * Reads a direct struct in the order of the text.
 * expected  as serde names it: `struct SetPayload`.
 */
export function directStruct(decoding: Decoding, node: number, expected: string, struct: DirectStruct): void {
  const { tree } = decoding;
  const { fields, required, unknown } = struct;
  requireReadable(tree, node);
  if (tree.kindOf(node) !== JSON_OBJECT) {
    readListAsStruct(decoding, node, expected, struct);
    return;
  }
  const seen = new Set<DirectField>();
  const end = tree.nextOf(node);
  let at = node + 1;
  while (at < end) {
    requireReadable(tree, at);
    const key = tree.text(at);
    const value = at + 1;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      if (unknown !== undefined) throw positioned(unknown(key), afterField(tree, tree.endOf(at)));
      requireWhole(tree, value);
    } else {
      if (seen.has(field)) {
        const name = Object.keys(fields).find((name) => fields[name] === field) ?? key;
        throw positioned(new FormatError(`duplicate field \`${name}\``), afterField(tree, tree.endOf(at)));
      }
      seen.add(field);
      readDirectField(decoding, value, field, afterField);
    }
    at = tree.nextOf(value);
  }
  for (const name of required) {
    const field = fields[name];
    if (field !== undefined && !seen.has(field)) throw positioned(missingField(name), tree.endOf(node));
  }
}

function readListAsStruct(decoding: Decoding, node: number, expected: string, { fields, first }: DirectStruct): void {
  const { tree } = decoding;
  const kind = tree.kindOf(node);
  if (first !== undefined && kind === JSON_FLOATS) {
    throw positioned(wrongFirstNumber(tree, node, first), firstNumberEnd(tree, node));
  }
  if (first === undefined || kind !== JSON_ARRAY) throw directError(tree, node, wrongType(tree, node, expected));
  const inOrder = new Set(Object.values(fields));
  const given = elements(tree, node);
  let index = 0;
  for (const field of inOrder) {
    const element = given[index];
    if (element === undefined) throw positioned(wrongLength(index, expected, inOrder.size), tree.endOf(node));
    readDirectField(decoding, element, field, afterElement);
    index++;
  }
  requireWhole(tree, node);
  const extra = given[index];
  if (extra !== undefined) throw positioned(new FormatError('trailing characters'), tree.startOf(extra) + 1);
}

function readDirectField(decoding: Decoding, value: number, field: DirectField, after: typeof afterField): void {
  const { tree } = decoding;
  requireReadable(tree, value);
  if (field.direct !== undefined) direct(decoding, value, field.direct);
  if (field.buffered === undefined) return;
  requireWhole(tree, value);
  try {
    field.buffered(decoding, value);
  } catch (error) {
    // To add knowledge: the position.
    if (error instanceof FormatError) error.offset ??= after(tree, tree.endOf(value));
    throw error;
  }
}

/** Reads one value directly: a wrong type is reported where serde_json's reader stands after looking at it. */
function direct(decoding: Decoding, node: number, decode: (decoding: Decoding, node: number) => void): void {
  try {
    decode(decoding, node);
  } catch (error) {
    // To add knowledge: the position.
    throw error instanceof FormatError ? directError(decoding.tree, node, error) : error;
  }
}

/**
 * Reads an array directly, element by element in the order of the text.
 * expected  an element, as serde names it: `struct QueryRequest`.
 * each      `direct`: a struct or scalar; `buffered`: a value that serde reads whole first.
 */
export function directList(decoding: Decoding, node: number, expected: string, each: DirectField): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_ARRAY && tree.kindOf(node) !== JSON_FLOATS) throw wrongType(tree, node, 'a sequence');
  if (tree.kindOf(node) === JSON_FLOATS) {
    throw positioned(wrongFirstNumber(tree, node, expected), firstNumberEnd(tree, node));
  }
  for (const element of elements(tree, node)) readDirectField(decoding, element, each, afterElement);
}

/** The byte after the first number of a JSON_FLOATS node. */
export function firstNumberEnd(tree: JsonTree, floats: number): number {
  const [untilThere = ''] = /^\[\s*[^\s,\]]+/.exec(tree.rawText(floats)) ?? [];
  return tree.startOf(floats) + untilThere.length;
}

function directError(tree: JsonTree, node: number, error: FormatError): FormatError {
  error.offset ??= isContainer(tree, node) ? tree.startOf(node) : tree.endOf(node);
  return error;
}

/** The error with a position, if it has none. */
export function positioned(error: FormatError, offset: number): FormatError {
  error.offset ??= offset;
  return error;
}

/** Where serde_json stands once it has tried to end the enclosing object behind byte `end`. */
export function afterField(tree: JsonTree, end: number): number {
  const at = skipSpace(tree.bytes, end);
  return tree.bytes[at] === CLOSE_BRACE ? at + 1 : at;
}

/** The same behind an element of an array, where a comma is read too. */
export function afterElement(tree: JsonTree, end: number): number {
  const at = skipSpace(tree.bytes, end);
  const byte = tree.bytes[at];
  return byte === COMMA ? skipSpace(tree.bytes, at + 1) : byte === CLOSE_BRACKET ? at + 1 : at;
}
