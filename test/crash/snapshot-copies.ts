import { ask, untilGone } from './snapshot-client.ts';
import { breachesOf, type SnapshotContent } from './snapshot-content.ts';
import { fileUrl, type SnapshotStory } from './snapshot-load.ts';
import { readSide } from './snapshot-side.ts';

/** Names of collections that only recoveries make. */
const PREFIX = 'copy-';

/** A collection that a recovery makes. */
interface Copy {
  readonly content: SnapshotContent;
  /** maybe: it is being made or dropped. */
  state: 'maybe' | 'there' | 'gone';
}

/** What was promised of collections that recoveries make, by name. */
export class CopiesModel {
  readonly copies: Map<string, Copy> = new Map();

  /** The breaches, after a restart; what is found becomes the new promise. */
  async check(url: string): Promise<readonly string[]> {
    const breaches: string[] = [];
    const listed = (await ask(url, 'GET', '/collections')) as {
      readonly collections: readonly { readonly name: string }[];
    };
    const names = listed.collections.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
    for (const [name, { content, state }] of this.copies) {
      const isThere = names.includes(name);
      if (state !== 'maybe' && isThere !== (state === 'there')) breaches.push(`${name}: ${state} was promised`);
      if (!isThere) continue;
      const found = await readSide(url, name, breaches);
      breaches.push(...breachesOf(content, found).map((breach) => `${name}: ${breach}`));
      await ask(url, 'DELETE', `/collections/${name}`);
    }
    breaches.push(...names.filter((name) => !this.copies.has(name)).map((name) => `${name} was never asked for`));
    this.copies.clear();
    return breaches;
  }
}

/** Recovers a kept snapshot into collections that are not there and drops these, until the server is gone. */
export async function makeCopies(url: string, folder: string, story: SnapshotStory, model: CopiesModel): Promise<void> {
  // One that was there before this start: no snapshot of the same second takes its name.
  const snapshot = [...story.snapshots.values()].findLast(({ shard }) => shard === undefined);
  story.pinned = snapshot;
  if (snapshot === undefined) return;
  const location = fileUrl(folder, snapshot.path, snapshot.name);
  let number = 0;
  await untilGone(async () => {
    const name = `${PREFIX}${number++}`;
    const copy: Copy = { content: snapshot.content, state: 'maybe' };
    model.copies.set(name, copy);
    await story.step('recover new', () => ask(url, 'PUT', `/collections/${name}/snapshots/recover`, { location }));
    copy.state = 'there';
    if (number % 3 === 0) return;
    copy.state = 'maybe';
    await ask(url, 'DELETE', `/collections/${name}`);
    copy.state = 'gone';
  });
}
