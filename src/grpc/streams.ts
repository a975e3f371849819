import { settleAll } from '../base/settle-all.ts';
import type { Context } from '../core/context.ts';
import type { House } from '../operations/house.ts';
import type { Operation, StreamOperation } from '../operations/operation.ts';
import { perform, performStream } from '../operations/perform.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import type { Parse, Render, StreamingMethod } from './method.ts';

/** The kinds of calls that stream, each over one operation, as `unary` is of the plain kind. */

/** One message in, any number out: the next is made while the client takes the last. */
export function serverStream<Request, Item>(
  path: string,
  parse: Parse<Request>,
  operation: StreamOperation<Request, Item>,
  render: Render<Item>,
): StreamingMethod {
  return {
    kind: 'streaming',
    path,
    run: async (house, context, { requests, send }) => {
      const request = await parse(await onlyOne(requests));
      for await (const item of performStream(house, context, operation, request)) {
        await send((seconds) => render(item, seconds));
      }
    },
  };
}

/** What the answers of a client's stream come to. */
export interface Summary<Request, Answer> {
  readonly add: (request: Request, answer: Answer) => void;
  readonly render: (seconds: number) => void;
}

/** Any number in, one out. Each is performed when the one before it is done; the first that fails ends the call. */
export function clientStream<Request, Answer>(
  path: string,
  parse: Parse<Request>,
  operation: Operation<Request, Answer>,
  begin: () => Summary<Request, Answer>,
): StreamingMethod {
  return {
    kind: 'streaming',
    path,
    run: async (house, context, { requests, send }) => {
      const summary = begin();
      for await (const bytes of requests) {
        const request = await parse(bytes);
        summary.add(request, await perform(house, context, operation, request));
      }
      await send(summary.render);
    },
  };
}

/** Requests of one conversation under way at once; beyond, the client's flow control stops it. */
const RUNNING_MAX = 16;

/**
 * Any number in and out: `answer` makes one message of each, and they go out as they are ready. One that rejects ends the
 * call.
 */
export function conversation(
  path: string,
  answer: (house: House, context: Context, bytes: Buffer) => Promise<(seconds: number) => void>,
): StreamingMethod {
  return {
    kind: 'streaming',
    path,
    run: async (house, context, { requests, send }) => {
      const running = new Set<Promise<void>>();
      // Whoever waits, for a request or for room, hears of the first failure at once.
      const failed = Promise.withResolvers<never>();
      failed.promise.catch(() => undefined);
      const iterator = requests[Symbol.asyncIterator]();
      for (;;) {
        const next: IteratorResult<Buffer, unknown> = await Promise.race([iterator.next(), failed.promise]);
        if (next.done === true) break;
        const one: Promise<void> = answer(house, context, next.value)
          .then((render) => send(render))
          .catch(failed.reject)
          .finally(() => running.delete(one));
        running.add(one);
        if (running.size >= RUNNING_MAX) await Promise.race(running);
      }
      await Promise.race([settleAll([...running]), failed.promise]);
    },
  };
}

async function onlyOne(requests: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const bytes of requests) return bytes;
  throw new GrpcError(STATUS.internal, 'Missing request message.');
}
