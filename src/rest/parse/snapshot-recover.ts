import { JSON_STRING } from '../../base/json/json-tree.ts';
import { present } from '../../base/invariant.ts';
import type { RecoverScope, RecoverSnapshot, SnapshotPriority } from '../../core/snapshots.ts';
import { keep } from './config-diffs.ts';
import { type Decode, decodeBody, type DirectField, directStruct } from './decoding.ts';
import { noVariant } from './format-error.ts';
import { snapshotWait } from './query-text.ts';
import { decodeString, decodeWord } from './scalars.ts';
import { checksumFault, PRIORITIES, PRIORITY_DEFAULT } from './snapshot-words.ts';
import { collectionScope, shardScope, UNSEEN_PROGRESS } from './snapshots.ts';
import { decodeUrl } from './url.ts';
import { parseTree, type Waited, type Wire } from './wire.ts';

/** `PUT /collections/{c}/snapshots/recover`. */
export function parseRecover(wire: Wire): Waited<RecoverSnapshot> {
  const scope = collectionScope(wire);
  const wait = snapshotWait(wire.query);
  return { wait, request: decodeRecover(wire, scope, URL_BODY) };
}

/** `PUT /collections/{c}/shards/{s}/snapshots/recover`: the location may be the name of a snapshot that is kept. */
export function parseRecoverShard(wire: Wire): Waited<RecoverSnapshot> {
  const scope = shardScope(wire);
  const wait = snapshotWait(wire.query);
  return { wait, request: decodeRecover(wire, scope, LOCATION_BODY) };
}

/** A body's type in Qdrant, and how its `location` is read. */
interface RecoverBody {
  readonly name: string;
  /** What serde expects first, where it is given a list. */
  readonly first?: string;
  readonly location: (set: (location: URL | string) => void) => DirectField;
}

const decodeLocation: Decode<URL | string> = ({ tree }, node) => {
  if (tree.kindOf(node) !== JSON_STRING) throw noVariant('ShardSnapshotLocation');
  const text = tree.text(node);
  return URL.parse(text) ?? text;
};

const URL_BODY: RecoverBody = {
  name: 'struct SnapshotRecover',
  first: 'a string representing an URL',
  location: (set) => ({ direct: (...at) => set(decodeUrl(...at)) }),
};
const LOCATION_BODY: RecoverBody = {
  name: 'struct ShardSnapshotRecover',
  location: (set) => ({ buffered: (...at) => set(decodeLocation(...at)) }),
};

function decodeRecover(wire: Wire, scope: RecoverScope, body: RecoverBody): RecoverSnapshot {
  let location: URL | string | undefined;
  let priority: SnapshotPriority = PRIORITY_DEFAULT;
  let checksum: string | undefined;
  let apiKey: string | undefined;
  const fields = {
    location: body.location((given) => (location = given)),
    priority: keep(decodeWord(PRIORITIES), (given) => (priority = given)),
    checksum: keep(decodeChecksum, (given) => (checksum = given)),
    api_key: keep(decodeString, (given) => (apiKey = given)),
  };
  const first = body.first === undefined ? {} : { first: body.first };
  decodeBody(parseTree(wire.body), (decoding, root) =>
    directStruct(decoding, root, body.name, { fields, required: ['location'], ...first }),
  );
  const place: URL | string = present(location, 'recover: a body without location is refused');
  return {
    scope,
    source: typeof place === 'string' ? { kind: 'stored', name: place } : { kind: 'url', url: place, apiKey },
    priority,
    checksum,
    onProgress: UNSEEN_PROGRESS,
  };
}

const decodeChecksum: Decode<string> = (decoding, node) => {
  const text = decodeString(decoding, node);
  const fault = checksumFault(text);
  if (fault !== undefined) decoding.violate(`checksum: ${fault}`);
  return text;
};
