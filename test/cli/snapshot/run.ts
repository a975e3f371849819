import { rm } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { runCommand, temporaryFolder, type Ended } from '../../acceptance/server-process.ts';
import { FakeServer } from './fake-server.ts';

/** A server that is faked and a folder of its own, both gone after the test. */
export async function fakeWorld(
  t: ExecutionContext,
  collections: readonly string[],
): Promise<{ readonly fake: FakeServer; readonly folder: string }> {
  const fake = await FakeServer.start(collections);
  const folder = temporaryFolder();
  t.teardown(async () => {
    fake.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { fake, folder };
}

/** `vectorizer snapshot …words`, which ends by itself. */
export function snapshot(words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return runCommand(['snapshot', ...words], { launcher: 'src', environment });
}

/** The events of `--json`. */
export function events(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
