import { dataDamaged } from '../core/errors.ts';
import type { FieldSchema } from '../core/payload-schema.ts';
import type { FieldSpec } from '../segments/field-spec.ts';
import type { SegmentManifest } from '../segments/segment-files.ts';

/** The files that hold a shard's state as of a sequence; what the log holds after it is applied at the start. */
export interface ShardManifest {
  readonly format: 2;
  /** All updates up to this one are in the files. */
  readonly sequence: number;
  /** Number of the next segment; numbers are never used twice. */
  readonly nextSegment: number;
  readonly segments: readonly SegmentManifest[];
  /** The vector fields that there were: the log behind is applied to these. undefined: those of the collection. */
  readonly fields?: readonly FieldSpec[];
  /** The payload indexes; undefined in manifests of the first version. */
  readonly indexes?: readonly ManifestIndex[];
}

export interface ManifestIndex {
  readonly path: string;
  readonly schema: FieldSchema;
  /** null or undefined: there is none, and the index is built from the payloads. */
  readonly file?: string | null;
}

export const EMPTY_MANIFEST: ShardManifest = { format: 2, sequence: 0, nextSegment: 1, segments: [] };

export function encodeManifest(manifest: ShardManifest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** place names the shard in the error. The store verifies its own blocks; this refuses what is not a manifest. */
export function decodeManifest(bytes: Uint8Array, place: string): ShardManifest {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isManifest(value)) throw dataDamaged(place, 'its manifest has a form that this version does not know');
  return value;
}

/** Every file that a manifest names. */
export function manifestFiles(manifest: ShardManifest): ReadonlySet<string> {
  const segmentFiles = manifest.segments.flatMap(({ rows, removed, fields }) => [
    ...rows.map(({ name }) => name),
    ...(removed === null ? [] : [removed]),
    ...fields.flatMap(({ vectors, graph }) => [...vectors.map(({ name }) => name), ...(graph === null ? [] : [graph])]),
  ]);
  return new Set([...segmentFiles, ...indexFiles(manifest)]);
}

/** Those of the payload indexes. */
export function indexFiles({ indexes = [] }: ShardManifest): readonly string[] {
  return indexes.flatMap(({ file }) => file ?? []);
}

function isManifest(value: unknown): value is ShardManifest {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 2 && 'segments' in value;
}
