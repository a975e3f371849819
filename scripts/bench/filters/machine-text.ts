import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
/** Prose first: documentation of packages, then comments of programs. */
const PATTERNS = [
  path.join(REPOSITORY, 'node_modules/**/*.md'),
  '/usr/share/doc/**/*',
  '/usr/share/**/*.{md,txt,rst,pod}',
  path.join(REPOSITORY, 'node_modules/**/*.d.ts'),
  '/usr/lib/python3*/**/*.py',
  '/usr/share/perl/**/*.p{m,od,l}',
];
/** What is longer is data, not a word. */
const WORD_UNITS_MAX = 30;
const SKIPPED = /\.(png|svg|jpg|gif|js|css|pdf|so|bin|db)$/;

/**
 * Documents of so many words each, cut from texts that this machine holds, always in the same order; no document stands
 * there twice. Throws where the machine holds too little text.
 */
export function machineDocuments(count: number, wordsEach: number): readonly string[] {
  const documents = new Set<string>();
  const files = new Set<string>();
  for (const pattern of PATTERNS) {
    for (const file of globSync(pattern).toSorted()) {
      if (SKIPPED.test(file) || files.has(file)) continue;
      files.add(file);
      const words = textOf(file)
        .split(/[\s\p{Cc}]+/u)
        .filter((word) => word.length > 0 && word.length <= WORD_UNITS_MAX);
      for (let first = 0; first + wordsEach <= words.length; first += wordsEach) {
        documents.add(words.slice(first, first + wordsEach).join(' '));
        if (documents.size === count) return [...documents];
      }
    }
  }
  throw new Error(`this machine holds text for ${documents.size} documents of ${wordsEach} words, not for ${count}`);
}

/** Empty where it cannot be read as text. */
function textOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    const text = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    return text.includes(0) ? '' : text.toString();
  } catch {
    // Caught because folders, dangling links and locked files are simply no texts.
    return '';
  }
}

/** Words that a search would ask for, lower case, most frequent first, with the number of documents that have them. */
export function vocabulary(documents: readonly string[]): readonly Term[] {
  const counts = new Map<string, number>();
  for (const document of documents) {
    for (const word of new Set(wordsOf(document))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Array.from(counts, ([word, documentCount]) => ({ word, documentCount })).toSorted(
    (a, b) => b.documentCount - a.documentCount || (a.word < b.word ? -1 : 1),
  );
}

export interface Term {
  readonly word: string;
  readonly documentCount: number;
}

/** Words of three Latin letters or more, lower case, repeats kept. */
export function wordsOf(document: string): readonly string[] {
  return document.toLowerCase().match(/(?<![\p{L}\p{N}])[a-z]{3,}(?![\p{L}\p{N}])/gu) ?? [];
}
