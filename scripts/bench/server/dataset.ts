import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bruteForce, generateClustered, lid100, type DataSet } from '../data.ts';

export const CACHE: string = path.join(import.meta.dirname, '../../../.tmp/bench');
export const K = 10;
const QUERIES = 1000;
const SEED = 7;

export interface BenchData extends DataSet {
  readonly rows: number;
  /** The ten nearest rows of each query by exact dot product. */
  readonly truth: Uint32Array;
  /** Name of the files in the cache: `100000x768`. */
  readonly name: string;
}

/** Generated data with its ground truth, from the cache where it was made before. */
export function dataset(rows: number, dimension: number): BenchData {
  mkdirSync(CACHE, { recursive: true });
  const name = `${rows}x${dimension}`;
  const file = (kind: string): string => path.join(CACHE, `${name}.${kind}`);
  if (!existsSync(file('truth'))) {
    console.log(`generating ${name} …`);
    const made = generateClustered({ rows, dimension, queries: QUERIES, seed: SEED });
    writeFileSync(file('base'), made.base);
    writeFileSync(file('queries'), made.queries);
    writeFileSync(file('truth'), bruteForce(made, K));
  }
  const base = floats(file('base'));
  const queries = floats(file('queries'));
  const truth = Uint32Array.from(new Uint32Array(buffer(file('truth'))));
  return { rows, dimension, name, base, queries, truth };
}

/** `100000x768, cosine, local intrinsic dimension 13.0`, as every bench prints it. */
export function describe(data: BenchData): string {
  return `${data.name}, cosine, local intrinsic dimension ${lid100(data, 20).toFixed(1)}`;
}

function floats(file: string): Float32Array {
  return new Float32Array(buffer(file));
}

function buffer(file: string): ArrayBuffer {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
