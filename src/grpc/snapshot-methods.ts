import * as wire from '../../generated/snapshots_service.js';
import { createSnapshot, deleteSnapshot, listSnapshots } from '../operations/snapshots.ts';
import { lastingUnary, message, type Method, unary } from './method.ts';
import {
  createFullSnapshotOf,
  createSnapshotOf,
  deleteFullSnapshotOf,
  deleteSnapshotOf,
  fullScopeOf,
  snapshotScopeOf,
} from './parse/snapshots.ts';
import { renderDeletedSnapshot, renderSnapshot, renderSnapshots } from './render/snapshots.ts';

const SERVICE = '/qdrant.Snapshots';

/** The methods of `Snapshots`. Qdrant has no more of them: what is sent or recovered goes over REST. */
export function snapshotMethods(): readonly Method[] {
  return [
    lastingUnary(
      `${SERVICE}/Create`,
      message(wire.CreateSnapshotRequest, createSnapshotOf),
      createSnapshot,
      renderSnapshot,
    ),
    unary(`${SERVICE}/List`, message(wire.ListSnapshotsRequest, snapshotScopeOf), listSnapshots, renderSnapshots),
    lastingUnary(
      `${SERVICE}/Delete`,
      message(wire.DeleteSnapshotRequest, deleteSnapshotOf),
      deleteSnapshot,
      renderDeletedSnapshot,
    ),
    lastingUnary(
      `${SERVICE}/CreateFull`,
      message(wire.CreateFullSnapshotRequest, createFullSnapshotOf),
      createSnapshot,
      renderSnapshot,
    ),
    unary(`${SERVICE}/ListFull`, message(wire.ListFullSnapshotsRequest, fullScopeOf), listSnapshots, renderSnapshots),
    lastingUnary(
      `${SERVICE}/DeleteFull`,
      message(wire.DeleteFullSnapshotRequest, deleteFullSnapshotOf),
      deleteSnapshot,
      renderDeletedSnapshot,
    ),
  ];
}
