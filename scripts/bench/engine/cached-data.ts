import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bruteForce, generateClustered } from '../data.ts';
import type { DataSet } from '../data.ts';

/** Neighbours of the ground truth, and of every search of these benches. */
export const K = 10;

export interface BenchData extends DataSet {
  readonly rows: number;
  /** Row numbers, queries x K. */
  readonly truth: Uint32Array;
  /** Begins the names of files that belong to this data. */
  readonly prefix: string;
}

const FOLDER = fileURLToPath(new URL('../../../.tmp/engine/cache/', import.meta.url));

/** Clustered data with its exact neighbours, kept in .tmp/engine/cache between runs. */
export function cachedData(rows: number, dimension: number): BenchData {
  mkdirSync(FOLDER, { recursive: true });
  const prefix = `${FOLDER}${String(rows)}x${String(dimension)}`;
  if (!existsSync(`${prefix}.truth`)) {
    const data = generateClustered({ rows, queries: 1000, dimension, seed: 7 });
    writeFileSync(`${prefix}.base`, data.base);
    writeFileSync(`${prefix}.queries`, data.queries);
    writeFileSync(`${prefix}.truth`, bruteForce(data, K));
  }
  const base = new Float32Array(readWords(`${prefix}.base`));
  const queries = new Float32Array(readWords(`${prefix}.queries`));
  return { rows, dimension, base, queries, truth: new Uint32Array(readWords(`${prefix}.truth`)), prefix };
}

function readWords(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
