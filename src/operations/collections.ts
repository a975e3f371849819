import type { CollectionInfo, OptimizationsReport } from '../core/answers.ts';
import type { CollectionName, CreateCollection, GetOptimizations, UpdateCollection } from '../core/requests.ts';
import type { Operation } from './operation.ts';

export const listCollections: Operation<undefined, readonly string[]> = {
  name: 'list_collections',
  access: 'read',
  run: async (house) => house.database.names(),
};

export const collectionExists: Operation<CollectionName, boolean> = {
  name: 'collection_exists',
  access: 'read',
  run: async (house, _context, request) => house.database.has(request.collection),
};

export const getCollection: Operation<CollectionName, CollectionInfo> = {
  name: 'get_collection',
  access: 'read',
  run: async (house, _context, request) => house.database.collection(request.collection).info(),
};

export const getOptimizations: Operation<GetOptimizations, OptimizationsReport> = {
  name: 'get_optimizations',
  access: 'read',
  run: async (house, _context, request) => house.database.collection(request.collection).optimizations(request),
};

export const createCollection: Operation<CreateCollection, boolean> = {
  name: 'create_collection',
  access: 'manage',
  run: (house, _context, request) => house.database.create(request.collection, request.config),
};

export const updateCollection: Operation<UpdateCollection, boolean> = {
  name: 'update_collection',
  access: 'manage',
  run: (house, _context, request) => house.database.update(request.collection, request.diff),
};

/** Answers false where there was nothing to delete. */
export const deleteCollection: Operation<CollectionName, boolean> = {
  name: 'delete_collection',
  access: 'manage',
  run: (house, _context, request) => house.database.delete(request.collection),
};
