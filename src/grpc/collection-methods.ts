import * as wire from '../../generated/collections.js';
import {
  collectionExists,
  createCollection,
  deleteCollection,
  getCollection,
  listCollections,
  updateCollection,
} from '../operations/collections.ts';
import { aliasMethods } from './alias-methods.ts';
import { clusterMethods } from './cluster-methods.ts';
import { message, type Method, unary } from './method.ts';
import { updateCollectionOf } from './parse/collection-diff.ts';
import { collectionNameOf, createCollectionOf, deleteCollectionOf } from './parse/collections.ts';
import { renderCollectionInfo, renderCollections, renderDone, renderExists } from './render/collections.ts';

const SERVICE = '/qdrant.Collections';

/** The methods of `Collections`. */
export function collectionMethods(): readonly Method[] {
  return [
    unary(
      `${SERVICE}/List`,
      message(wire.ListCollectionsRequest, () => undefined),
      listCollections,
      renderCollections,
    ),
    unary(
      `${SERVICE}/CollectionExists`,
      message(wire.CollectionExistsRequest, collectionNameOf),
      collectionExists,
      renderExists,
    ),
    unary(
      `${SERVICE}/Get`,
      message(wire.GetCollectionInfoRequest, collectionNameOf),
      getCollection,
      renderCollectionInfo,
    ),
    unary(`${SERVICE}/Create`, message(wire.CreateCollection, createCollectionOf), createCollection, renderDone),
    unary(`${SERVICE}/Update`, message(wire.UpdateCollection, updateCollectionOf), updateCollection, renderDone),
    unary(`${SERVICE}/Delete`, message(wire.DeleteCollection, deleteCollectionOf), deleteCollection, renderDone),
    ...aliasMethods(),
    ...clusterMethods(),
  ];
}
