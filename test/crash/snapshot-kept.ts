import type { Description } from './snapshot-client.ts';

/** What was promised of the snapshots that are kept, by the path under which they are listed. */
export class KeptModel {
  readonly #shelves = new Map<string, Shelf>();

  get paths(): readonly string[] {
    return [...this.#shelves.keys()];
  }

  /** Names that are promised, the oldest first. */
  names(path: string): readonly string[] {
    return [...this.#shelf(path).kept.keys()];
  }

  checksum(path: string, name: string): string | undefined {
    return this.#shelf(path).kept.get(name);
  }

  makeSent(path: string): void {
    this.#shelf(path).makes = true;
  }

  made(path: string, { name, checksum }: Description): void {
    const shelf = this.#shelf(path);
    shelf.makes = false;
    shelf.kept.set(name, checksum ?? '');
  }

  uploadSent(path: string, name: string): void {
    this.#shelf(path).arriving = name;
  }

  uploaded(path: string, name: string, checksum: string): void {
    const shelf = this.#shelf(path);
    shelf.arriving = undefined;
    shelf.kept.set(name, checksum);
  }

  deleteSent(path: string, name: string): void {
    this.#shelf(path).leaving = name;
  }

  deleted(path: string, name: string): void {
    const shelf = this.#shelf(path);
    shelf.leaving = undefined;
    shelf.kept.delete(name);
  }

  /** The breaches, after a restart; what is listed becomes the new promise. */
  check(path: string, listed: readonly Description[]): readonly string[] {
    const { kept, makes, arriving, leaving } = this.#shelf(path);
    const found = new Map(listed.map(({ name, checksum }) => [name, checksum]));
    const fresh = [...found.keys()].filter((name) => !kept.has(name) && name !== arriving);
    const breaches = fresh.slice(makes ? 1 : 0).map((name) => `${path}/${name} is listed, though it was not promised`);
    for (const [name, checksum] of kept) {
      const there = found.get(name);
      if (there === checksum || (there === undefined && name === leaving)) continue;
      // Made within one second two snapshots have one name: the second one may have taken it.
      if (there !== undefined && makes) continue;
      breaches.push(`${path}/${name}: ${there === undefined ? 'is not listed' : 'has another checksum'}`);
    }
    for (const name of fresh) if (found.get(name) === null) breaches.push(`${path}/${name} has no checksum`);
    const promised = new Map(listed.map(({ name, checksum }) => [name, checksum ?? '']));
    this.#shelves.set(path, { ...emptyShelf(), kept: promised });
    return breaches;
  }

  #shelf(path: string): Shelf {
    const shelf = this.#shelves.get(path) ?? emptyShelf();
    this.#shelves.set(path, shelf);
    return shelf;
  }
}

interface Shelf {
  /** Checksums by name. */
  readonly kept: Map<string, string>;
  /** Whether a snapshot is being made; the server gives it a name. */
  makes: boolean;
  arriving: string | undefined;
  leaving: string | undefined;
}

function emptyShelf(): Shelf {
  return { kept: new Map(), makes: false, arriving: undefined, leaving: undefined };
}
