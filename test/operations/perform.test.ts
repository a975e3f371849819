import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Operation } from '../../src/operations/operation.ts';
import { perform } from '../../src/operations/perform.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { CONTEXT, openHouse, removeFolder, temporaryFolder } from '../collections/house.ts';

interface Slow {
  readonly timeoutSeconds: number | undefined;
}

async function performSlow(
  request: Slow,
  access: 'read' | 'write',
  signal = CONTEXT.signal,
  name = 'slow',
  began = (): void => undefined,
): Promise<string> {
  const house = await openHouse(await temporaryFolder());
  const slow: Operation<Slow, string> = {
    name,
    access,
    run: async (_house, context) => {
      began();
      // Ends with its signal, as a search does.
      for (let turn = 0; turn < 15 && !context.signal.aborted; turn++) await delay(100);
      return context.signal.aborted ? 'cancelled' : 'done';
    },
  };
  try {
    return await perform(house, { ...CONTEXT, signal }, slow, request);
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

test('a read that takes longer than its timeout answers so', async (t) => {
  const error = await t.throwsAsync<VectorizerError>(() => performSlow({ timeoutSeconds: 1 }, 'read'), {
    instanceOf: VectorizerError,
  });
  t.is(error?.kind, 'timeout');
  t.is(error?.message, "Timeout error: Operation 'slow' timed out after 1s");
});

test('a query that takes too long is called as Qdrant calls it', async (t) => {
  await t.throwsAsync(() => performSlow({ timeoutSeconds: 1 }, 'read', CONTEXT.signal, 'query_points'), {
    message: "Timeout error: Operation 'Search' timed out after 1s",
  });
});

test('a read with a timeout ends when its client hangs up', async (t) => {
  const connection = new AbortController();
  const began = (): void => void setTimeout(() => connection.abort(), 10);
  t.is(await performSlow({ timeoutSeconds: 60 }, 'read', connection.signal, 'slow', began), 'cancelled');
});

test('a read within its timeout, one without, and a write are left to end', async (t) => {
  t.is(await performSlow({ timeoutSeconds: 2 ** 40 }, 'read'), 'done');
  t.is(await performSlow({ timeoutSeconds: undefined }, 'read'), 'done');
  t.is(await performSlow({ timeoutSeconds: 1 }, 'write'), 'done');
});

test('what is cancelled before it begins does not begin', async (t) => {
  await t.throwsAsync(() => performSlow({ timeoutSeconds: undefined }, 'read', AbortSignal.abort()), {
    message: 'slow was cancelled before it began',
  });
});
