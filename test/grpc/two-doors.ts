import { isDeepStrictEqual } from 'node:util';
import type { ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Wire } from '../../src/rest/parse/wire.ts';
import { wire as restWire } from '../rest/parsing.ts';
import type { Json } from './filter-to-wire.ts';
import { type Codec, sent } from './made.ts';

/** What comes of a request: the core's, or what it is refused for. */
function outcome<Request>(parse: () => Request): Request | string {
  try {
    return parse();
  } catch (error) {
    // To compare: the doors find the same wrong with what is well-formed.
    if (error instanceof VectorizerError) return error.message;
    throw error;
  }
}

/** How a body of REST is sent to the other door, and how both read it. */
export interface Doors<Message> {
  readonly codec: Codec<Message>;
  readonly message: (body: Json) => Message;
  readonly grpc: (message: Message) => unknown;
  readonly rest: (wire: Wire) => unknown;
}

/** The two doors read the same requests of the core from what says the same. */
export function agree<Message extends object>(
  t: ExecutionContext,
  bodies: fc.Arbitrary<Json>,
  { codec, message, grpc, rest }: Doors<Message>,
  numRuns = 1_000,
): void {
  let accepted = 0;
  fc.assert(
    fc.property(bodies, (body) => {
      const expected = outcome(() => rest(restWire(body)));
      if (typeof expected !== 'string') accepted++;
      const found = outcome(() => grpc(sent(codec, message(body))));
      return isDeepStrictEqual(found, expected);
    }),
    { numRuns },
  );
  t.true(accepted > numRuns / 20, `${accepted} of ${numRuns} accepted`);
}
