import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { verifySnapshot } from '../../src/server/verify-snapshot.ts';
import { FIELD_COLLECTION } from './field-writer.ts';
import { ask, type Description, download } from './snapshot-client.ts';
import { breachesOf } from './snapshot-content.ts';
import { fileUrl, type SnapshotStory, storedPath } from './snapshot-load.ts';
import { COPY, readSide, SIDE } from './snapshot-side.ts';
import { COLLECTION } from './writers.ts';

/** Compares everything about snapshots with what was promised, on a server that has just started. */
export async function checkSnapshots(url: string, folder: string, story: SnapshotStory): Promise<readonly string[]> {
  const breaches = [...(await leftovers(folder))];
  breaches.push(...(await countFolders(url, folder)));
  for (const shelf of story.kept.paths) breaches.push(...(await checkShelf(url, folder, story, shelf)));
  breaches.push(...(await checkCopy(url, folder, story)));
  return breaches;
}

/** What interrupted work left in the folders of snapshots. */
async function leftovers(folder: string): Promise<readonly string[]> {
  const listed = (below: string): Promise<string[]> =>
    // What nobody needed was not made.
    readdir(path.join(folder, below), { recursive: true }).catch((): string[] => []);
  const snapshots = await listed('snapshots');
  const temporary = await listed('storage/snapshots_temp');
  const parts = snapshots.filter((name) => name.includes('.part-'));
  const orphans = snapshots.filter(
    (name) => name.endsWith('.checksum') && !snapshots.includes(name.slice(0, -'.checksum'.length)),
  );
  return [...parts, ...orphans, ...temporary].map((name) => `${name} was left behind`);
}

/** A collection has one folder, the side collection one for each of its shards that was recovered alone. */
async function countFolders(url: string, folder: string): Promise<readonly string[]> {
  const folders = await readdir(path.join(folder, 'storage/collections')).catch(() => []);
  const { collections } = (await ask(url, 'GET', '/collections')) as { readonly collections: readonly object[] };
  return folders.length <= collections.length + 1
    ? []
    : [`${folders.length} folders for ${collections.length} collections`];
}

/** Each snapshot that is listed is whole, and those that were acknowledged are listed. */
async function checkShelf(
  url: string,
  folder: string,
  story: SnapshotStory,
  shelf: string,
): Promise<readonly string[]> {
  const listed = (await ask(url, 'GET', shelf)) as readonly Description[];
  const breaches = [...story.kept.check(shelf, listed)];
  for (const { name, size, checksum } of listed) {
    const bytes = await download(url, `${shelf}/${name}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length !== size || (checksum !== null && sha256 !== checksum)) {
      breaches.push(`${shelf}/${name}: ${bytes.length} bytes, ${sha256}; listed ${size}, ${checksum}`);
    }
    const { kind, collections, findings } = await verifySnapshot(
      storedPath(folder, shelf, name),
      () => undefined,
      NEVER,
    );
    breaches.push(...findings);
    const held = collections.map((found) => found.name);
    const missing = kind === 'full' ? LASTING.filter((collection) => !held.includes(collection)) : [];
    if (missing.length > 0) breaches.push(`${shelf}/${name} is without ${missing.join()}`);
    const known = story.snapshots.get(`${shelf}/${name}`);
    // Its name was taken by another one, of which nobody knows what it holds.
    if (known !== undefined && known.checksum !== sha256) story.snapshots.delete(`${shelf}/${name}`);
  }
  for (const known of story.snapshots.keys()) {
    const isGone = path.posix.dirname(known) === shelf && !listed.some(({ name }) => known.endsWith(`/${name}`));
    if (isGone) story.snapshots.delete(known);
  }
  return breaches;
}

/** Nobody drops these: every snapshot of the whole storage holds them. */
const LASTING = [COLLECTION, FIELD_COLLECTION, SIDE];

const NEVER = new AbortController().signal;

/** A snapshot recovered into a new collection holds what it was made of. */
async function checkCopy(url: string, folder: string, story: SnapshotStory): Promise<readonly string[]> {
  const snapshot = [...story.snapshots.values()].findLast(({ shard }) => shard === undefined);
  if (snapshot === undefined) return [];
  const location = fileUrl(folder, snapshot.path, snapshot.name);
  await ask(url, 'PUT', `/collections/${COPY}/snapshots/recover`, { location, checksum: snapshot.checksum });
  const breaches: string[] = [];
  const found = await readSide(url, COPY, breaches);
  breaches.push(
    ...breachesOf(snapshot.content, found).map((breach) => `${snapshot.name} holds something else: ${breach}`),
  );
  await ask(url, 'DELETE', `/collections/${COPY}`);
  return breaches;
}
