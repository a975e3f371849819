import type { PointFamily } from '../keys.ts';

/**
 * The members of a snapshot (docs/format-snapshot.md): the head first, the end last, between them those of one shard after
 * the other. `collection` counts the collections of the head.
 *
 *   head.bin                                        what the snapshot holds
 *   <collection>/<shard>/payloads/<number>.bin      entries of the key-value store
 *   <collection>/<shard>/versions/<number>.bin
 *   <collection>/<shard>/segments/<file>            a file of the shard's segments folder
 *   end.bin                                         every member before it, with its checksum
 */
export const HEAD_NAME = 'head.bin';
export const END_NAME = 'end.bin';

/** Which shard of which collection of a snapshot. */
export interface MemberPlace {
  readonly collection: number;
  readonly shard: number;
}

export type MemberName =
  | { readonly kind: 'head' }
  | { readonly kind: 'end' }
  | { readonly kind: 'file'; readonly place: MemberPlace; readonly file: string }
  | { readonly kind: 'entries'; readonly place: MemberPlace; readonly family: PointFamily };

export function fileMember({ collection, shard }: MemberPlace, file: string): string {
  return `${collection}/${shard}/segments/${file}`;
}

export function entriesMember({ collection, shard }: MemberPlace, family: PointFamily, number: number): string {
  return `${collection}/${shard}/${family}/${number}.bin`;
}

const MEMBER = /^(0|[1-9]\d{0,8})\/(0|[1-9]\d{0,8})\/(segments|payloads|versions)\/([a-zA-Z0-9][a-zA-Z0-9.-]*)$/;

/** undefined: no member of ours is called so. A file's name has no separator and does not begin with a dot. */
export function parseMemberName(name: string): MemberName | undefined {
  if (name === HEAD_NAME) return { kind: 'head' };
  if (name === END_NAME) return { kind: 'end' };
  const [, collection, shard, folder, file] = MEMBER.exec(name) ?? [];
  if (folder === undefined || file === undefined) return undefined;
  const place = { collection: Number(collection), shard: Number(shard) };
  if (folder === 'payloads' || folder === 'versions') return { kind: 'entries', place, family: folder };
  return { kind: 'file', place, file };
}

/** Whether a file of a manifest can be a member, and then a file of a shard's folder. */
export function isFileName(file: string): boolean {
  return parseMemberName(fileMember({ collection: 0, shard: 0 }, file)) !== undefined;
}
