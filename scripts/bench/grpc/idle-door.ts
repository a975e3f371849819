/** The gRPC door over a house that answers everything at once. `IdleProcess` runs it. */
import type { AddressInfo } from 'node:net';
import { createGrpcDoor } from '../../../src/grpc/door.ts';
import { grpcMethods } from '../../../src/grpc/methods.ts';
import { SILENT_LOGGER } from '../../../src/observe/logger.ts';
import { idleHouse } from '../filters/idle-door.ts';

const { server } = createGrpcDoor({
  house: idleHouse(Buffer.from('{}')),
  limits: { maxMessageBytes: 256 << 20 },
  methods: grpcMethods('1.19.0'),
  logger: { ...SILENT_LOGGER, error: console.error },
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
