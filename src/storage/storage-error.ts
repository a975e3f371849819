import { VectorizerError } from '../core/errors.ts';

// EFBIG: a limit on the length of files (ulimit -f, or the file system's own) fills up like a disk does.
const FULL_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The `code` of an error of Node or of a library, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Translates what the disk said: a full disk becomes insufficient_storage, any other error of the system becomes
 * internal with the file's name. What is no error of the system stays as it is.
 */
export function storageError(error: unknown, path: string): Error {
  if (!(error instanceof Error)) return new Error(`${path}: ${String(error)}`, { cause: error });
  const code = errorCode(error);
  if (code === undefined) return error;
  if (FULL_CODES.has(code)) {
    return new VectorizerError('insufficient_storage', `no space left on the disk while writing ${path}`, {
      cause: error,
    });
  }
  return new VectorizerError('internal', `${path}: ${error.message}`, { cause: error });
}
