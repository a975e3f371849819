/**
 * A server by @grpc/grpc-js that answers every call at once with bytes made beforehand, and decodes nothing: that
 * package's own ceiling. Run as a child it tells its port; `IdleGrpcJs` runs it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { UnderTest } from '../server/rates.ts';

const FILE = fileURLToPath(import.meta.url);
/** The one method that is served. */
export const IDLE_METHOD = '/qdrant.Qdrant/HealthCheck';

export class IdleGrpcJs implements UnderTest {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly pid: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  /** Answers have `answerBytes` each. */
  static async start(answerBytes: number): Promise<IdleGrpcJs> {
    const child = fork(FILE, [String(answerBytes)], { execArgv: ['--max-semi-space-size=8'] });
    const [port] = (await once(child, 'message')) as [number];
    return new IdleGrpcJs(child, port);
  }

  stop(): void {
    this.#child.kill();
  }
}

if (process.argv[1] === FILE && process.send !== undefined) serve(Buffer.alloc(Number(process.argv[2]), 1));

function serve(answer: Buffer): void {
  const server = new Server({ 'grpc.enable_channelz': 0 });
  const asIs = (bytes: Buffer): Buffer => bytes;
  server.register(IDLE_METHOD, (_: unknown, reply) => reply(null, answer), asIs, asIs, 'unary');
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.send?.(port);
  });
}
