import http2 from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';

import test from 'ava';

import * as wire from '../../generated/snapshots_service.js';
import { VectorizerError } from '../../src/core/errors.ts';
import { stubHouse, type StubHouse } from '../rest/stub-house.ts';
import { type BothDoors, type Outcome, openBothDoors } from './both-doors.ts';
import { type Codec, encoded } from './made.ts';
import { framed, GRPC_HEADERS, openDoor, rawCall } from './open-door.ts';

const SERVICE = '/qdrant.Snapshots';

let doors: BothDoors;
test.before(async () => {
  doors = await openBothDoors();
  await doors.rest('PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
});
test.after.always(() => doors.close());

/** A snapshot as REST shows it. */
interface Shown {
  readonly name: string;
  readonly creation_time: string;
  readonly size: number;
  readonly checksum: string | null;
}

/** A description as REST would show it. */
function shown(description: wire.SnapshotDescription | undefined): Shown | undefined {
  if (description === undefined) return undefined;
  const { name, creationTime, size, checksum } = description;
  const seconds = Number(creationTime?.seconds);
  const time = new Date(seconds * 1000).toISOString().slice(0, 19);
  return { name, creation_time: time, size: Number(size), checksum: checksum ?? null };
}

async function restList(path: string): Promise<unknown> {
  const { body } = await doors.rest('GET', path);
  return (body as { readonly result: unknown }).result;
}

function call<Request extends object, Answer>(
  method: string,
  request: Codec<Request>,
  answer: Codec<Answer>,
  fields: Partial<Request>,
): Promise<Outcome<Answer>> {
  return doors.grpc(`${SERVICE}/${method}`, { request, answer }, fields);
}

const named = { collectionName: 'c' };
const { CreateSnapshotResponse: Created, ListSnapshotsResponse: Listed, DeleteSnapshotResponse: Deleted } = wire;

test.serial('snapshots of a collection over gRPC are those of REST', async (t) => {
  const made = await call('Create', wire.CreateSnapshotRequest, Created, named);
  t.is(made.code, 0, made.message);
  t.true((made.answer?.time ?? 0) > 0);
  t.is(made.answer?.snapshotDescription?.creationTime?.nanos, 0);
  const listed = await call('List', wire.ListSnapshotsRequest, Listed, named);
  t.deepEqual(
    listed.answer?.snapshotDescriptions,
    [made.answer?.snapshotDescription].flatMap((one) => one ?? []),
  );
  t.deepEqual(await restList('/collections/c/snapshots'), listed.answer?.snapshotDescriptions.map(shown));
  const snapshotName = made.answer?.snapshotDescription?.name ?? '';
  const deleted = await call('Delete', wire.DeleteSnapshotRequest, Deleted, { ...named, snapshotName });
  t.is(deleted.code, 0);
  t.true((deleted.answer?.time ?? 0) > 0);
  t.deepEqual(await restList('/collections/c/snapshots'), []);
});

test.serial('full snapshots likewise', async (t) => {
  const made = await call('CreateFull', wire.CreateFullSnapshotRequest, Created, {});
  const listed = await call('ListFull', wire.ListFullSnapshotsRequest, Listed, {});
  t.is(listed.answer?.snapshotDescriptions.length, 1);
  t.deepEqual(await restList('/snapshots'), [shown(made.answer?.snapshotDescription)]);
  const snapshotName = made.answer?.snapshotDescription?.name ?? '';
  t.is((await call('DeleteFull', wire.DeleteFullSnapshotRequest, Deleted, { snapshotName })).code, 0);
  t.deepEqual(await restList('/snapshots'), []);
});

test.serial('what is not there is NOT_FOUND, in the words of REST', async (t) => {
  const cases = [
    [
      await call('Create', wire.CreateSnapshotRequest, Created, { collectionName: 'x' }),
      await doors.rest('POST', '/collections/x/snapshots'),
    ],
    [
      await call('List', wire.ListSnapshotsRequest, Listed, { collectionName: 'x' }),
      await doors.rest('GET', '/collections/x/snapshots'),
    ],
    [
      await call('Delete', wire.DeleteSnapshotRequest, Deleted, { ...named, snapshotName: 'a/b' }),
      await doors.rest('DELETE', '/collections/c/snapshots/a%2Fb'),
    ],
    [
      await call('DeleteFull', wire.DeleteFullSnapshotRequest, Deleted, { snapshotName: 's' }),
      await doors.rest('DELETE', '/snapshots/s'),
    ],
  ] as const;
  for (const [grpc, rest] of cases) {
    t.is(grpc.code, 5);
    t.deepEqual(rest, { status: 404, body: { status: { error: grpc.message } } });
  }
});

/** A gRPC door over a stub with the collection `c`. */
async function stubDoor(): Promise<StubHouse & { readonly address: string; readonly close: () => Promise<void> }> {
  const stub = stubHouse();
  await stub.database.create('c', undefined as never);
  const door = await openDoor({ house: stub.house });
  return { ...stub, address: door.address, close: door.close };
}

test('an empty snapshot, one without a checksum, and a sum that is wrong', async (t) => {
  const { address, close, snapshots } = await stubDoor();
  t.teardown(close);
  snapshots.keep({ kind: 'full' }, 'empty', Buffer.alloc(0));
  snapshots.unsigned.add('empty');
  const session = http2.connect(`http://${address}`);
  t.teardown(() => session.close());
  const list = await unary(session, 'ListFull', wire.ListFullSnapshotsRequest, {});
  const [only] = wire.ListSnapshotsResponse.decode(list.body).snapshotDescriptions;
  t.is(only?.size, 0n);
  t.is(only?.checksum, undefined);
  snapshots.create = () => Promise.reject(new VectorizerError('checksum_mismatch', 'expected a, actual b'));
  const failed = await unary(session, 'CreateFull', wire.CreateFullSnapshotRequest, {});
  t.deepEqual([failed.code, failed.message], [15, 'Checksum mismatch: expected a, actual b']);
});

async function unary<Request extends object>(
  session: http2.ClientHttp2Session,
  method: string,
  codec: Codec<Request>,
  fields: Partial<Request>,
): Promise<{ readonly code: number; readonly message: string; readonly body: Buffer }> {
  const { trailers, body } = await rawCall(session, `${SERVICE}/${method}`, [framed(encoded(codec, fields))]);
  const message = decodeURIComponent(String(trailers['grpc-message'] ?? ''));
  return { code: Number(trailers['grpc-status']), message, body: body.subarray(5) };
}

test('a snapshot is made to its end though its client has gone', async (t) => {
  const { address, close, snapshots } = await stubDoor();
  t.teardown(close);
  const gate = Promise.withResolvers<void>();
  snapshots.gate = gate.promise;
  const session = http2.connect(`http://${address}`);
  const stream = session.request({ ...GRPC_HEADERS, ':path': `${SERVICE}/Create` });
  stream.on('error', () => undefined);
  stream.end(framed(encoded(wire.CreateSnapshotRequest, named)));
  while (snapshots.signals.length === 0) await delay(1);
  session.destroy();
  await delay(20);
  t.false(snapshots.signals[0]?.aborted);
  gate.resolve();
  await delay(10);
  t.is(snapshots.files.size, 1);
});
