import type { Database } from '../collections/database.ts';
import type { Snapshots } from '../collections/snapshot/snapshots.ts';

/** What operations work on. `server/open.ts` builds it. */
export interface House {
  readonly database: Database;
  readonly snapshots: Snapshots;
}
