import type { MemoryReport } from '../core/answers.ts';
import type { CollectionName } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** What of a collection takes how much memory. */
export const getMemory: Operation<CollectionName, MemoryReport> = {
  name: 'get_memory',
  access: 'read',
  run: async (house, _context, request) => house.database.collection(request.collection).memory(),
};
