import { join } from 'node:path';
import type { Files } from '../base/world.ts';
import { findDamage, readJournal, readWhole } from './kv-journal.ts';

/**
 * Which files LevelDB's store consists of, verified before it is opened. LevelDB begins a new store where `CURRENT` is
 * missing, goes back to an older state where the end of its manifest is damaged, and in both cases removes the files that
 * it then takes for superfluous.
 *
 *   CURRENT   = name of the manifest, line feed
 *   manifest  = a journal (kv-journal.ts) of edits
 *   edit      = fields: tag, then what belongs to it; numbers are varints, keys have their length before them
 *
 * Source: db/version_edit.cc of LevelDB.
 */
interface Edit {
  readonly logNumber: number | undefined;
  readonly added: readonly Table[];
  readonly removed: readonly number[];
}

/** A table as its edit describes it. */
interface Table {
  readonly number: number;
  readonly bytes: number;
  readonly smallestKey: Buffer;
}

/** What a manifest says, as far as it is sound. */
export interface CheckedManifest {
  /** With the file's name; empty if the store is sound, or not there yet. */
  readonly findings: readonly string[];
  /** Names and lengths of the tables, in the order of their smallest keys. */
  readonly tables: readonly { readonly name: string; readonly bytes: number }[];
}

/** The manifest that LevelDB begins with, and leaves while it is opened for the first time. */
const FIRST_MANIFEST = 'MANIFEST-000001';

export async function checkManifest(files: Files, directory: string): Promise<CheckedManifest> {
  const names = await files.list(directory);
  if (await isUnfinished(files, directory, names)) return { findings: [], tables: [] };
  const current = join(directory, 'CURRENT');
  if (!names.includes('CURRENT')) return only(`${current}: the file is missing`);
  const text = (await readWhole(files, current)).toString('latin1');
  const name = /^(MANIFEST-\d{6,})\n$/.exec(text)?.[1];
  if (name === undefined) return only(`${current} at byte 0: does not name a manifest`);
  const path = join(directory, name);
  if (!names.includes(name)) return only(`${path}: the file is missing, though ${current} names it`);
  const manifest = await readWhole(files, path);
  const damageAt = findDamage(manifest);
  if (damageAt !== undefined) return only(`${path} at byte ${damageAt}: a record of the manifest fails its checksum`);
  return checkFiles(files, directory, names, readJournal(manifest).map(decodeEdit));
}

function only(finding: string): CheckedManifest {
  return { findings: [finding], tables: [] };
}

/**
 * Removes what is left of a store that was never opened to the end; false where it was. LevelDB does not sync its first
 * manifest, and would refuse a store without it for good.
 */
export async function removeUnfinished(files: Files, directory: string): Promise<boolean> {
  const names = await files.list(directory);
  if (!(await isUnfinished(files, directory, names))) return false;
  for (const name of names) if (name !== 'LOCK') await files.unlink(join(directory, name));
  return true;
}

/** Whether LevelDB was interrupted before anything could be stored. */
async function isUnfinished(files: Files, directory: string, names: readonly string[]): Promise<boolean> {
  const current = names.includes('CURRENT') ? await readWhole(files, join(directory, 'CURRENT')) : undefined;
  const isFirst = current === undefined || current.toString('latin1') === `${FIRST_MANIFEST}\n`;
  return isFirst && !(await holdsData(files, directory, names));
}

async function holdsData(files: Files, directory: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    if (!/^\d+\.(?:log|ldb|sst)$/.test(name)) continue;
    const stat = await files.stat(join(directory, name));
    if (stat !== undefined && stat.bytes > 0) return true;
  }
  return false;
}

/** Whether the journal and the tables that the edits leave are there, and as long as they were. */
async function checkFiles(
  files: Files,
  directory: string,
  names: readonly string[],
  edits: readonly Edit[],
): Promise<CheckedManifest> {
  const live = new Map<number, Table>();
  let logNumber = 0;
  for (const edit of edits) {
    for (const number of edit.removed) live.delete(number);
    for (const table of edit.added) live.set(table.number, table);
    logNumber = edit.logNumber ?? logNumber;
  }
  const findings: string[] = [];
  const journal = `${digits(logNumber)}.log`;
  if (logNumber > 0 && !names.includes(journal)) findings.push(`${join(directory, journal)}: the file is missing`);
  const tables: { name: string; bytes: number }[] = [];
  for (const { number, bytes } of [...live.values()].toSorted((a, b) => a.smallestKey.compare(b.smallestKey))) {
    const candidates = ['ldb', 'sst'].map((kind) => `${digits(number)}.${kind}`);
    const name = candidates.find((each) => names.includes(each));
    const found = name === undefined ? undefined : await files.stat(join(directory, name));
    const path = join(directory, name ?? `${digits(number)}.ldb`);
    if (name === undefined || found === undefined) findings.push(`${path}: the file is missing`);
    else if (found.bytes !== bytes) findings.push(`${path}: ${found.bytes} bytes long, should be ${bytes}`);
    else tables.push({ name, bytes });
  }
  return { findings, tables };
}

function digits(number: number): string {
  return String(number).padStart(6, '0');
}

function decodeEdit(bytes: Buffer): Edit {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const key = (): Buffer => {
    const length = number();
    at += length;
    return bytes.subarray(at - length, at);
  };
  let logNumber: number | undefined;
  const added: Table[] = [];
  const removed: number[] = [];
  while (at < bytes.length) {
    switch (number()) {
      case 1: // comparator
        key();
        break;
      case 2:
        logNumber = number();
        break;
      case 3: // next file
      case 4: // last sequence
      case 9: // previous journal
        number();
        break;
      case 5: // where a compaction goes on: level, key
        number();
        key();
        break;
      case 6: // level, number
        number();
        removed.push(number());
        break;
      case 7: // level, number, bytes, smallest key, largest key
        number();
        added.push({ number: number(), bytes: number(), smallestKey: key() });
        key();
        break;
      default:
        // LevelDB refuses such an edit itself.
        at = bytes.length;
    }
  }
  return { logNumber, added, removed };
}
