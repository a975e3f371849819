import { once } from 'node:events';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import grpc from '@grpc/grpc-js';
import test from 'ava';
import { HealthCheckRequest, HealthCheckResponse } from '../../generated/health_check.js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../../generated/grpc/reflection/v1/reflection.js';
import { HealthCheckReply } from '../../generated/qdrant.js';
import { BinaryReader } from '../../generated/wire.js';
import type { House } from '../../src/operations/house.ts';
import { openDoor } from './open-door.ts';

async function withClient(use: (client: grpc.Client) => Promise<void>): Promise<void> {
  const door = await openDoor({ house: {} as House });
  const client = new grpc.Client(door.address, grpc.credentials.createInsecure());
  try {
    await use(client);
  } finally {
    client.close();
    await door.close();
  }
}

type Asked = ServerReflectionRequest['messageRequest'];
type Answered = ServerReflectionResponse['messageResponse'];

/** The answers to requests of one conversation. */
async function ask(client: grpc.Client, version: string, asked: readonly Asked[]): Promise<Answered[]> {
  const stream = client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (request: ServerReflectionRequest) => Buffer.from(ServerReflectionRequest.encode(request).finish()),
    (bytes: Buffer) => ServerReflectionResponse.decode(new BinaryReader(bytes)),
  );
  const answers: Answered[] = [];
  stream.on('data', (response: ServerReflectionResponse) => answers.push(response.messageResponse));
  for (const messageRequest of asked) stream.write({ host: '', messageRequest });
  stream.end();
  await once(stream, 'end');
  return answers;
}

for (const version of ['v1', 'v1alpha']) {
  test(`reflection ${version}: services, files by name and by what is in them`, async (t) => {
    await withClient(async (client) => {
      const [services, byName, byMethod, byField, ...none] = await ask(client, version, [
        { $case: 'listServices', value: '' },
        { $case: 'fileByFilename', value: 'points.proto' },
        { $case: 'fileContainingSymbol', value: 'qdrant.Points.Query' },
        { $case: 'fileContainingSymbol', value: 'qdrant.PointsUpdateOperation.PointStructList.points' },
        { $case: 'fileContainingSymbol', value: 'qdrant.Nothing' },
        { $case: 'fileByFilename', value: 'nothing.proto' },
        { $case: 'allExtensionNumbersOfType', value: 'qdrant.Points' },
        undefined,
      ]);
      t.deepEqual(services?.$case === 'listServicesResponse' ? services.value.service.map(({ name }) => name) : [], [
        'grpc.health.v1.Health',
        'qdrant.Collections',
        'qdrant.Points',
        'qdrant.Qdrant',
        'qdrant.Snapshots',
        'vectorizer.v1.Streams',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
      ]);
      const fileOf = (answer: Answered): string => {
        const [bytes] = answer?.$case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : [];
        return bytes === undefined ? '' : fromBinary(FileDescriptorProtoSchema, bytes).name;
      };
      t.deepEqual([byName, byMethod, byField].map(fileOf), ['points.proto', 'points_service.proto', 'points.proto']);
      t.deepEqual(
        none.map((answer) => (answer?.$case === 'errorResponse' ? answer.value.errorCode : undefined)),
        [5, 5, 5, 3],
      );
    });
  });
}

test("health: Qdrant's own check and gRPC's", async (t) => {
  await withClient(async (client) => {
    const call = (path: string, given?: Buffer): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        const empty = Buffer.from(HealthCheckRequest.encode({ service: 'qdrant' }).finish());
        const same = (bytes: Buffer): Buffer => bytes;
        client.makeUnaryRequest(path, same, same, given ?? empty, (error, answer) => {
          if (error !== null) reject(error);
          else if (answer !== undefined) resolve(answer);
        });
      });
    const reply = HealthCheckReply.decode(new BinaryReader(await call('/qdrant.Qdrant/HealthCheck')));
    t.is(reply.title, 'qdrant - vector search engine');
    t.is(reply.version, '1.19.0');
    t.is(HealthCheckResponse.decode(new BinaryReader(await call('/grpc.health.v1.Health/Check'))).status, 1);
    const torn = (await t.throwsAsync(call('/qdrant.Qdrant/HealthCheck', Buffer.from([10, 9])))) as grpc.ServiceError;
    t.is(torn.details, 'failed to decode Protobuf message: buffer underflow');
    const watch = (await t.throwsAsync(call('/grpc.health.v1.Health/Watch'))) as grpc.ServiceError;
    t.is(watch.code, grpc.status.UNIMPLEMENTED);
  });
});
