import type { Database } from '../collections/database.ts';

/** What operations work on. `server/open.ts` builds it. */
export interface House {
  readonly database: Database;
}
