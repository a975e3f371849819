import asc from 'assemblyscript/asc';
import type { Arena } from '../../../src/compute/arenas.ts';

/** Dot products of rows of f32 with a query, four rows at a time: what codes are measured against. */
const SOURCE = `
export function scoreFloats(base: u32, stride: u32, query: u32, padded: u32, rows: u32, count: u32, scores: u32): void {
  for (let at: u32 = 0; at < count << 2; at += 16) {
    const row0 = base + load<u32>(rows + at) * stride;
    const row1 = base + load<u32>(rows + at, 4) * stride;
    const row2 = base + load<u32>(rows + at, 8) * stride;
    const row3 = base + load<u32>(rows + at, 12) * stride;
    let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (let column: u32 = 0; column < padded << 2; column += 16) {
      const value = v128.load(query + column);
      sum0 = f32x4.add(sum0, f32x4.mul(value, v128.load(row0 + column)));
      sum1 = f32x4.add(sum1, f32x4.mul(value, v128.load(row1 + column)));
      sum2 = f32x4.add(sum2, f32x4.mul(value, v128.load(row2 + column)));
      sum3 = f32x4.add(sum3, f32x4.mul(value, v128.load(row3 + column)));
    }
    store<f32>(scores + at, sum(sum0));
    store<f32>(scores + at, sum(sum1), 4);
    store<f32>(scores + at, sum(sum2), 8);
    store<f32>(scores + at, sum(sum3), 12);
  }
}
function sum(value: v128): f32 {
  return f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 2) + f32x4.extract_lane(value, 3);
}
`;

export interface FloatKernel {
  /** `count` is a multiple of four; rows are `stride` bytes apart from `base` on. */
  scoreFloats(
    base: number,
    stride: number,
    query: number,
    padded: number,
    rows: number,
    count: number,
    scores: number,
  ): void;
}

/** Compiles it for an arena. */
export async function floatKernel(arena: Arena): Promise<FloatKernel> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(
    [
      'kernel.ts',
      '-o',
      'kernel.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--enable',
      'simd,threads,bulk-memory',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
    ],
    {
      readFile: (name) => (name === 'kernel.ts' ? SOURCE : null),
      writeFile: (_, contents) => {
        if (contents instanceof Uint8Array) binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error('the f32 kernel does not compile', { cause: error });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory: arena.memory } });
  // The one export of the module above.
  return instance.exports as unknown as FloatKernel;
}
