import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchServer } from '../server/bench-server.ts';
import { processorMs } from '../server/processor-time.ts';
import type { UnderTest } from '../server/rates.ts';

/** The server with both doors. */
export class GrpcBenchServer extends BenchServer {
  #grpcPort = 0;

  override async start(options: Parameters<BenchServer['start']>[0] = {}): Promise<void> {
    this.#grpcPort = await freePort();
    const environment = { ...options.environment, QDRANT__SERVICE__GRPC_PORT: String(this.#grpcPort) };
    await super.start({ ...options, environment });
    while (!(await listens(this.#grpcPort))) await sleep(20);
  }

  get rest(): UnderTest {
    return this.running;
  }

  get grpc(): UnderTest {
    return { port: this.#grpcPort, pid: this.running.pid };
  }

  /** Resolves when the process has had next to nothing to do for half a second. */
  async untilQuiet(): Promise<void> {
    for (let before = -1, now = 0; now - before > 20; ) {
      before = processorMs(this.running.pid);
      await sleep(500);
      now = processorMs(this.running.pid);
    }
  }
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: whether it listens is what was asked.
    return false;
  } finally {
    socket.destroy();
  }
}
