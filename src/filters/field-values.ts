import type { FieldPredicate } from '../core/filter.ts';
import type { Facet } from './facet.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldOrder } from './field-order.ts';
import type { GiveWay } from './give-way.ts';
import type { IndexContent } from './index-content.ts';
import type { ValueSpans } from './payload-values.ts';

/** The values of one field in the way that one type of index holds them. */
export interface FieldValues {
  /** Points with at least one value that can be indexed. */
  readonly pointCount: number;
  readonly memoryBytes: number;
  /** Gives the slot the values among `items` (spans in `bytes`) that can be indexed; false if it had them. */
  set(slot: number, bytes: Buffer, items: ValueSpans): boolean;
  /** Takes them from it; false if it had none. */
  clear(slot: number): boolean;
  /** All predicates but is_empty and is_null; undefined where only the payload can tell. */
  leaf(predicate: FieldPredicate): IndexLeaf | undefined;
  /** Points that have changed since the last refresh. */
  readonly staleCount: number;
  readonly refreshIsDue: boolean;
  refresh(giveWay: GiveWay): Promise<void>;
  /** What a file keeps of them, as it is now; it goes on changing. */
  readonly content: IndexContent;
  /** undefined: the type (or this index) does not count the points of each value. */
  readonly facet: Facet | undefined;
  /** undefined: the type (or this index) has no order. */
  readonly order: FieldOrder | undefined;
}
