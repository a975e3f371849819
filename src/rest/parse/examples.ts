import { JSON_ARRAY, JSON_FLOATS, JSON_NUMBER, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import type { Example, Pair } from '../../core/query.ts';
import { type Decoding, isNull } from './decoding.ts';
import { idOfNode, idOfNumberText, numberTexts } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';
import { ownVector } from './vector-values.ts';
import { decodeInference, vectorKind, vectorViolations } from './vectors.ts';

/**
 * What stands for a vector in a query: Qdrant's `VectorInput`. It is tried as one form of several wherever it occurs, so
 * what is none is undefined here, and the failure is the caller's.
 */

/**
 * A vector, an id or something to embed.
 * path  where it stands, for broken rules: `internal.query`.
 */
export function decodeExample(decoding: Decoding, node: number, path: string): Example | undefined {
  return new ExampleReader(decoding, path).one(node, '');
}

/**
 * Reads examples that Qdrant validates one after the other under one path: it stops at the first that breaks a rule, and
 * does not tell which one that is.
 */
export class ExampleReader {
  private readonly decoding: Decoding;
  private readonly path: string;
  private hasBroken = false;

  constructor(decoding: Decoding, path: string) {
    this.decoding = decoding;
    this.path = path;
  }

  /** place: of the example behind the path, for what Qdrant would not refuse. */
  one(node: number, place: string): Example | undefined {
    const { tree } = this.decoding;
    const kind = tree.kindOf(node);
    if (kind === JSON_NUMBER || kind === JSON_STRING) {
      const id = idOfNode(tree, node);
      return id === undefined ? undefined : { kind: 'id', id };
    }
    const given = vectorKind(tree, node);
    if (given === undefined) return undefined;
    this.check(vectorViolations(tree, node, given));
    if (given !== 'inference') {
      return { kind: 'vector', vector: ownVector(this.decoding, node, given, this.path + place) };
    }
    const object = decodeInference(tree, node);
    return object === undefined ? undefined : { kind: 'inference', object };
  }

  /** place: of the list behind the path. */
  list(node: number, place: string): readonly Example[] | undefined {
    const { tree } = this.decoding;
    if (tree.kindOf(node) === JSON_FLOATS) return this.ids(node);
    if (tree.kindOf(node) !== JSON_ARRAY) return undefined;
    const examples: Example[] = [];
    const end = tree.nextOf(node);
    for (let at = node + 1; at < end; at = tree.nextOf(at)) {
      this.decoding.take('examples', 1);
      const example = this.one(at, `${place}[${examples.length}]`);
      if (example === undefined) return undefined;
      examples.push(example);
    }
    return examples;
  }

  /** A list of numbers alone. */
  private ids(node: number): readonly Example[] | undefined {
    const texts = numberTexts(this.decoding.tree, node);
    this.decoding.take('examples', texts.length);
    return attempt(() => texts.map((digits) => ({ kind: 'id', id: idOfNumberText(digits) })));
  }

  private check(rules: readonly string[]): void {
    if (rules.length === 0 || this.hasBroken) return;
    this.hasBroken = true;
    for (const rule of rules) this.decoding.violate(`${this.path}.${rule}`);
  }
}

/**
 * Pairs of a wanted and an unwanted example: a list, one pair alone, or null. undefined where it is none of these.
 *
 * path  of the list, for broken rules.
 * told  whether Qdrant tells the first broken rule of each pair, under the pair's path, or that of all pairs, under the
 *       list's.
 */
export function decodePairs(
  decoding: Decoding,
  node: number,
  path: string,
  told: 'of each' | 'of all',
): readonly Pair<Example>[] | undefined {
  const { tree } = decoding;
  const ofAll = new ExampleReader(decoding, path);
  const decodeAt = (pair: number, index: number): Pair<Example> | undefined =>
    told === 'of all'
      ? decodePair(decoding, pair, ofAll, `[${index}]`)
      : decodePair(decoding, pair, new ExampleReader(decoding, `${path}[${index}]`), '');
  if (isNull(tree, node)) return [];
  if (tree.kindOf(node) === JSON_OBJECT) {
    const pair = decodeAt(node, 0);
    return pair === undefined ? undefined : [pair];
  }
  if (tree.kindOf(node) !== JSON_ARRAY) return undefined;
  const pairs: Pair<Example>[] = [];
  const end = tree.nextOf(node);
  for (let at = node + 1; at < end; at = tree.nextOf(at)) {
    const pair = decodeAt(at, pairs.length);
    if (pair === undefined) return undefined;
    pairs.push(pair);
  }
  return pairs;
}

function decodePair(decoding: Decoding, node: number, reader: ExampleReader, place: string): Pair<Example> | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  decoding.take('examples', 2);
  const fields = fieldsOf(tree, node);
  const wanted = fields.get('positive');
  const unwanted = fields.get('negative');
  if (wanted === undefined || unwanted === undefined) return undefined;
  const positive = reader.one(wanted, `${place}.positive`);
  const negative = reader.one(unwanted, `${place}.negative`);
  return positive === undefined || negative === undefined ? undefined : { positive, negative };
}
