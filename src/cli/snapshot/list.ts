import { badInput } from '../../core/errors.ts';
import { bytesText, tableText } from '../quantities.ts';
import { keptEvent, timeText } from './kept-text.ts';
import type { PlaceFlags } from './open-place.ts';
import { FULL, scopeOf, scopeText, type Kept } from './place.ts';
import { runAtPlace, type SessionOptions } from './session.ts';

export interface ListOptions extends PlaceFlags, SessionOptions {
  readonly full?: boolean;
}

/** Of a checksum, enough to tell two apart. */
const CHECKSUM_CHARACTERS = 12;

/** `vectorizer snapshot list`: those of the collections that are named, of all together, or everything. */
export async function list(names: readonly string[], options: ListOptions): Promise<void> {
  if (options.full === true && names.length > 0) throw badInput('--full is of all collections: it takes no names');
  await runAtPlace({ ...options, missingStorage: 'refuse' }, async (place) => {
    const kept: Kept[] = [];
    if (options.full !== true) {
      for (const name of names.length > 0 ? new Set(names) : (await place.collections()).toSorted()) {
        kept.push(...(await place.list(scopeOf(name))).toSorted(byAge));
      }
    }
    if (names.length === 0) kept.push(...(await place.list(FULL)).toSorted(byAge));
    process.stdout.write(options.json === true ? `${JSON.stringify(kept.map(keptEvent))}\n` : table(kept));
  });
}

/** The oldest first; names begin alike and end in the time. */
function byAge(left: Kept, right: Kept): number {
  return (left.createdMs ?? 0) - (right.createdMs ?? 0) || (left.name < right.name ? -1 : 1);
}

function table(kept: readonly Kept[]): string {
  if (kept.length === 0) return 'there are no snapshots\n';
  const rows = kept.map(({ scope, name, bytes, createdMs, checksum }) => [
    scopeText(scope),
    name,
    bytesText(bytes),
    createdMs === undefined ? 'unknown' : `${timeText(createdMs).replace('T', ' ')} UTC`,
    checksum?.slice(0, CHECKSUM_CHARACTERS) ?? '-',
  ]);
  return tableText([['OF', 'NAME', 'SIZE', 'CREATED', 'SHA256'], ...rows]);
}
