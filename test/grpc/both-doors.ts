import { once } from 'node:events';
import http2, { type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { BinaryReader } from '../../generated/wire.js';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { createDoor } from '../../src/rest/door.ts';
import { openHouse, removeFolder, temporaryFolder, type TestHouse } from '../collections/house.ts';
import { ask } from '../rest/client.ts';
import { type Codec, encoded } from './made.ts';
import { framed, openDoor, rawCall } from './open-door.ts';

/** How a call ended: code 0 with an answer, or another with a message. */
export interface Outcome<Answer> {
  readonly code: number;
  readonly message: string;
  readonly answer: Answer | undefined;
}

/** Both doors of one real house. */
export interface BothDoors {
  readonly house: TestHouse;
  rest(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  grpc<Request extends object, Answer>(
    path: string,
    types: { readonly request: Codec<Request>; readonly answer: Codec<Answer> },
    fields: Partial<Request>,
  ): Promise<Outcome<Answer>>;
  close(): Promise<void>;
}

export async function openBothDoors(): Promise<BothDoors> {
  const folder = await temporaryFolder();
  const house = await openHouse(folder);
  const limits = { maxRequestBytes: 1 << 20 };
  const rest = createDoor({ house, limits, cors: true, version: '1.19.0', logger: SILENT_LOGGER });
  rest.server.listen(0, '127.0.0.1');
  await once(rest.server, 'listening');
  const { port } = rest.server.address() as AddressInfo;
  const grpc = await openDoor({ house });
  const session = http2.connect(`http://${grpc.address}`);
  return {
    house,
    rest: (method, path, body) => ask(port, method, path, body),
    grpc: (path, types, fields) => call(session, path, types, fields),
    close: async () => {
      session.close();
      await Promise.all([rest.close(), grpc.close()]);
      await house.close();
      await removeFolder(folder);
    },
  };
}

async function call<Request extends object, Answer>(
  session: ClientHttp2Session,
  path: string,
  { request, answer }: { readonly request: Codec<Request>; readonly answer: Codec<Answer> },
  fields: Partial<Request>,
): Promise<Outcome<Answer>> {
  const { trailers, body } = await rawCall(session, path, [framed(encoded(request, fields))]);
  const code = Number(trailers['grpc-status']);
  const text = decodeURIComponent(String(trailers['grpc-message'] ?? ''));
  return { code, message: text, answer: code === 0 ? answer.decode(new BinaryReader(body.subarray(5))) : undefined };
}
