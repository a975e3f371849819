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
  #changes = 0;

  constructor(path: JsonPath, schema: FieldSchema, values: FieldValues) {
    this.path = path;
    this.schema = schema;
    this.#values = values;
    this.#payloadPath = payloadPath(path.steps);
  }

  get pointCount(): number {
    return this.#values.pointCount;
  }

  get memoryBytes(): number {
    return this.#values.memoryBytes + this.#presence.memoryBytes;
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

  get order(): FieldOrder | undefined {
    return this.#values.order;
  }

  set(slot: number, payload: Uint8Array): void {
    const bytes = asBuffer(payload);
    collectValues(bytes, 0, bytes.length, this.#payloadPath, values);
    let items = values;
    if (hasArray(values)) {
      collectItems(bytes, 0, bytes.length, this.#payloadPath, elements);
      items = elements;
    }
    const presenceChanged = this.#presence.set(slot, bytes, values, items);
    const valuesChanged = this.#values.set(slot, bytes, items);
    if (presenceChanged || valuesChanged) this.#changes++;
  }

  clear(slot: number): void {
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
}

function hasArray(values: ValueSpans): boolean {
  for (let index = 0; index < values.count; index++) if (values.kindOf(index) === JSON_ARRAY) return true;
  return false;
}
