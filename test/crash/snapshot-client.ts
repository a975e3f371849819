/** An error that the server answered: a finding, where it was not expected. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether the server was killed under a request: whether that has happened is then open. */
export function isGone(error: unknown): boolean {
  // So fetch says it, before an answer and in the middle of one.
  return error instanceof TypeError && error.cause !== undefined;
}

/** Carries out `job` again and again until the server is gone. */
export async function untilGone(job: () => Promise<void>): Promise<void> {
  try {
    for (;;) await job();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** The `result` of a request with a JSON body, or a form. Throws Refused. */
export async function ask(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const given =
    body === undefined
      ? {}
      : body instanceof FormData
        ? { body }
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url + path, { method, ...given });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(answer.status, `${method} ${path}: ${answer.status} ${text}`);
  return (JSON.parse(text) as { readonly result: unknown }).result;
}

/** The bytes of a file. Throws Refused. */
export async function download(url: string, path: string): Promise<Buffer<ArrayBuffer>> {
  const answer = await fetch(url + path);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Refused(answer.status, `GET ${path}: ${answer.status} ${bytes.toString()}`);
  return bytes;
}

/** How the wire describes a kept snapshot. */
export interface Description {
  readonly name: string;
  readonly size: number;
  readonly checksum: string | null;
}
