import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { VectorizerError } from '../../core/errors.ts';
import type { Files } from '../../base/world.ts';
import { fileChunks } from './file-chunks.ts';
import type { Body } from './http.ts';

/**
 * A multipart form with one file in the field `snapshot`, read from the disk as it is sent.
 *
 *     --boundary CRLF headers CRLF CRLF  <the file>  CRLF --boundary-- CRLF
 *
 * onSent   hears how many bytes of the file are on their way.
 * Throws   what the disk throws; unavailable where the file has another length at its end than at its beginning.
 */
export async function fileForm(
  files: Files,
  file: string,
  onSent: (doneBytes: number, totalBytes: number) => void,
): Promise<Body> {
  const boundary = `vectorizer-${randomUUID()}`;
  const totalBytes = (await files.stat(file))?.bytes ?? 0;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="snapshot"; filename="${quoted(path.basename(file))}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + totalBytes + tail.length,
    chunks: parts(),
  };

  async function* parts(): AsyncGenerator<Uint8Array> {
    yield head;
    let doneBytes = 0;
    for await (const chunk of fileChunks(files, file)) {
      doneBytes += chunk.length;
      if (doneBytes > totalBytes) break; // no more than was announced; told below
      yield chunk;
      onSent(doneBytes, totalBytes);
    }
    if (doneBytes !== totalBytes) throw new VectorizerError('unavailable', `${file}: it changed while it was sent`);
    yield tail;
  }
}

/** As browsers escape the name of a file. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
