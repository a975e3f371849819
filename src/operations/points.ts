import type { Record, ScrollPage, UpdateResult } from '../core/answers.ts';
import type {
  CountPoints,
  GetPoint,
  RetrievePoints,
  ScrollPoints,
  UpdateBatch,
  UpdatePoints,
} from '../core/requests.ts';
import type { Operation, StreamOperation } from './operation.ts';

/** One change of points: upsert, deletion, a change of payloads or of vectors. */
export const updatePoints: Operation<UpdatePoints, UpdateResult> = {
  name: 'update_points',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).update(context, request),
};

/** Changes in order; the first that fails ends the batch, and those before it stay. */
export const updateBatch: Operation<UpdateBatch, readonly UpdateResult[]> = {
  name: 'update_batch',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).updateBatch(context, request),
};

export const getPoint: Operation<GetPoint, Record> = {
  name: 'get_point',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).get(context, request),
};

export const retrievePoints: Operation<RetrievePoints, readonly Record[]> = {
  name: 'retrieve_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).retrieve(context, request),
};

export const scrollPoints: Operation<ScrollPoints, ScrollPage> = {
  name: 'scroll_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).scroll(context, request),
};

/** All points in the order of ids, page by page. */
export const streamPoints: StreamOperation<ScrollPoints, readonly Record[]> = {
  name: 'scroll_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).scrollPages(context, request),
};

export const countPoints: Operation<CountPoints, number> = {
  name: 'count_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).count(context, request),
};
