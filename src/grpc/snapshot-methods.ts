import * as wire from '../../generated/snapshots_service.js';
import { message, type Method, refused } from './method.ts';
import { notYet } from './not-yet.ts';
import { Violations } from './parse/violations.ts';

const SERVICE = '/qdrant.Snapshots';

/** The methods of snapshots, which a later issue brings: their requests are checked, then refused. */
export function snapshotMethods(): readonly Method[] {
  return [
    refused(`${SERVICE}/Create`, message(wire.CreateSnapshotRequest, refuseOfCollection)),
    refused(`${SERVICE}/List`, message(wire.ListSnapshotsRequest, refuseOfCollection)),
    refused(`${SERVICE}/Delete`, message(wire.DeleteSnapshotRequest, refuseDelete)),
    refused(`${SERVICE}/CreateFull`, message(wire.CreateFullSnapshotRequest, refuse)),
    refused(`${SERVICE}/ListFull`, message(wire.ListFullSnapshotsRequest, refuse)),
    refused(`${SERVICE}/DeleteFull`, message(wire.DeleteFullSnapshotRequest, refuseDeleteFull)),
  ];
}

function refuseOfCollection({ collectionName }: wire.CreateSnapshotRequest | wire.ListSnapshotsRequest): never {
  const violations = new Violations();
  violations.collection(collectionName);
  violations.finish();
  refuse();
}

function refuseDelete({ collectionName, snapshotName }: wire.DeleteSnapshotRequest): never {
  const violations = new Violations();
  violations.collection(collectionName);
  violations.notEmpty('snapshot_name', snapshotName);
  violations.finish();
  refuse();
}

function refuseDeleteFull({ snapshotName }: wire.DeleteFullSnapshotRequest): never {
  const violations = new Violations();
  violations.notEmpty('snapshot_name', snapshotName);
  violations.finish();
  refuse();
}

function refuse(): never {
  throw notYet('A snapshot');
}
