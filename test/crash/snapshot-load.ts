import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ask, type Description, download, untilGone } from './snapshot-client.ts';
import { ContentModel, type SnapshotContent } from './snapshot-content.ts';
import { KeptModel } from './snapshot-kept.ts';
import { isOfShard, SIDE } from './snapshot-side.ts';

/** A kept snapshot of the side collection, or of one of its shards, and what it may hold. */
export interface SideSnapshot extends Description {
  readonly path: string;
  readonly shard: number | undefined;
  readonly content: SnapshotContent;
}

/** What all writers of snapshots know; it outlives the server. */
export class SnapshotStory {
  readonly content: ContentModel = new ContentModel();
  readonly kept: KeptModel = new KeptModel();
  /** By path and name: the newest of a name counts. */
  readonly snapshots: Map<string, SideSnapshot> = new Map();
  /** Nobody deletes this one. */
  pinned: SideSnapshot | undefined;
  /** What was carried out, and what was under way at a kill, by its kind. */
  readonly counts: Map<string, { done: number; cut: number }> = new Map();

  /** Carries out a step that a kill may cut short. */
  async step<T>(kind: string, work: () => Promise<T>): Promise<T> {
    const count = this.counts.get(kind) ?? { done: 0, cut: 0 };
    this.counts.set(kind, count);
    count.cut += 1;
    const result = await work();
    count.cut -= 1;
    count.done += 1;
    return result;
  }
}

interface LoadOptions {
  readonly uniform: () => number;
  readonly nextVersion: () => number;
}

const OWN = `/collections/${SIDE}/snapshots`;
const shelfOf = (shard: number | undefined): string =>
  shard === undefined ? OWN : `/collections/${SIDE}/shards/${shard}/snapshots`;
/** Where a snapshot to be recovered comes from. */
const WAYS = ['upload', 'stored', 'http'] as const;
/** More are deleted, the oldest first. */
const KEPT_MAX = 3;

/** Makes snapshots of the side collection and recovers them into it, one after another, until the server is gone. */
export async function recoverSide(
  url: string,
  folder: string,
  story: SnapshotStory,
  { uniform, nextVersion }: LoadOptions,
): Promise<void> {
  const { snapshots, kept } = story;
  await untilGone(async () => {
    const shard = uniform() < 0.5 ? undefined : Math.floor(uniform() * 2);
    if (uniform() < 0.5) await makeSnapshot(url, story, shard);
    const known = [...snapshots.values()];
    const snapshot = known[Math.floor(uniform() * known.length)];
    if (snapshot !== undefined) await recover(url, folder, story, snapshot, { uniform, nextVersion });
    const { path: shelf } = snapshot ?? { path: OWN };
    const { pinned } = story;
    const names = kept.names(shelf).filter((name) => pinned?.path !== shelf || name !== pinned.name);
    const [oldest] = names;
    if (oldest !== undefined && names.length > KEPT_MAX) await remove(url, story, shelf, oldest);
  });
}

async function makeSnapshot(url: string, story: SnapshotStory, shard: number | undefined): Promise<void> {
  const shelf = shelfOf(shard);
  const content = story.content.snapshotSent();
  const made = await make(url, story, shelf);
  story.content.snapshotAcknowledged(content);
  story.snapshots.set(`${shelf}/${made.name}`, { ...made, path: shelf, shard, content });
}

async function recover(
  url: string,
  folder: string,
  story: SnapshotStory,
  snapshot: SideSnapshot,
  { uniform, nextVersion }: LoadOptions,
): Promise<void> {
  const { path: shelf, name, checksum, shard, content } = snapshot;
  const way = WAYS[Math.floor(uniform() * WAYS.length)];
  const bytes = way === 'upload' ? await download(url, `${shelf}/${name}`) : undefined;
  story.content.recoverSent(content, isOfShard(shard));
  if (bytes === undefined) {
    const stored = shard === undefined ? fileUrl(folder, shelf, name) : name;
    // The server fetches it from itself, into its folder for downloads.
    const location = way === 'http' ? `${url}${shelf}/${name}` : stored;
    const kind = `recover ${shard === undefined ? 'collection' : 'shard'}, ${way}`;
    await story.step(kind, () => ask(url, 'PUT', `${shelf}/recover?wait=true`, { location, checksum }));
  } else {
    const uploaded = `up-${nextVersion()}.snapshot`;
    const form = new FormData();
    form.set('snapshot', new Blob([bytes]), uploaded);
    story.kept.uploadSent(shelf, uploaded);
    await story.step('upload', () => ask(url, 'POST', `${shelf}/upload?wait=true`, form));
    story.kept.uploaded(shelf, uploaded, checksum ?? '');
  }
  story.content.recoverAcknowledged();
}

/** Makes snapshots of everything else and deletes them again, until the server is gone. */
export async function keepOthers(
  url: string,
  story: SnapshotStory,
  collections: readonly string[],
  uniform: () => number,
): Promise<void> {
  const shelves = ['/snapshots', ...collections.map((name) => `/collections/${name}/snapshots`)];
  await untilGone(async () => {
    const shelf = shelves[Math.floor(uniform() * shelves.length)] ?? '';
    await make(url, story, shelf);
    const [oldest] = story.kept.names(shelf);
    if (oldest !== undefined && uniform() < 0.6) await remove(url, story, shelf, oldest);
    if (uniform() < 0.2) await story.step('stream', () => download(url, `/collections/${SIDE}/shards/1/snapshot`));
  });
}

async function make(url: string, story: SnapshotStory, shelf: string): Promise<Description> {
  story.kept.makeSent(shelf);
  const kind = shelf === '/snapshots' ? 'full' : shelf.includes('/shards/') ? 'shard' : 'collection';
  const made = (await story.step(`make ${kind}`, () => ask(url, 'POST', `${shelf}?wait=true`))) as Description;
  story.kept.made(shelf, made);
  return made;
}

async function remove(url: string, story: SnapshotStory, shelf: string, name: string): Promise<void> {
  story.kept.deleteSent(shelf, name);
  await story.step('delete', () => ask(url, 'DELETE', `${shelf}/${name}?wait=true`));
  story.kept.deleted(shelf, name);
  story.snapshots.delete(`${shelf}/${name}`);
}

/** Where a kept snapshot lies under the folder of a server. */
export function storedPath(folder: string, shelf: string, name: string): string {
  const within = shelf.replace('/collections', '').replace('/snapshots', '');
  return path.join(folder, 'snapshots', within, name);
}

export function fileUrl(folder: string, shelf: string, name: string): string {
  return pathToFileURL(storedPath(folder, shelf, name)).href;
}
