import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

import { Busboy, type BusboyInstance } from '@fastify/busboy';

import { ClientGone } from './body.ts';
import type { UploadedFile } from './parse/wire.ts';

/** A form that is none, or breaks off, or lacks its field: 400, in plain text as in Qdrant. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** A file whose beginning has come. */
export interface Upload extends UploadedFile {
  /** Resolves when the whole body has come, which it does as fast as `content` is read; rejects if it never will. */
  readonly received: Promise<void>;
  /** What the body broke off with, if it did. */
  readonly failure: () => Error | undefined;
}

/**
 * Waits for a field of a form, `multipart/form-data`, that is the body of a request; all others are passed over. The file's
 * bytes are read from the connection as they are asked for.
 * Throws FormError, ClientGone.
 */
export function receiveUpload(request: IncomingMessage, fieldName: string): Promise<Upload> {
  const parser = openParser(request);
  const found = Promise.withResolvers<Upload>();
  const received = Promise.withResolvers<void>();
  // Only some listen.
  received.promise.catch(() => undefined);
  let content: Readable | undefined;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    if (failure !== undefined) return;
    failure = error;
    found.reject(error);
    received.reject(error);
    content?.destroy(error);
  };
  parser.on('file', (name, file, fileName: string | undefined) => {
    // Told by `fail`, or by whoever reads.
    file.on('error', () => undefined);
    if (name !== fieldName || content !== undefined) {
      file.resume();
      return;
    }
    content = file;
    found.resolve({ fileName, content: file, received: received.promise, failure: () => failure });
  });
  parser.on('finish', () => {
    found.reject(new FormError(`Required field is missing: ${fieldName}`));
    received.resolve();
  });
  parser.on('error', () => fail(new FormError('Multipart stream is incomplete')));
  const hangUp = (): void => {
    if (!request.complete) fail(new ClientGone('the upload broke off'));
  };
  request.on('error', hangUp);
  request.on('close', hangUp);
  request.pipe(parser);
  return found.promise;
}

function openParser(request: IncomingMessage): BusboyInstance {
  const type = request.headers['content-type'];
  if (type === undefined) throw new FormError('Could not find Content-Type header');
  if (!/^multipart\/form-data/i.test(type)) throw new FormError('Could not parse Content-Type header');
  try {
    // Every field is a file: fields that are not would be gathered.
    return new Busboy({ headers: { ...request.headers, 'content-type': type }, isPartAFile: () => true });
  } catch {
    // To translate: the one thing that the parser can miss in such a type.
    throw new FormError('Multipart boundary is not found');
  }
}
