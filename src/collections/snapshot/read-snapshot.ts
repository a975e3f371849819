import { dataDamaged, VectorizerError } from '../../core/errors.ts';
import type { SnapshotReport } from '../../core/snapshots.ts';
import { type ArchiveEntry, readArchive } from '../../storage/archive.ts';
import { checkedPieces, FrameCheck } from '../../storage/frame.ts';
import { namedFiles } from '../manifest.ts';
import type { PointFamily } from '../keys.ts';
import { decodeEntries, type PointEntry } from './entries.ts';
import { decodeEnd, decodeHead, type SnapshotEnd, type SnapshotHead } from './head.ts';
import { fileMember, HEAD_NAME, type MemberName, type MemberPlace, parseMemberName } from './member-names.ts';
import { foreignSnapshot } from './foreign-snapshot.ts';
import { END_KIND, HEAD_KIND } from './snapshot-members.ts';

/** What takes the parts of a snapshot as they are read. All is verified by the time that the reading ends, not before. */
export interface SnapshotVisitor {
  readonly head: (head: SnapshotHead) => Promise<void>;
  /** The bytes of a whole file, frame and all. */
  readonly file: (place: MemberPlace, file: string, content: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Verified; their memory is the visitor's. They are to be taken before this resolves. */
  readonly entries: (place: MemberPlace, family: PointFamily, entries: Iterable<PointEntry>) => Promise<void>;
}

/** What is held in memory as a whole is no longer than this: a value of the store is a payload, and the longest are 2 GiB. */
const MEMORY_BYTES_MAX = 2 ** 31 - 1;

/**
 * Reads a snapshot to its last byte and verifies everything.
 *
 * name     the snapshot, in the words of findings.
 * found    is told of every breach that does not keep the reading from going on; it may throw to end it.
 * Throws   data_damaged where it cannot go on, bad_input where the file is no snapshot of ours.
 */
export async function readSnapshot(
  source: AsyncIterable<Uint8Array>,
  name: string,
  visitor: SnapshotVisitor,
  found: (finding: string) => void,
): Promise<Omit<SnapshotReport, 'bytes' | 'findings'>> {
  const reading = new Reading(name, visitor, found);
  for await (const entry of membersOf(source, name)) await reading.take(entry);
  return reading.finish();
}

/** Of a file that does not begin like a tar, that is told. */
async function* membersOf(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<ArchiveEntry> {
  let isFirst = true;
  try {
    for await (const entry of readArchive(source, name)) {
      if (isFirst && entry.name !== HEAD_NAME) throw foreignSnapshot(name, entry.name);
      isFirst = false;
      if (!entry.isFile) throw dataDamaged(name, `member ${JSON.stringify(entry.name)} is no plain file`);
      yield entry;
    }
  } catch (error) {
    // To translate: damage before the first member is most likely no damage.
    const isNone = isFirst && error instanceof VectorizerError && error.kind === 'data_damaged';
    throw isNone ? foreignSnapshot(name, undefined, error) : error;
  }
  if (isFirst) throw foreignSnapshot(name, undefined);
}

class Reading {
  private readonly name: string;
  private readonly visitor: SnapshotVisitor;
  private readonly found: (finding: string) => void;
  private readonly members: SnapshotEnd['members'][number][] = [];
  private readonly points: number[][] = [];
  /** Files that the head tells of and that have not come, with their kinds. */
  private readonly awaited = new Map<string, string>();
  private head: SnapshotHead | undefined;
  private end: SnapshotEnd | undefined;

  constructor(name: string, visitor: SnapshotVisitor, found: (finding: string) => void) {
    this.name = name;
    this.visitor = visitor;
    this.found = found;
  }

  async take(entry: ArchiveEntry): Promise<void> {
    const member = parseMemberName(entry.name);
    const place = `${this.name}, member ${entry.name}`;
    const check = new FrameCheck(place, entry.bytes);
    if (member === undefined || this.end !== undefined || (this.head === undefined) !== (member.kind === 'head')) {
      throw this.stray(entry);
    }
    switch (member.kind) {
      case 'head':
        this.head = decodeHead(await this.whole(entry, check, HEAD_KIND), place);
        await this.begin(this.head);
        break;
      case 'end':
        this.end = decodeEnd(await this.whole(entry, check, END_KIND), place);
        return;
      case 'file':
        await this.file(entry, member, check);
        break;
      case 'entries':
        await this.entries(entry, member, check);
    }
    this.members.push({ name: entry.name, bytes: entry.bytes, checksum: check.checksum });
  }

  finish(): Omit<SnapshotReport, 'bytes' | 'findings'> {
    const { head, end } = this;
    if (head === undefined) throw dataDamaged(this.name, 'its head is missing');
    for (const file of this.awaited.keys()) this.found(`${this.name}: member ${file} is missing`);
    if (end === undefined) this.found(`${this.name}: its end is missing`);
    else if (!isSame(end, { members: this.members, points: this.points })) {
      this.found(`${this.name}: its members are not those that it was made of`);
    }
    return {
      kind: head.kind,
      members: this.members.length + (end === undefined ? 0 : 1),
      collections: head.collections.map(({ name, shards }, index) => {
        return {
          name,
          shards: shards.length,
          points: (this.points[index] ?? []).reduce((sum, count) => sum + count, 0),
        };
      }),
    };
  }

  private async begin(head: SnapshotHead): Promise<void> {
    head.collections.forEach(({ shards }, collection) => {
      this.points.push(shards.map(() => 0));
      for (const { shard, manifest } of shards) {
        for (const { name, kind } of namedFiles(manifest))
          this.awaited.set(fileMember({ collection, shard }, name), kind);
      }
    });
    await this.visitor.head(head);
  }

  private async file(
    entry: ArchiveEntry,
    { place, file }: Extract<MemberName, { kind: 'file' }>,
    check: FrameCheck,
  ): Promise<void> {
    const kind = this.awaited.get(entry.name);
    if (kind === undefined) throw this.stray(entry);
    this.awaited.delete(entry.name);
    await this.visitor.file(place, file, checkedPieces(entry.content, check));
    this.finishCheck(check, kind);
  }

  private async entries(
    entry: ArchiveEntry,
    { place, family }: Extract<MemberName, { kind: 'entries' }>,
    check: FrameCheck,
  ): Promise<void> {
    const { collection, shard } = place;
    const shards = this.head?.collections[collection]?.shards ?? [];
    const index = shards.findIndex((known) => known.shard === shard);
    const counts = this.points[collection];
    if (index < 0 || counts === undefined) throw this.stray(entry);
    const content = await this.whole(entry, check, family);
    const counted = function* (): Generator<PointEntry, void, undefined> {
      for (const point of decodeEntries(content, check.place)) {
        if (family === 'payloads') counts[index] = (counts[index] ?? 0) + 1;
        yield point;
      }
    };
    await this.visitor.entries(place, family, counted());
  }

  /** The content of a member, in memory; what is damaged of it is told. */
  private async whole(entry: ArchiveEntry, check: FrameCheck, kind: string): Promise<Uint8Array> {
    if (entry.bytes > MEMORY_BYTES_MAX)
      throw dataDamaged(check.place, `${entry.bytes} bytes are too many for a ${kind}`);
    const parts: Uint8Array[] = [];
    // Copied: a piece is valid until the next one comes.
    for await (const piece of entry.content) parts.push(Buffer.from(check.add(piece)));
    this.finishCheck(check, kind);
    return Buffer.concat(parts);
  }

  private stray({ name }: ArchiveEntry): VectorizerError {
    return dataDamaged(this.name, `member ${JSON.stringify(name)} does not belong there`);
  }

  private finishCheck(check: FrameCheck, kind: string): void {
    const findings = check.finish();
    for (const finding of findings) this.found(finding);
    if (findings.length === 0 && check.kind !== kind) this.found(`${check.place}: holds ${check.kind}, not ${kind}`);
  }
}

function isSame(told: SnapshotEnd, found: SnapshotEnd): boolean {
  const plain = ({ members, points }: SnapshotEnd): string =>
    JSON.stringify([members.map(({ name, bytes, checksum }) => [name, bytes, checksum]), points]);
  return plain(told) === plain(found);
}
