import type { Context } from '../core/context.ts';
import type { House } from './house.ts';

/**
 * One thing that the product can do, the same for every door.
 * name    Qdrant's internal name of the operation (`upsert_points`), for metrics and audit.
 * access  what the caller must be allowed to do; checked by `perform` once there are rights.
 */
export interface Operation<Request, Answer> {
  readonly name: string;
  readonly access: 'read' | 'write' | 'manage';
  readonly run: (house: House, context: Context, request: Request) => Promise<Answer>;
}

/** The same, where the answer comes piece by piece, as fast as it is read. */
export interface StreamOperation<Request, Item> {
  readonly name: string;
  readonly access: Operation<Request, Item>['access'];
  readonly run: (house: House, context: Context, request: Request) => AsyncIterable<Item>;
}
