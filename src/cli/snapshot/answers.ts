import path from 'node:path';
import { VectorizerError } from '../../core/errors.ts';
import type { Kept, Scope } from './place.ts';

/** What servers answer, read with suspicion: a name in it becomes that of a file of ours. */

/** `{"collections":[{"name":…},…]}`. */
export function parseCollections(result: unknown): readonly string[] {
  const { collections } = fields(result);
  return list(collections).map((item) => text(fields(item)['name'], 'the name of a collection'));
}

export function parseKeptList(scope: Scope, result: unknown): readonly Kept[] {
  return list(result).map((item) => parseKept(scope, item));
}

/** `{"name":…,"creation_time":"YYYY-MM-DDTHH:MM:SS" | null,"size":…,"checksum"?:…}`. */
export function parseKept(scope: Scope, result: unknown): Kept {
  const { name, creation_time: created, size, checksum } = fields(result);
  if (typeof size !== 'number') throw strange('the size of a snapshot');
  return {
    scope,
    name: fileName(text(name, 'the name of a snapshot')),
    // The wire's time is UTC and does not say so.
    createdMs: typeof created === 'string' ? parseTime(created) : undefined,
    bytes: size,
    checksum: typeof checksum === 'string' ? checksum.toLowerCase() : undefined,
  };
}

function parseTime(created: string): number | undefined {
  const timeMs = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(created) ? created : `${created}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function fileName(name: string): string {
  if (name === '' || name === '.' || name === '..' || path.basename(name) !== name || name.includes('\\')) {
    throw strange(`a snapshot named ${JSON.stringify(name)}`);
  }
  return name;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw strange(JSON.stringify(value));
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw strange(JSON.stringify(value));
  return value as readonly unknown[];
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw strange(what);
  return value;
}

function strange(what: string): VectorizerError {
  const message = `the server's answer is not understood (${what}): is this a Vectorizer or a Qdrant server?`;
  return new VectorizerError('unavailable', message);
}
