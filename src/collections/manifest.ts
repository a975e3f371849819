import { dataDamaged } from '../core/errors.ts';
import type { FieldSchema } from '../core/payload-schema.ts';
import type { FieldSpec } from '../segments/field-spec.ts';
import { INDEX_KIND } from '../filters/index-file.ts';
import { ROWS_KIND } from '../segments/rows-file.ts';
import { type FileRange, GRAPH_KIND, REMOVED_KIND, type SegmentManifest } from '../segments/segment-files.ts';
import { VECTORS_KIND } from '../segments/vectors-file.ts';

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
  const manifest = manifestOf(JSON.parse(new TextDecoder().decode(bytes)));
  if (manifest === undefined) throw dataDamaged(place, 'its manifest has a form that this version does not know');
  return manifest;
}

/** undefined: it is no manifest that this version knows. */
export function manifestOf(value: unknown): ShardManifest | undefined {
  return isManifest(value) ? value : undefined;
}

/** A file of a shard's segments folder, and what its content is. */
export interface NamedFile {
  readonly name: string;
  readonly kind: string;
}

/** Every file that a manifest names. */
export function namedFiles({ segments, indexes = [] }: ShardManifest): readonly NamedFile[] {
  return [
    ...segments.flatMap(segmentFiles),
    ...indexes.flatMap(({ file }) => named(INDEX_KIND, file === undefined || file === null ? [] : [file])),
  ];
}

function segmentFiles({ rows, removed, fields }: SegmentManifest): readonly NamedFile[] {
  return [
    ...named(ROWS_KIND, namesOf(rows)),
    ...named(REMOVED_KIND, removed === null ? [] : [removed]),
    ...fields.flatMap(({ vectors, graph }) => [
      ...named(VECTORS_KIND, namesOf(vectors)),
      ...named(GRAPH_KIND, graph === null ? [] : [graph]),
    ]),
  ];
}

function namesOf(ranges: readonly FileRange[]): readonly string[] {
  return ranges.map(({ name }) => name);
}

function named(kind: string, names: readonly string[]): readonly NamedFile[] {
  return names.map((name) => ({ name, kind }));
}

function isManifest(value: unknown): value is ShardManifest {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 2 && 'segments' in value;
}
