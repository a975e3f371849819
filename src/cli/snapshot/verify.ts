import path from 'node:path';
import { badInput } from '../../core/errors.ts';
import type { SnapshotReport } from '../../core/snapshots.ts';
import { nodeWorld } from '../../server/folders.ts';
import { verifySnapshot } from '../../server/verify-snapshot.ts';
import { bytesText } from '../quantities.ts';
import { runSession, type SessionOptions } from './session.ts';

/** `vectorizer snapshot verify FILE`: reads it whole, prints all that it finds. Exit status 1 where there is damage. */
export async function verify(file: string, options: SessionOptions): Promise<void> {
  if ((await nodeWorld().files.stat(file))?.kind !== 'file') throw badInput(`${file}: there is no such file`);
  await runSession(options, async ({ report, signal }) => {
    const work = report.workOn(path.basename(file));
    work.phase('verify');
    const found = await verifySnapshot(path.resolve(file), work.progress, signal);
    report.result({ event: 'verified', file: path.resolve(file), ...found }, reportText(file, found));
    process.exitCode = found.findings.length === 0 ? 0 : 1;
  });
}

function reportText(file: string, { kind, bytes, members, collections, findings }: SnapshotReport): string {
  const count = findings.length;
  const verdict = count === 0 ? 'no damage found' : `${count} ${count === 1 ? 'finding' : 'findings'}`;
  const held = collections.map(
    ({ name, shards, points }) =>
      `  ${name}: ${points} ${points === 1 ? 'point' : 'points'}, ${shards} ${shards === 1 ? 'shard' : 'shards'}`,
  );
  const what = kind === undefined ? 'a file of an unknown kind' : `a ${kind} snapshot`;
  return [...findings, ...held, `${file}: ${what}, ${bytesText(bytes)}, ${members} members: ${verdict}`].join('\n');
}
