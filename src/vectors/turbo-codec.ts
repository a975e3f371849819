import { invariant } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import type { Distance } from '../core/collection-config.ts';
import { chooseCode } from './field-code.ts';
import { FieldMemory } from './field-memory.ts';
import * as layout from '../kernels/layout.ts';

/**
 * Rows of the turbo4 datatype as bytes and back: the very codes that searches go by, four bits a coordinate and the row's
 * tail. What a code stands for is coded as itself again, so that rows can be copied any number of times.
 */
export class TurboCodec {
  readonly rowBytes: number;
  private readonly compute: Compute;
  private readonly dimension: number;
  private readonly distance: Distance;
  /** A page of rows to work in; made when it is first needed. */
  private page: FieldMemory | undefined;

  constructor(compute: Compute, dimension: number, distance: Distance) {
    this.compute = compute;
    this.dimension = dimension;
    this.distance = distance;
    this.rowBytes = chooseCode(dimension, 'turbo4', undefined).codeBytes + layout.ROW_TAIL_BYTES;
  }

  /** rows: f32[dimension] each, end to end. Throws insufficient_storage. */
  encode(rows: Float32Array): Uint8Array {
    const { dimension, rowBytes } = this;
    const count = rows.length / dimension;
    invariant(Number.isInteger(count), 'turbo codec: whole rows');
    const page = this.openPage();
    const bytes = new Uint8Array(count * rowBytes);
    for (let first = 0; first < count; first += layout.PAGE_ROWS) {
      const rowCount = Math.min(layout.PAGE_ROWS, count - first);
      page.quantise(0, rows.subarray(first * dimension, (first + rowCount) * dimension), rowCount);
      for (let row = 0; row < rowCount; row++) bytes.set(page.hotRow(row), (first + row) * rowBytes);
    }
    return bytes;
  }

  /** As `encode`, the other way. */
  decode(bytes: Uint8Array): Float32Array {
    const { dimension, rowBytes } = this;
    const count = bytes.length / rowBytes;
    invariant(Number.isInteger(count), 'turbo codec: whole rows');
    const page = this.openPage();
    const rows = new Float32Array(count * dimension);
    for (let row = 0; row < count; row++) {
      page.hotRow(0).set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
      rows.set(page.dequantise(0), row * dimension);
    }
    return rows;
  }

  close(): void {
    this.page?.close();
    this.page = undefined;
  }

  private openPage(): FieldMemory {
    if (this.page !== undefined) return this.page;
    const { dimension, distance } = this;
    const code = chooseCode(dimension, 'turbo4', undefined);
    const shape = { dimension, distance, m: 0, efConstruct: 0, code, remainders: false };
    this.page = new FieldMemory(this.compute.arenas.forField(), shape);
    this.page.reserve(1, () => 0);
    return this.page;
  }
}
