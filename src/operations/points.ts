import type { Record, ScrollPage, UpdateResult } from '../core/answers.ts';
import type {
  CountPoints,
  DeletePoints,
  GetPoint,
  RetrievePoints,
  ScrollPoints,
  UpsertPoints,
} from '../core/requests.ts';
import type { Operation } from './operation.ts';

export const upsertPoints: Operation<UpsertPoints, UpdateResult> = {
  name: 'upsert_points',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).upsert(context, request),
};

export const deletePoints: Operation<DeletePoints, UpdateResult> = {
  name: 'delete_points',
  access: 'write',
  run: (house, context, request) => house.database.collection(request.collection).deletePoints(context, request),
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

export const countPoints: Operation<CountPoints, number> = {
  name: 'count_points',
  access: 'read',
  run: async (house, _context, request) => house.database.collection(request.collection).count(),
};
