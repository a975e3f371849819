import { badInput, VectorizerError } from '../core/errors.ts';
import type { Context } from '../core/context.ts';
import type { SnapshotProgress } from '../core/snapshots.ts';
import type { Logger } from '../observe/logger.ts';
import { collectionExists } from '../operations/collections.ts';
import type { House } from '../operations/house.ts';
import { perform } from '../operations/perform.ts';
import { recoverSnapshot, recoverStorage } from '../operations/snapshots.ts';
import { bytesText } from './quantities.ts';

/** What `serve` recovers before it listens: as Qdrant's flags of the same names. */
export interface StartSnapshotFlags {
  /** `FILE:NAME` each; the last colon divides, for a path may have one. */
  readonly snapshot?: readonly string[];
  readonly storageSnapshot?: string;
  readonly forceSnapshot?: boolean;
}

export interface StartSnapshots {
  readonly storage: string | undefined;
  readonly collections: readonly { readonly path: string; readonly collection: string }[];
  readonly force: boolean;
}

/** Throws bad_input. */
export function parseStartSnapshots(flags: StartSnapshotFlags): StartSnapshots {
  const { snapshot = [], storageSnapshot: storage, forceSnapshot: force = false } = flags;
  if (storage !== undefined && snapshot.length > 0) {
    throw badInput('--snapshot and --storage-snapshot: give one of them, single collections or all');
  }
  const collections = snapshot.map(parseFileAndName);
  const twice = collections.find(({ collection }, index) =>
    collections.slice(0, index).some((earlier) => earlier.collection === collection),
  );
  if (twice !== undefined) throw badInput(`--snapshot: the collection ${twice.collection} is named twice`);
  return { storage, collections, force };
}

/**
 * Recovers what was asked for, before any door is open. Throws already_exists before anything is done where a collection
 * is there and may not be replaced: a start that is repeated must not throw away what came after the first.
 */
export async function recoverAtStart(
  house: House,
  { storage, collections, force }: StartSnapshots,
  { context, logger, nowMs }: { readonly context: Context; readonly logger: Logger; readonly nowMs: () => number },
): Promise<void> {
  for (const { collection } of force ? [] : collections) {
    if (await perform(house, context, collectionExists, { collection })) throw mayNotReplace(collection);
  }
  if (storage !== undefined) {
    logger.info(`recovering all collections from ${storage}`);
    const onProgress = logged(logger, storage, nowMs);
    await perform(house, context, recoverStorage, { path: storage, force, checksum: undefined, onProgress }).catch(
      sayHowToForce,
    );
    logger.info(`recovered all collections from ${storage}`);
  }
  for (const { path, collection } of collections) {
    logger.info(`recovering ${collection} from ${path}`, { collection });
    await perform(house, context, recoverSnapshot, {
      scope: { kind: 'collection', collection },
      source: { kind: 'file', path },
      priority: 'snapshot',
      checksum: undefined,
      onProgress: logged(logger, collection, nowMs),
    });
    logger.info(`recovered ${collection} from ${path}`, { collection });
  }
}

function parseFileAndName(word: string): { readonly path: string; readonly collection: string } {
  const colon = word.lastIndexOf(':');
  const [path, collection] = [word.slice(0, Math.max(colon, 0)), word.slice(colon + 1)];
  if (path === '' || collection === '') {
    throw badInput(`--snapshot: expected FILE:COLLECTION, got ${JSON.stringify(word)}`);
  }
  return { path, collection };
}

function mayNotReplace(collection: string): VectorizerError {
  const next = 'leave --snapshot out, or replace it with --force-snapshot';
  return new VectorizerError('already_exists', `the collection ${collection} is there already: ${next}`);
}

/** The operation knows what is there, not which flag would replace it. */
function sayHowToForce(error: unknown): never {
  if (!(error instanceof VectorizerError) || error.kind !== 'already_exists') throw error;
  const next = 'leave --storage-snapshot out, or replace what is there with --force-snapshot';
  throw new VectorizerError('already_exists', `${error.message}: ${next}`, { cause: error });
}

/** A line every 10 s: enough to see that it goes on, and how long it will take. */
const LOG_INTERVAL_MS = 10_000;

function logged(logger: Logger, subject: string, nowMs: () => number): SnapshotProgress {
  let saidMs = nowMs();
  return ({ doneBytes, totalBytes }) => {
    if (nowMs() - saidMs < LOG_INTERVAL_MS) return;
    saidMs = nowMs();
    const share = totalBytes === undefined ? '' : ` of ${bytesText(totalBytes)}`;
    logger.info(`recovering ${subject}: ${bytesText(doneBytes)}${share}`, { doneBytes, totalBytes });
  };
}
