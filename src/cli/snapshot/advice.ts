import { VectorizerError } from '../../core/errors.ts';

/** What a server said when it refused. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly origin: string;
}

const FETCH_AGAIN = 'the file is not what it was: fetch it again, and look at it with `vectorizer snapshot verify`';
const MAKE_ROOM = 'make room, for example with `vectorizer snapshot delete`, and try again';

/** A server's refusal: its own words, and what to do next. */
export function refusalError({ status, text, origin }: Refusal): VectorizerError {
  const said = messageOf(text);
  if (status === 401 || status === 403) {
    const key = 'give the right --api-key, or set QDRANT__SERVICE__API_KEY';
    return new VectorizerError('forbidden', `${origin}: ${said ?? `answered ${status}`}: ${key}`);
  }
  if (said === undefined) {
    const doubt = `answered ${status}: is this a Vectorizer or a Qdrant server?`;
    return new VectorizerError('unavailable', `${origin}: ${doubt}`);
  }
  if (status === 404) return new VectorizerError('not_found', `${said}; what there is: \`vectorizer snapshot list\``);
  if (status === 507) return new VectorizerError('insufficient_storage', `the server: ${said}; ${MAKE_ROOM}`);
  return new VectorizerError('bad_request', nextStep(said) === undefined ? said : `${said}; ${nextStep(said)}`);
}

/** The message of an error of the house or of the disk, with what to do next. */
export function advised(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new VectorizerError('insufficient_storage', `${error.message}; ${MAKE_ROOM}`, { cause: error });
  }
  if (!(error instanceof VectorizerError)) return error;
  const next = error.kind === 'insufficient_storage' ? MAKE_ROOM : nextStep(error.message);
  if (next === undefined || error.message.includes(next)) return error;
  return new VectorizerError(error.kind, `${error.message}; ${next}`, { cause: error });
}

function nextStep(message: string): string | undefined {
  if (/checksum mismatch/i.test(message)) return FETCH_AGAIN;
  if (/no space left|disk is full|not enough (?:disk )?space/i.test(message)) return MAKE_ROOM;
  if (message.includes('is in use by another process')) {
    return 'a running server holds it: ask that with --url instead of --storage, or stop it first';
  }
  return undefined;
}

/** Qdrant's `{"status":{"error":…}}`, or plain text; undefined where nothing in it is for people. */
function messageOf(text: string): string | undefined {
  const found = errorField(text);
  if (found !== undefined) return found;
  const plain = text.trim();
  if (plain === '' || /^[<{[]/.test(plain)) return undefined;
  return plain.length > 500 ? `${plain.slice(0, 500)}…` : plain;
}

function errorField(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { readonly status?: { readonly error?: unknown } } | null;
    const error = body?.status?.error;
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined; // Not JSON: whatever stands between us and the server may answer in its own words.
  }
}
