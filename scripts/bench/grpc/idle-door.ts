/** The gRPC door over a house that answers everything at once. Run as a child it tells its port; `IdleGrpcDoor` runs it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createGrpcDoor } from '../../../src/grpc/door.ts';
import { SILENT_LOGGER } from '../../../src/observe/logger.ts';
import { idleHouse } from '../filters/idle-door.ts';
import type { UnderTest } from '../server/rates.ts';

const FILE = fileURLToPath(import.meta.url);
const MAX_MESSAGE_BYTES = 256 << 20;

export class IdleGrpcDoor implements UnderTest {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly pid: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  static async start(): Promise<IdleGrpcDoor> {
    const child = fork(FILE, [], { execArgv: ['--max-semi-space-size=8'] });
    const [port] = (await once(child, 'message')) as [number];
    return new IdleGrpcDoor(child, port);
  }

  stop(): void {
    this.#child.kill();
  }
}

if (process.argv[1] === FILE && process.send !== undefined) serve();

function serve(): void {
  const { server } = createGrpcDoor({
    house: idleHouse(Buffer.from('{}')),
    limits: { maxMessageBytes: MAX_MESSAGE_BYTES },
    version: '1.19.0',
    logger: { ...SILENT_LOGGER, error: console.error },
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}
