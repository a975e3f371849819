import { dataDamaged } from '../core/errors.ts';
import { decodeTarHeader, encodeTarHeader, TAR_BLOCK_BYTES, TAR_END_BYTES, tarPadding } from './tar.ts';

/** A member of an archive that is to be written; `content` must give exactly `bytes`. */
export interface ArchiveMember {
  readonly name: string;
  readonly bytes: number;
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A member as it is read: what is left of `content` when the next one is asked for is passed over. */
export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: number;
  /** Whether it is a plain file: no link, no folder, no words about what follows. */
  readonly isFile: boolean;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The bytes of a tar of these members, in order. */
export async function* writeArchive(
  members: AsyncIterable<ArchiveMember>,
  modifiedMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { name, bytes, content } of members) {
    yield encodeTarHeader({ name, bytes }, modifiedMs);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      yield piece;
    }
    if (written !== bytes) throw dataDamaged(name, `gave ${written} bytes instead of ${bytes}`);
    const padding = tarPadding(bytes);
    if (padding > 0) yield Buffer.alloc(padding);
  }
  yield Buffer.alloc(TAR_END_BYTES);
}

/**
 * The members of a tar, as they come. The content of one must be read before the next is asked for, or not at all.
 *
 * place    in the words of errors.
 * Throws   data_damaged where a header is none, where the archive ends too early, or goes on behind its end.
 */
export async function* readArchive(
  source: AsyncIterable<Uint8Array>,
  place: string,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const input = new Input(source, place);
  try {
    for (;;) {
      const at = input.position;
      const block = await input.exactly(TAR_BLOCK_BYTES);
      if (isEmpty(block)) break;
      const header = decodeTarHeader(block);
      if (header === undefined) throw dataDamaged(`${place} at byte ${at}`, 'no header of a tar');
      const { name, bytes, type } = header;
      const end = input.position + bytes;
      yield { name, bytes, isFile: type === '0' || type === '\0', content: input.upTo(end) };
      await input.skipTo(end + tarPadding(bytes));
    }
    const at = input.position;
    if (!isEmpty(await input.exactly(TAR_BLOCK_BYTES)))
      throw dataDamaged(`${place} at byte ${at}`, 'half an end of a tar');
    for await (const piece of input.upTo(Number.MAX_SAFE_INTEGER)) {
      if (!isEmpty(piece))
        throw dataDamaged(`${place} at byte ${input.position - piece.length}`, 'goes on behind its end');
    }
  } finally {
    await input.close();
  }
}

function isEmpty(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Bytes that come in pieces, to be taken in the lengths that a reader wants. */
class Input {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #place: string;
  #piece: Uint8Array = new Uint8Array(0);
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>, place: string) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.#place = place;
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  async exactly(count: number): Promise<Buffer> {
    const end = this.#position + count;
    const taken: Uint8Array[] = [];
    // Copied: a piece may change when the next one comes.
    for await (const piece of this.upTo(end)) taken.push(Buffer.from(piece));
    this.#refuseBefore(end);
    return Buffer.concat(taken);
  }

  /** What comes before the position `end`, or before everything ends. */
  async *upTo(end: number): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#position < end && (await this.#fill())) {
      const piece = this.#piece.subarray(0, end - this.#position);
      this.#piece = this.#piece.subarray(piece.length);
      this.#position += piece.length;
      yield piece;
    }
  }

  async skipTo(end: number): Promise<void> {
    for await (const _ of this.upTo(end));
    this.#refuseBefore(end);
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#pieces.return?.();
  }

  /** Makes sure that there is something to take; false at the end of everything. */
  async #fill(): Promise<boolean> {
    while (this.#piece.length === 0) {
      if (this.#ended) return false;
      const next = await this.#pieces.next();
      if (next.done === true) this.#ended = true;
      else this.#piece = next.value;
    }
    return true;
  }

  #refuseBefore(end: number): void {
    if (this.#position < end) throw dataDamaged(`${this.#place} at byte ${this.#position}`, 'the file ends too early');
  }
}
