import type { Alias } from '../../core/answers.ts';
import type { CollectionConfig } from '../../core/collection-config.ts';
import { dataDamaged } from '../../core/errors.ts';
import { collectionNameFault } from '../../core/names.ts';
import type { SnapshotScope } from '../../core/snapshots.ts';
import { completeConfig, type StoredConfig } from '../catalogue.ts';
import { manifestOf, namedFiles, type ShardManifest } from '../manifest.ts';
import { isFileName } from './member-names.ts';

/** The first member of a snapshot: what it holds. */
export interface SnapshotHead {
  readonly kind: SnapshotScope['kind'];
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly collections: readonly SnapshotCollection[];
  /** Of a full snapshot; else none. */
  readonly aliases: readonly Alias[];
}

export interface SnapshotCollection {
  readonly name: string;
  readonly config: CollectionConfig;
  /** All of them, or the one that a snapshot of a shard holds. */
  readonly shards: readonly { readonly shard: number; readonly manifest: ShardManifest }[];
}

/** The last member: what has come before, so that nothing is missing, added or exchanged. */
export interface SnapshotEnd {
  readonly members: readonly { readonly name: string; readonly bytes: number; readonly checksum: number }[];
  /** Points of each shard of each collection, as the head has them. */
  readonly points: readonly (readonly number[])[];
}

const FORMAT = 1;
const KINDS: readonly string[] = ['collection', 'shard', 'full'] satisfies SnapshotHead['kind'][];
/** As many shards as a key of the store can tell apart. */
const SHARDS_MAX = 65_535;

export function encodeHead(head: SnapshotHead): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format: FORMAT, ...head }));
}

export function encodeEnd(end: SnapshotEnd): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(end));
}

/** place names the snapshot in the error. Throws data_damaged on what is no head, or of a version that is not known. */
export function decodeHead(bytes: Uint8Array, place: string): SnapshotHead {
  const value = parsed(bytes, place);
  if (value['format'] !== FORMAT) {
    throw dataDamaged(
      place,
      `is a snapshot of format ${JSON.stringify(value['format'])}, and this version reads format ${FORMAT}: use a newer one`,
    );
  }
  const { kind, createdMs, collections, aliases } = value;
  const refuse = (what: string): never => {
    throw dataDamaged(place, `its head is none: ${what}`);
  };
  if (typeof kind !== 'string' || !KINDS.includes(kind)) return refuse('the kind');
  if (typeof createdMs !== 'number' || !Array.isArray(collections) || !Array.isArray(aliases))
    return refuse('its parts');
  if (kind !== 'full' && collections.length !== 1) return refuse('the number of collections');
  const decoded = collections.map((given: unknown) => decodeCollection(given, kind, refuse));
  if (new Set(decoded.map(({ name }) => name)).size < decoded.length) return refuse('a collection stands there twice');
  return {
    kind: kind as SnapshotHead['kind'],
    createdMs,
    collections: decoded,
    aliases: aliases.map(decodeAlias(refuse)),
  };
}

/** Throws data_damaged on what is no end. */
export function decodeEnd(bytes: Uint8Array, place: string): SnapshotEnd {
  const { members, points } = parsed(bytes, place);
  if (!Array.isArray(members) || !Array.isArray(points)) throw dataDamaged(place, 'its list of members is none');
  return { members: members as SnapshotEnd['members'], points: points as SnapshotEnd['points'] };
}

type Refuse = (what: string) => never;

function decodeCollection(given: unknown, kind: string, refuse: Refuse): SnapshotCollection {
  if (!isObject(given)) return refuse('a collection');
  const { name, config, shards } = given;
  if (typeof name !== 'string' || collectionNameFault(name, 'any') !== undefined)
    return refuse('the name of a collection');
  if (!Array.isArray(shards) || !isConfig(config)) return refuse('the configuration of a collection');
  const { shardNumber } = config.params;
  const decoded = shards.map((shard: unknown) => decodeShard(shard, refuse));
  const numbers = decoded.map(({ shard }) => shard);
  const isWhole = numbers.length === shardNumber && numbers.every((number, index) => number === index);
  const isOne = numbers.length === 1 && (numbers[0] ?? 0) < shardNumber;
  if (!(kind === 'shard' ? isOne : isWhole)) return refuse('the shards of a collection');
  return { name, config: completeConfig(config), shards: decoded };
}

function decodeShard(given: unknown, refuse: Refuse): SnapshotCollection['shards'][number] {
  if (!isObject(given) || !isCount(given['shard'], SHARDS_MAX)) return refuse('a shard');
  const manifest = manifestOf(given['manifest']) ?? refuse('the manifest of a shard');
  const names = namedFiles(manifest).map(({ name }) => name);
  if (new Set(names).size < names.length || !names.every(isFileName)) return refuse('the files of a shard');
  return { shard: given['shard'], manifest };
}

function decodeAlias(refuse: Refuse): (given: unknown) => Alias {
  return (given) => {
    if (!isObject(given)) return refuse('an alias');
    const { alias, collection } = given;
    if (typeof alias !== 'string' || typeof collection !== 'string') return refuse('an alias');
    return { alias, collection };
  };
}

function isConfig(value: unknown): value is StoredConfig {
  if (!isObject(value) || !isObject(value['params'])) return false;
  const { vectors, shardNumber } = value['params'];
  return Array.isArray(vectors) && isCount(shardNumber, SHARDS_MAX) && shardNumber > 0;
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function parsed(bytes: Uint8Array, place: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isObject(value)) return value;
  } catch (error) {
    // To translate: what is no JSON is as wrong as other JSON.
    throw dataDamaged(place, 'no JSON', error);
  }
  throw dataDamaged(place, 'no object of JSON');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
