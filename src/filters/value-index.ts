import { JSON_ARRAY } from '../base/json/json-tree.ts';
import { asBuffer } from '../base/json/stored-json.ts';
import type { FieldPredicate } from '../core/filter.ts';
import type { JsonPath } from '../core/json-path.ts';
import type { FieldSchema } from '../core/payload-schema.ts';
import type { Facet } from './facet.ts';
import type { FieldIndex, IndexLeaf } from './field-index.ts';
import type { FieldOrder } from './field-order.ts';
import type { FieldValues } from './field-values.ts';
import type { GiveWay } from './give-way.ts';
import type { IndexContent } from './index-content.ts';
import { collectItems, collectValues, type PayloadPath, payloadPath, ValueSpans } from './payload-values.ts';
import { type KnownValues, openKnownValues } from './known-values.ts';
import { Presence } from './presence.ts';

/** Scratch of `set`: one thread sets one slot at a time. */
const values = new ValueSpans();
const elements = new ValueSpans();

/** The index of any type: finds the values in a payload and knows which points have none; `FieldValues` is the rest. */
export class ValueIndex implements FieldIndex {
  readonly path: JsonPath;
  readonly schema: FieldSchema;
  readonly #values: FieldValues;
  readonly #presence = new Presence();
  readonly #payloadPath: PayloadPath;
  readonly #known: KnownValues | undefined;
  #changes = 0;

  constructor(path: JsonPath, schema: FieldSchema, values: FieldValues) {
    this.path = path;
    this.schema = schema;
    this.#values = values;
    this.#payloadPath = payloadPath(path.steps);
    this.#known = openKnownValues(schema.type, values.facet);
  }

  get pointCount(): number {
    return this.#values.pointCount;
  }

  get memoryBytes(): number {
    return this.#values.memoryBytes + this.#presence.memoryBytes + (this.#known?.memoryBytes ?? 0);
  }

  get changes(): number {
    return this.#changes;
  }

  /** What a file keeps of it. */
  get content(): IndexContent {
    const { bits, lists } = this.#values.content;
    return { bits: [...this.#presence.bits, ...bits], lists };
  }

  get facet(): Facet | undefined {
    return this.#values.facet;
  }

  /** undefined: the type does not tell all values of a slot. */
  get known(): KnownValues | undefined {
    return this.#known;
  }

  get order(): FieldOrder | undefined {
    return this.#values.order;
  }

  set(slot: number, payload: Uint8Array): void {
    const bytes = asBuffer(payload);
    const items = this.#collect(bytes);
    this.#known?.set(slot, bytes, items);
    const presenceChanged = this.#presence.set(slot, bytes, values, items);
    const valuesChanged = this.#values.set(slot, bytes, items);
    if (presenceChanged || valuesChanged) this.#changes++;
  }

  /** What is known of a slot from now on, whose payload it is; a file does not keep it. */
  learn(slot: number, payload: Uint8Array): void {
    const bytes = asBuffer(payload);
    this.#known?.set(slot, bytes, this.#collect(bytes));
  }

  clear(slot: number): void {
    this.#known?.clear(slot);
    const presenceChanged = this.#presence.clear(slot);
    const valuesChanged = this.#values.clear(slot);
    if (presenceChanged || valuesChanged) this.#changes++;
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind === 'is_empty') return this.#presence.isEmpty(predicate.value);
    if (predicate.kind === 'is_null') return this.#presence.isNull(predicate.value);
    return this.#values.leaf(predicate);
  }

  get staleCount(): number {
    return this.#values.staleCount;
  }

  get refreshIsDue(): boolean {
    return this.#values.refreshIsDue;
  }

  refresh(giveWay: GiveWay): Promise<void> {
    return this.#values.refresh(giveWay);
  }

  /** Into `values`; answers the same with arrays replaced by their elements. */
  #collect(bytes: Buffer): ValueSpans {
    collectValues(bytes, 0, bytes.length, this.#payloadPath, values);
    if (!hasArray(values)) return values;
    collectItems(bytes, 0, bytes.length, this.#payloadPath, elements);
    return elements;
  }
}

function hasArray(values: ValueSpans): boolean {
  for (let index = 0; index < values.count; index++) if (values.kindOf(index) === JSON_ARRAY) return true;
  return false;
}
