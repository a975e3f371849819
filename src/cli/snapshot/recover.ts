import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { badInput, VectorizerError } from '../../core/errors.ts';
import { nodeWorld } from '../../server/folders.ts';
import { inspectSnapshot, type SnapshotContent } from '../../server/verify-snapshot.ts';
import type { PlaceFlags } from './open-place.ts';
import type { FullRecovery, Place, Recovery } from './place.ts';
import { atPlace, runSession, type Session, type SessionOptions } from './session.ts';

export interface RecoverOptions extends PlaceFlags, SessionOptions {
  readonly collection?: string;
  readonly checksum?: string;
  /** false: a collection that is there stays, and its snapshot is refused. */
  readonly replace?: boolean;
  /** Sent along where a snapshot is fetched from a URL: the key of that server, not of ours. */
  readonly sourceApiKey?: string;
}

/** `vectorizer snapshot recover FILE|URL`: puts what a snapshot holds in the place of what is there. */
export async function recover(from: string, options: RecoverOptions): Promise<void> {
  const { collection } = options;
  const checksum = parseChecksum(options.checksum);
  const source = parseSource(from, options);
  await runSession(options, async (session) => {
    const content = source.kind === 'file' ? await inspect(source.path, collection) : undefined;
    await atPlace({ ...options, missingStorage: 'make' }, session, async (place) => {
      if (source.kind === 'file' && content?.kind === 'full') {
        if (collection !== undefined) throw badInput(`${source.path} is a full snapshot: leave --collection out`);
        await recoverAll(place, session, { path: source.path, checksum, force: options.replace !== false });
        return;
      }
      const target = collection ?? content?.collections[0];
      if (target === undefined) throw badInput('--collection NAME is needed: a URL does not say what is behind it');
      await recoverOne(place, session, { collection: target, source, checksum }, options.replace !== false);
    });
  });
}

async function recoverOne(place: Place, { report }: Session, recovery: Recovery, mayReplace: boolean): Promise<void> {
  const { collection } = recovery;
  if (!mayReplace && (await place.collections()).includes(collection)) {
    const choice = 'leave --no-replace out, or recover beside it with --collection NAME';
    throw new VectorizerError('already_exists', `the collection ${collection} is there: ${choice}`);
  }
  await place.recover(recovery, report.workOn(collection));
  const event = { event: 'recovered', collection, location: sourceText(recovery.source) };
  report.result(event, `${collection}: recovered from ${event.location}`);
}

async function recoverAll(place: Place, { report }: Session, recovery: FullRecovery): Promise<void> {
  const { path } = recovery;
  try {
    await place.recoverFull(recovery, report.workOn('full snapshot'));
  } catch (error) {
    // Caught to say how.
    if (!(error instanceof VectorizerError) || error.kind !== 'already_exists') throw error;
    throw new VectorizerError(error.kind, `${error.message}: leave --no-replace out to replace it`, { cause: error });
  }
  report.result({ event: 'recovered', collection: null, location: path }, `recovered all of ${path}`);
}

/**
 * What the file holds. Where the collection is named and the file is none of ours, the place is the judge: a server may
 * read what we do not.
 */
async function inspect(file: string, collection: string | undefined): Promise<SnapshotContent | undefined> {
  const { files } = nodeWorld();
  if ((await files.stat(file))?.kind !== 'file') throw badInput(`${file}: there is no such file`);
  try {
    const content = await inspectSnapshot(file);
    if (content.kind !== 'shard') return content;
  } catch (error) {
    if (collection !== undefined && error instanceof VectorizerError) return undefined;
    throw error;
  }
  const route = 'POST /collections/NAME/shards/ID/snapshots/upload';
  throw badInput(
    `${file} is a snapshot of one shard, which the command line does not recover; a server does: ${route}`,
  );
}

function parseChecksum(given: string | undefined): string | undefined {
  const checksum = given?.trim().toLowerCase();
  if (checksum === undefined || /^[0-9a-f]{64}$/.test(checksum)) return checksum;
  throw badInput(`--checksum: expected a SHA-256 in 64 hexadecimal digits, got ${JSON.stringify(given)}`);
}

function parseSource(from: string, { storage, sourceApiKey: apiKey }: RecoverOptions): Recovery['source'] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return { kind: 'file', path: path.resolve(from) };
  const url = URL.parse(from);
  if (url === null || !['http:', 'https:', 'file:'].includes(url.protocol)) {
    throw badInput(`${from}: expected a file, or a URL with http, https or file`);
  }
  // On a folder of ours it is any file of this machine; a server takes those of its snapshots folder alone.
  if (url.protocol === 'file:' && storage !== undefined) return { kind: 'file', path: fileURLToPath(url) };
  return { kind: 'url', url, apiKey };
}

function sourceText(source: Recovery['source']): string {
  return source.kind === 'file' ? source.path : source.url.href;
}
