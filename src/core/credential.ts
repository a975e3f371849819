const BEARER = 'Bearer ';

/** What a caller proves itself with: `api-key`, else the token of `authorization: Bearer …` (SURFACE.md 4.1). */
export function credentialOf(headers: {
  readonly 'api-key'?: unknown;
  readonly authorization?: string | undefined;
}): string | undefined {
  const key = headers['api-key'];
  if (typeof key === 'string') return key;
  const { authorization } = headers;
  return authorization?.startsWith(BEARER) === true ? authorization.slice(BEARER.length) : undefined;
}
