import type { CollectionConfig } from '../core/collection-config.ts';
import { dataDamaged } from '../core/errors.ts';

/** What the catalogue holds of a collection, under its name. */
export interface CatalogueEntry {
  /** Never used twice: folders and keys are named by it. */
  readonly number: number;
  readonly config: CollectionConfig;
}

export function encodeEntry(entry: CatalogueEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format: 1, ...entry }));
}

/** Throws data_damaged on what is not an entry. The store verifies its own blocks. */
export function decodeEntry(bytes: Uint8Array, name: string): CatalogueEntry {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isEntry(value))
    throw dataDamaged(`catalogue, collection ${name}`, 'its entry has a form that this version does not know');
  return value;
}

function isEntry(value: unknown): value is CatalogueEntry {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'config' in value;
}
