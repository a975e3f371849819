import type { Consistency, ReadOptions, WriteOptions } from '../../core/requests.ts';
import type { SnapshotPriority } from '../../core/snapshots.ts';
import { WireError } from '../wire-error.ts';
import { unknownVariant } from './format-error.ts';
import { checksumFault, PRIORITIES, PRIORITY_DEFAULT } from './snapshot-words.ts';

/** The query string of a request, without `?`; parsed where it is read, since most requests have none. */
export type QueryText = string;

const NO_READ_OPTIONS: ReadOptions = { consistency: undefined, timeoutSeconds: undefined };
const NO_WRITE_OPTIONS: WriteOptions = { wait: false, ordering: 'weak', timeoutSeconds: undefined };
const ORDERINGS = ['weak', 'medium', 'strong'] as const;

/** `consistency` and `timeout` of a read: a timeout of 0 is no number that Rust's NonZero takes. */
export function readOptions(query: QueryText): ReadOptions {
  if (query === '') return NO_READ_OPTIONS;
  const given = fields(query, ['consistency', 'timeout']);
  const consistency = given.get('consistency');
  const timeout = given.get('timeout');
  return {
    consistency: consistency === undefined || consistency === '' ? undefined : parseConsistency(consistency),
    timeoutSeconds: timeout === undefined ? undefined : nonZero(timeout),
  };
}

/** `wait`, `ordering` and `timeout` of an update. */
export function writeOptions(query: QueryText): WriteOptions {
  if (query === '') return NO_WRITE_OPTIONS;
  const given = fields(query, ['wait', 'ordering', 'timeout']);
  const wait = given.get('wait');
  const ordering = given.get('ordering');
  const timeout = given.get('timeout');
  return {
    wait: wait === undefined ? false : parseFlag(wait),
    ordering: ordering === undefined ? 'weak' : parseVariant(ordering, ORDERINGS),
    timeoutSeconds: timeout === undefined ? undefined : unsigned(timeout),
  };
}

/** `timeout` of an operation on collections: at least one second. */
export function checkMetaTimeout(query: QueryText): void {
  if (query === '') return;
  const timeout = fields(query, ['timeout']).get('timeout');
  if (timeout !== undefined && unsigned(timeout) === 0) {
    throw new WireError(422, 'Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]');
  }
}

/** `with`, a list of words, and `completed_limit`. */
export function optimizationsQuery(query: QueryText): {
  readonly parts: readonly string[];
  readonly completedLimit: number | undefined;
} {
  const given = fields(query, ['with', 'completed_limit']);
  const limit = given.get('completed_limit');
  const parts = (given.get('with') ?? '').split(',').map((part) => part.trim());
  return {
    parts: parts.filter((part) => part !== ''),
    completedLimit: limit === undefined ? undefined : unsigned(limit),
  };
}

/** `wait` of work on snapshots, which is waited for unless the client says otherwise. */
export function snapshotWait(query: QueryText): boolean {
  if (query === '') return true;
  const wait = fields(query, ['wait']).get('wait');
  return wait === undefined || parseFlag(wait);
}

/** `wait`, `priority` and `checksum` of a snapshot that is uploaded. */
export function uploadOptions(query: QueryText): {
  readonly wait: boolean;
  readonly priority: SnapshotPriority;
  readonly checksum: string | undefined;
} {
  const given = fields(query, ['wait', 'priority', 'checksum']);
  const wait = given.get('wait');
  const priority = given.get('priority');
  const checksum = given.get('checksum');
  const options = {
    wait: wait === undefined || parseFlag(wait),
    priority: priority === undefined ? PRIORITY_DEFAULT : parseVariant(priority, PRIORITIES),
    checksum,
  };
  const fault = checksum === undefined ? undefined : checksumFault(checksum);
  if (fault !== undefined) throw new WireError(422, `Validation error in query parameters: [checksum: ${fault}]`);
  return options;
}

function fields(query: QueryText, names: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!names.includes(name)) continue;
    if (given.has(name)) throw deserializeError(`duplicate field \`${name}\``);
    given.set(name, value);
  }
  return given;
}

function parseFlag(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw deserializeError('provided string was not `true` or `false`');
}

function parseVariant<Word extends string>(text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw deserializeError(unknownVariant(text, words).message);
}

function parseConsistency(text: string): Consistency {
  if (text === 'majority' || text === 'quorum' || text === 'all') return text;
  const factor = /^\+?[0-9]{1,15}$/.test(text) ? Number(text) : 0;
  if (factor > 0) return factor;
  throw deserializeError(`failed to deserialize read consistency query parameter value '${text}'`);
}

function nonZero(text: string): number {
  const value = unsigned(text);
  if (value === 0) throw deserializeError('invalid value: integer `0`, expected a nonzero u64');
  return value;
}

/** An unsigned 64-bit integer, with the words of Rust's parser where it is none. */
function unsigned(text: string): number {
  if (text === '') throw deserializeError('cannot parse integer from empty string');
  if (!/^\+?[0-9]+$/.test(text)) throw deserializeError('invalid digit found in string');
  if (BigInt(text.replace('+', '')) > 0xffff_ffff_ffff_ffffn) {
    throw deserializeError('number too large to fit in target type');
  }
  return Number(text);
}

function deserializeError(message: string): WireError {
  return new WireError(400, `Deserialize error in query parameters: ${message}`);
}
