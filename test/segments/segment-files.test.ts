import test from 'ava';
import type { Files, World } from '../../src/base/world.ts';
import { Compute } from '../../src/compute/compute.ts';
import { openSegment, planRowsFlush, writeRows } from '../../src/segments/segment-files.ts';
import { Segment } from '../../src/segments/segment.ts';
import { SimulatedFiles } from '../storage/simulated-files.ts';

/** A disk that looks at what it is given to write some time after it was given it, as threads do. */
class LateFiles extends SimulatedFiles {
  readonly beforeWrite: () => void;

  constructor(beforeWrite: () => void) {
    super();
    this.beforeWrite = beforeWrite;
  }

  override async open(...given: Parameters<Files['open']>): ReturnType<Files['open']> {
    const file = await super.open(...given);
    const write = file.write.bind(file);
    file.write = async (parts, position) => {
      this.beforeWrite();
      return write(parts, position);
    };
    return file;
  }
}

test('a version that changes while its file is written does not damage the file', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const options = { compute, dimension: 0, distance: 'Dot', m: 8, efConstruct: 50, seed: 7 } as const;
  const segment = new Segment(1, options, undefined);
  const files = new LateFiles(() => segment.rows.setVersion(1, 6));
  const world: World = { files, nowMs: () => 0, random: () => 0 };
  const columns = { flags: new Uint8Array(3), words: Uint32Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3) };
  const vectors = new Float32Array(0);
  segment.append({ ...columns, first: 0, rowCount: 3, versions: 5, vectors }, ({ word3 }) => word3);
  try {
    await files.mkdir();
    const [plan] = planRowsFlush(segment);
    if (plan === undefined) throw new Error('there are rows to write');
    await (await writeRows(world, 's', segment, 0, plan)).file.close();
    t.is(segment.rows.versionAt(1), 6);
    const manifest = { number: 1, m: 8, efConstruct: 50, rows: [plan], removed: null, graph: null };
    const restored = await openSegment(world, 's', manifest, options);
    t.deepEqual(
      [0, 1, 2].map((row) => restored.rows.versionAt(row)),
      [5, 5, 5],
    );
    await restored.close();
  } finally {
    await compute.close();
  }
});
