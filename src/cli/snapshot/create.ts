import path from 'node:path';
import type { Files } from '../../base/world.ts';
import { badInput } from '../../core/errors.ts';
import { nodeWorld } from '../../server/folders.ts';
import { advised } from './advice.ts';
import { download } from './download.ts';
import type { PlaceFlags } from './open-place.ts';
import { FULL, scopeOf, scopeText, type Kept, type Place, type Scope } from './place.ts';
import { keptEvent, keptText } from './kept-text.ts';
import { runAtPlace, type Session, type SessionOptions } from './session.ts';

export interface CreateOptions extends PlaceFlags, SessionOptions {
  readonly full?: boolean;
  /** A file, or a folder: one that is there, or one that ends in a slash. */
  readonly out?: string;
  /** The place keeps none of what is in `out`. */
  readonly move?: boolean;
}

/**
 * `vectorizer snapshot create`: a snapshot of each collection, or one of all. Where one of several fails, the others are
 * made all the same: the backup of one must not cost those of the others. Exit status 1 then.
 */
export async function create(names: readonly string[], options: CreateOptions): Promise<void> {
  if (options.full === true && names.length > 0) throw badInput('--full is of all collections: it takes no names');
  if (options.move === true && options.out === undefined) throw badInput('--move needs --out, the place to move to');
  const { files } = nodeWorld();
  await runAtPlace({ ...options, missingStorage: 'refuse' }, async (place, session) => {
    const scopes = options.full === true ? [FULL] : await scopesOf(place, names);
    const target = options.out === undefined ? undefined : await targetOf(files, options.out, scopes.length);
    if (scopes.length === 0) session.report.result({ event: 'nothing_to_do' }, 'there are no collections');
    for (const scope of scopes) {
      try {
        await createOne({ files, place, session, target, isMoved: options.move === true }, scope);
      } catch (error) {
        // Caught to go on with the others; a place that is gone, or a user who gave up, is gone for those too.
        if (scopes.length === 1 || session.signal.aborted || isOfPlace(error)) throw error;
        const known = advised(error);
        session.report.failure(scopeText(scope), known instanceof Error ? known.message : String(known));
        process.exitCode = 1;
      }
    }
  });
}

interface Creation {
  readonly files: Files;
  readonly place: Place;
  readonly session: Session;
  readonly target: Target | undefined;
  readonly isMoved: boolean;
}

async function createOne({ files, place, session, target, isMoved }: Creation, scope: Scope): Promise<void> {
  const { report, signal } = session;
  signal.throwIfAborted();
  const work = report.workOn(scopeText(scope));
  const kept = await place.create(scope, work);
  const location = target === undefined ? place.whereabouts(kept) : fileOf(target, kept);
  if (target !== undefined) {
    work.phase('download');
    await download(files, { kept, content: await place.read(kept), target: location, work, signal });
    if (isMoved) await place.delete(scope, kept.name);
  }
  report.result({ event: 'created', ...keptEvent(kept), location }, keptText(kept, location));
}

async function scopesOf(place: Place, names: readonly string[]): Promise<readonly Scope[]> {
  const wanted = names.length > 0 ? new Set(names) : (await place.collections()).toSorted();
  return [...wanted].map(scopeOf);
}

type Target = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'folder'; readonly path: string };

/** Throws before anything is made: a snapshot that has no place to go to is work for nothing. */
async function targetOf(files: Files, out: string, scopeCount: number): Promise<Target> {
  const found = await files.stat(out);
  if (found?.kind === 'directory') return { kind: 'folder', path: path.resolve(out) };
  if (out.endsWith('/') || out.endsWith(path.sep)) {
    await files.mkdir(out);
    return { kind: 'folder', path: path.resolve(out) };
  }
  if (scopeCount > 1) {
    const message = `--out ${out}: ${scopeCount} collections need a folder: one that is there, or one that ends in /`;
    throw badInput(message);
  }
  const folder = path.dirname(path.resolve(out));
  if ((await files.stat(folder))?.kind !== 'directory') throw badInput(`--out ${out}: there is no folder ${folder}`);
  return { kind: 'file', path: path.resolve(out) };
}

function fileOf(target: Target, { name }: Kept): string {
  return target.kind === 'file' ? target.path : path.join(target.path, name);
}

function isOfPlace(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && (error.kind === 'unavailable' || error.kind === 'forbidden');
}
