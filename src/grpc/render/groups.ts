import type { PointGroup } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';
import { writeRetrievedPoint, writeScoredPoint } from './points.ts';

/** The answer of every method of groups: `QueryGroupsResponse`, `SearchGroupsResponse`, `RecommendGroupsResponse`. */
export function writeGroups(groups: readonly PointGroup[], seconds: number): void {
  const result = writer.begin(1);
  for (const { id, hits, lookup } of groups) {
    const group = writer.begin(1);
    writeGroupId(1, id);
    for (const hit of hits) writeScoredPoint(2, hit);
    if (lookup !== undefined) writeRetrievedPoint(3, lookup);
    writer.end(group);
  }
  writer.end(result);
  writer.double(2, seconds);
}

/** A `GroupId`: unsigned, where the value can be. */
function writeGroupId(field: number, id: string | bigint): void {
  const start = writer.begin(field);
  if (typeof id === 'string') writer.string(3, id);
  else writer.varint(id < 0n ? 2 : 1, id);
  writer.end(start);
}
