import { badInput, type VectorizerError } from '../../core/errors.ts';

/** What stands at the root of Qdrant's archives of collections, shards and storages (SEMANTICS.md 6). */
const QDRANT_MEMBERS =
  /^(?:\.\/)?(?:config\.json|version\.info|shard_key_mapping\.json|payload_index\.json|shard_config\.json|replica_state\.json|segments_manifest\.json|newest_clocks\.json|oldest_clocks\.json|applied_seq\.json|(?:\d+\/)?(?:wal|segments)\/.*|\d+\/.*|.*\.snapshot)$/;

/**
 * The refusal of a file that is no snapshot of ours. first: the name of its first member, if it is a tar.
 *
 * Qdrant's own snapshots are told apart, and not read: their segments are images of its memory (RocksDB or Gridstore,
 * bincode, quantised storages of several versions), which nobody but Qdrant describes; docs/operations.md has the way.
 */
export function foreignSnapshot(name: string, first: string | undefined, cause?: unknown): VectorizerError {
  if (first !== undefined && QDRANT_MEMBERS.test(first)) {
    return badInput(
      `${name} is a snapshot of Qdrant, whose files only Qdrant can read. ` +
        'Recover it into a Qdrant and move its collections with `vectorizer migrate from-qdrant`',
    );
  }
  const reason = first === undefined && cause instanceof Error ? ` (${cause.message})` : '';
  return badInput(`${name} is no snapshot of Vectorizer${reason}`);
}
