import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { TurboCodec } from '../../src/vectors/turbo-codec.ts';

const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
test.after.always(() => compute.close());

const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];

function gaussianRows(count: number, dimension: number): Float32Array {
  let state = 12_345;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count * dimension },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

test('rows take four bits a coordinate, come back near what they were, and are then kept as they are', (t) => {
  const before = compute.arenas.usedBytes;
  for (const distance of DISTANCES) {
    for (const dimension of [3, 64, 100, 768]) {
      const codec = new TurboCodec(compute, dimension, distance);
      // More than a page of rows.
      const rows = gaussianRows(300, dimension);
      const bytes = codec.encode(rows);
      t.is(bytes.length, 300 * codec.rowBytes);
      if (dimension % 32 === 0) t.is(codec.rowBytes, dimension / 2 + 16);
      const decoded = codec.decode(bytes);
      const lost = decoded.reduce((sum, value, at) => sum + (value - (rows[at] as number)) ** 2, 0);
      t.true(lost / rows.length < 0.05, `${distance} ${dimension}: ${lost / rows.length}`);
      const again = codec.decode(codec.encode(decoded));
      const moved = again.reduce((most, value, at) => Math.max(most, Math.abs(value - (decoded[at] as number))), 0);
      t.true(moved < 1e-4, `${distance} ${dimension}: moved by ${moved}`);
      t.deepEqual(
        codec.decode(bytes.subarray(codec.rowBytes, 2 * codec.rowBytes)),
        decoded.slice(dimension, 2 * dimension),
      );
      codec.close();
    }
  }
  t.is(compute.arenas.usedBytes, before);
});
