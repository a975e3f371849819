import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

import type { SnapshotFile, SnapshotStream } from '../core/snapshots.ts';
import { parseRange } from './range.ts';
import { addCommonHeaders, type Exchange, TEXT_TYPE } from './reply.ts';

/**
 * Sends a file, or the part of it that the client wants, or a stream. Rejects with what reading has thrown: before the head
 * has gone out it can still be answered; afterwards the connection is destroyed, so that nobody takes a part for the whole.
 */
export async function sendFile(exchange: Exchange, file: SnapshotFile | SnapshotStream): Promise<void> {
  const { request } = exchange;
  if (!('read' in file)) {
    await sendContent(exchange, { status: 200, headers: headersOf(file), content: file.content, bytes: undefined });
    return;
  }
  const headers = [...headersOf(file), ...fileHeaders(file)];
  const range = parseRange(isStillThat(request, file) ? request.headers.range : undefined, file.bytes);
  switch (range.kind) {
    case 'none':
      sendUnsatisfiable(exchange, file.bytes);
      return;
    case 'whole':
      await sendContent(exchange, { status: 200, headers, content: file.read(0, file.bytes), bytes: file.bytes });
      return;
    case 'part': {
      const { start, end } = range;
      headers.push('content-range', `bytes ${start}-${end - 1}/${file.bytes}`);
      await sendContent(exchange, { status: 206, headers, content: file.read(start, end), bytes: end - start });
    }
  }
}

interface Content {
  readonly status: number;
  readonly headers: string[];
  readonly content: AsyncIterable<Uint8Array>;
  /** Undefined: as many as come. */
  readonly bytes: number | undefined;
}

async function sendContent(
  { options, request, response }: Exchange,
  { status, headers, content, bytes }: Content,
): Promise<void> {
  const chunks = counted(content, bytes);
  try {
    // Before the head: what cannot even be begun gets an answer.
    const first = await chunks.next();
    if (response.destroyed) return;
    if (bytes !== undefined) headers.push('content-length', String(bytes));
    addCommonHeaders(options, request, headers, false);
    response.writeHead(status, headers);
    if (first.done !== true) response.write(first.value);
    await pipeline(chunks, response);
  } finally {
    // The pipeline does not begin to read for a client that has already gone.
    await chunks.return();
  }
}

/** The chunks of a content that must have so many bytes. Rejects where it has not. */
async function* counted(
  content: AsyncIterable<Uint8Array>,
  bytes: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sent = 0;
  for await (const chunk of content) {
    sent += chunk.length;
    if (bytes !== undefined && sent > bytes) break;
    if (chunk.length > 0) yield chunk;
  }
  if (bytes !== undefined && sent !== bytes) throw new Error(`a file of ${bytes} bytes ended at byte ${sent}`);
}

function headersOf({ name }: { readonly name: string }): string[] {
  return ['content-type', 'application/octet-stream', 'content-disposition', contentDisposition(name)];
}

/** What helps clients to go on where a download broke off, and to know that they have it all. */
function fileHeaders(file: SnapshotFile): readonly string[] {
  const headers = ['accept-ranges', 'bytes', 'last-modified', lastModified(file)];
  const { checksum } = file;
  if (checksum === undefined) return headers;
  const digest = Buffer.from(checksum, 'hex').toString('base64');
  return [...headers, 'etag', etagOf(checksum), 'repr-digest', `sha-256=:${digest}:`];
}

function lastModified({ createdMs }: SnapshotFile): string {
  return new Date(createdMs).toUTCString();
}

function etagOf(checksum: string): string {
  return `"${checksum}"`;
}

/** `If-Range`: a range is only given of the file that the client has the rest of. */
function isStillThat(request: IncomingMessage, file: SnapshotFile): boolean {
  const condition = request.headers['if-range'];
  if (typeof condition !== 'string') return true;
  return condition === lastModified(file) || (file.checksum !== undefined && condition === etagOf(file.checksum));
}

function sendUnsatisfiable({ options, request, response }: Exchange, bytes: number): void {
  const body = `The range is not within the ${bytes} bytes of the snapshot`;
  const headers = ['content-type', TEXT_TYPE, 'content-range', `bytes */${bytes}`];
  headers.push('content-length', String(body.length));
  addCommonHeaders(options, request, headers, false);
  response.writeHead(416, headers);
  response.end(body);
}

/** RFC 6266: the name in quotes, and where it is not plain ASCII once more, percent-encoded. */
function contentDisposition(name: string): string {
  const ascii = name.replaceAll(/[^ -~]/gu, '_');
  const quoted = `attachment; filename="${ascii.replaceAll(/["\\]/g, (special) => `\\${special}`)}"`;
  if (ascii === name) return quoted;
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (special) => `%${special.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${quoted}; filename*=UTF-8''${encoded}`;
}
