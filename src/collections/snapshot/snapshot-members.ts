import { join } from 'node:path';
import { present } from '../../base/invariant.ts';
import type { World } from '../../base/world.ts';
import { refuseAborted } from '../../core/context.ts';
import { VectorizerError } from '../../core/errors.ts';
import type { ArchiveMember } from '../../storage/archive.ts';
import { readStream } from '../../storage/file-stream.ts';
import { checkedPieces, FrameCheck, frame } from '../../storage/frame.ts';
import { payloadRange, type PointFamily, versionRange } from '../keys.ts';
import { namedFiles } from '../manifest.ts';
import { segmentsFolder } from '../shard-place.ts';
import type { CapturedShard } from './capture.ts';
import { encodeEntries } from './entries.ts';
import { encodeEnd, encodeHead, type SnapshotEnd, type SnapshotHead } from './head.ts';
import { interleaved } from './interleaved.ts';
import { END_NAME, entriesMember, fileMember, HEAD_NAME, type MemberPlace } from './member-names.ts';

export const HEAD_KIND = 'snapshot';
export const END_KIND = 'snapshot-end';

/** The shards of each collection of a head, in its order. */
export type CapturedShards = readonly (readonly CapturedShard[])[];

/** Bytes of the files that a snapshot will hold: most of it. */
export async function fileBytes(world: World, shards: CapturedShards): Promise<number> {
  let bytes = 0;
  for (const { manifest, folder } of shards.flat()) {
    for (const { name } of namedFiles(manifest)) bytes += (await world.files.stat(join(folder, name)))?.bytes ?? 0;
  }
  return bytes;
}

/**
 * The members of a snapshot, as member-names.ts tells. Every block of a file is verified as it goes by: what is
 * damaged here is not carried on. Throws data_damaged naming the file, timeout where the signal aborts.
 */
export async function* snapshotMembers(
  world: World,
  head: SnapshotHead,
  shards: CapturedShards,
  signal: AbortSignal,
): AsyncGenerator<ArchiveMember, void, undefined> {
  const listed: SnapshotEnd['members'][number][] = [];
  const framed = (name: string, kind: string, content: Uint8Array): ArchiveMember => {
    const { parts, bytes, checksum } = frame(kind, content);
    listed.push({ name, bytes, checksum });
    return { name, bytes, content: parts };
  };
  yield framed(HEAD_NAME, HEAD_KIND, encodeHead(head));
  const points: number[][] = [];
  for (const [index, captured] of shards.entries()) {
    const counts: number[] = [];
    for (const shard of captured) {
      const place = { collection: index, shard: shard.place.shard };
      const files = filesOf(world, shard, place, (member) => listed.push(member));
      const entries = entriesOf(shard, place);
      let count = 0;
      for await (const member of interleaved(files, entries)) {
        refuseAborted(signal);
        if ('content' in member) yield member;
        else {
          if (member.family === 'payloads') count += member.count;
          yield framed(member.name, member.family, member.entries);
        }
      }
      counts.push(count);
    }
    points.push(counts);
  }
  yield framed(END_NAME, END_KIND, encodeEnd({ members: listed.slice(), points }));
}

interface EntriesMember {
  readonly name: string;
  readonly family: PointFamily;
  readonly entries: Uint8Array;
  readonly count: number;
}

async function* entriesOf(
  { place: { collection, shard }, store }: CapturedShard,
  place: MemberPlace,
): AsyncGenerator<EntriesMember, void, undefined> {
  for (const family of ['payloads', 'versions'] as const) {
    const range = family === 'payloads' ? payloadRange(collection, shard) : versionRange(collection, shard);
    let number = 0;
    for await (const { content: entries, count } of encodeEntries(store.iteratePages(range))) {
      yield { name: entriesMember(place, family, number++), family, entries, count };
    }
  }
}

async function* filesOf(
  world: World,
  shard: CapturedShard,
  place: MemberPlace,
  list: (member: SnapshotEnd['members'][number]) => void,
): AsyncGenerator<ArchiveMember, void, undefined> {
  for (const { name } of namedFiles(shard.manifest)) yield fileOf(world, shard, place, name, list);
}

async function fileOf(
  world: World,
  shard: CapturedShard,
  place: MemberPlace,
  file: string,
  list: (member: SnapshotEnd['members'][number]) => void,
): Promise<ArchiveMember> {
  const path = join(shard.folder, file);
  const { bytes } = present(await world.files.stat(path), 'snapshot: a captured file stays until it is released');
  const name = fileMember(place, file);
  const check = new FrameCheck(join(segmentsFolder(shard.place), file), bytes);
  const content = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    yield* checkedPieces(readStream(world, path, { start: 0, end: bytes, memory: 'reused' }), check);
    const [finding] = check.finish();
    if (finding !== undefined) throw new VectorizerError('data_damaged', finding);
    list({ name, bytes, checksum: check.checksum });
  };
  return { name, bytes, content: content() };
}
