/** What a collection may hold: the allowed versions of each id. 0 = it is not there, as is an id without an entry. */
type World = Map<number, Set<number>>;

/** What a snapshot may hold; grows until it is acknowledged. */
export type SnapshotContent = ReadonlyMap<number, ReadonlySet<number>>;

export interface SideWrite {
  readonly id: number;
  /** 0 = a delete. */
  readonly version: number;
}

/**
 * What was promised of a collection that is written, one point a request, while snapshots of it are made and recovered
 * into it. A recovery under way makes two worlds: one in which it has not happened, one in which it has. A write that
 * overlaps with it came before or after it.
 */
export class ContentModel {
  #current: World = new Map();
  /** What is there if the recovery under way has happened. */
  #recovered: World | undefined;
  readonly #snapshots = new Set<World>();
  /** Writes without an answer, and whether a recovery may have overtaken them. */
  readonly #writes = new Map<SideWrite, { overtaken: boolean }>();

  sent(write: SideWrite): void {
    this.#writes.set(write, { overtaken: false });
    for (const world of [this.#current, this.#recovered, ...this.#snapshots]) if (world) allow(world, write);
  }

  acknowledged(write: SideWrite): void {
    const { overtaken = true } = this.#writes.get(write) ?? {};
    this.#writes.delete(write);
    // In the other world it may have come before the recovery.
    if (!overtaken) this.#current.set(write.id, new Set([write.version]));
  }

  snapshotSent(): SnapshotContent {
    const content = copyOf(this.#current);
    this.#snapshots.add(content);
    return content;
  }

  snapshotAcknowledged(content: SnapshotContent): void {
    this.#snapshots.delete(content as World);
  }

  /** isReplaced: which ids the snapshot speaks of, all of them or those of a shard. */
  recoverSent(content: SnapshotContent, isReplaced: (id: number) => boolean): void {
    const world: World = new Map();
    for (const [id, versions] of this.#current) if (!isReplaced(id)) world.set(id, new Set(versions));
    for (const [id, versions] of content) if (isReplaced(id)) world.set(id, new Set(versions));
    for (const write of this.#writes.keys()) allow(world, write);
    this.#recovered = world;
  }

  recoverAcknowledged(): void {
    this.#current = this.#recovered ?? this.#current;
    this.#recovered = undefined;
    for (const write of this.#writes.values()) write.overtaken = true;
  }

  /** The breaches, after a restart; what is found becomes the new promise. found: the version of each id. */
  check(found: ReadonlyMap<number, number>): readonly string[] {
    const worlds = [this.#current, ...(this.#recovered === undefined ? [] : [this.#recovered])];
    const breaches = worlds.map((world) => breachesOf(world, found));
    this.#current = new Map([...found].map(([id, version]) => [id, new Set([version])]));
    this.#recovered = undefined;
    this.#snapshots.clear();
    this.#writes.clear();
    if (breaches.some((list) => list.length === 0)) return [];
    return breaches.flatMap((list, index) => list.map((breach) => `${breach}${index > 0 ? ' (if recovered)' : ''}`));
  }
}

/** In what `found` differs from what is allowed. */
export function breachesOf(allowed: SnapshotContent, found: ReadonlyMap<number, number>): readonly string[] {
  return [...new Set([...allowed.keys(), ...found.keys()])].flatMap((id) => {
    const versions = allowed.get(id) ?? new Set([0]);
    const version = found.get(id) ?? 0;
    return versions.has(version)
      ? []
      : [`point ${id}: version ${version} is there, one of ${[...versions].join()} was promised`];
  });
}

function allow(world: World, { id, version }: SideWrite): void {
  const versions = world.get(id) ?? new Set([0]);
  versions.add(version);
  world.set(id, versions);
}

function copyOf(world: World): World {
  return new Map([...world].map(([id, versions]) => [id, new Set(versions)]));
}
