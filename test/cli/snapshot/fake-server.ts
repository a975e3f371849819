import { createHash, randomBytes } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server misbehaves. */
export interface Faults {
  /** Sends half of a download and hangs up. */
  torn?: boolean;
  /** Sends half of a download, and then nothing. */
  stuck?: boolean;
  /** Never answers a request for a snapshot to be made. */
  neverMade?: boolean;
  /** Tells another checksum than that of the content. */
  wrongChecksum?: boolean;
  /** Answers everything so. */
  refusal?: { readonly status: number; readonly body: string };
  /** Fails to make snapshots of this collection. */
  broken?: string;
  /** The name of every snapshot. */
  name?: string;
}

interface Upload {
  readonly collection: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly fileName: string;
  readonly content: Buffer;
}

/** What a server says and does about snapshots, as far as clients see it: Qdrant's wire over a map. */
export class FakeServer {
  readonly faults: Faults = {};
  /** Bytes of what is kept, by path: `/collections/books/snapshots/NAME`. */
  readonly kept: Map<string, Buffer> = new Map();
  readonly collections: string[];
  readonly uploads: Upload[] = [];
  readonly recoveries: { readonly collection: string; readonly body: unknown }[] = [];
  /** Method and path of every request, and the key that came with it. */
  readonly requests: { readonly line: string; readonly apiKey: string | undefined }[] = [];
  readonly #server: http.Server;
  #count = 0;
  #heard: (() => void) | undefined;

  private constructor(collections: readonly string[]) {
    this.collections = [...collections];
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(collections: readonly string[]): Promise<FakeServer> {
    const fake = new FakeServer(collections);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Resolves when the server is where it will never go on: stuck or neverMade. */
  untilStuck(): Promise<void> {
    return new Promise((resolve) => (this.#heard = resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Not `new URL`: that would resolve a collection named `..`.
    const [pathname = '', search] = (request.url ?? '').split('?');
    this.requests.push({
      line: `${request.method} ${request.url}`,
      apiKey: request.headers['api-key'] as string | undefined,
    });
    const { refusal } = this.faults;
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(refusal.body);
      return;
    }
    if (pathname === '/collections') return ok(response, { collections: this.collections.map((name) => ({ name })) });
    const [, collection, action] = /^(?:\/collections\/([^/]+))?\/snapshots(?:\/(.+))?$/.exec(pathname) ?? [];
    const name = collection === undefined ? undefined : decodeURIComponent(collection);
    const isNew = action === 'upload' || action === 'recover';
    if (name !== undefined && !isNew && !this.collections.includes(name)) {
      return fail(response, 404, `Not found: Collection \`${name}\` doesn't exist!`);
    }
    if (request.method === 'POST' && action === undefined) return this.#make(pathname, name, response);
    if (request.method === 'GET' && action === undefined) {
      const paths = [...this.kept.keys()].filter((path) => path.startsWith(`${pathname}/`));
      return ok(
        response,
        paths.map((path) => this.#description(path)),
      );
    }
    if (action === 'upload') return this.#upload(name ?? '', new URLSearchParams(search), request, response);
    if (action === 'recover') {
      this.recoveries.push({ collection: name ?? '', body: JSON.parse((await gather(request)).toString()) });
      return ok(response, true);
    }
    const content = this.kept.get(pathname);
    if (content === undefined) return fail(response, 404, `Not found: Snapshot ${action} not found`);
    if (request.method === 'DELETE') return ok(response, this.kept.delete(pathname));
    return this.#send(content, response);
  }

  #make(path: string, collection: string | undefined, response: ServerResponse): void {
    if (this.faults.neverMade === true) return this.#heard?.();
    if (collection !== undefined && this.faults.broken === collection) {
      return fail(response, 500, 'Service internal error: disk on fire');
    }
    this.#count += 1;
    const name = this.faults.name ?? `${collection ?? 'full-snapshot'}-0-2026-11-22-03-10-0${this.#count}.snapshot`;
    this.kept.set(`${path}/${name}`, randomBytes(300_000 + this.#count));
    return ok(response, this.#description(`${path}/${name}`));
  }

  #description(path: string): object {
    const content = this.kept.get(path) ?? Buffer.alloc(0);
    return {
      name: path.slice(path.indexOf('/snapshots/') + '/snapshots/'.length),
      creation_time: '2026-11-22T03:10:00',
      size: content.length,
      checksum: this.faults.wrongChecksum === true ? '0'.repeat(64) : sha256(content),
    };
  }

  #send(content: Buffer, response: ServerResponse): void {
    response.writeHead(200, { 'content-length': content.length });
    const { torn, stuck } = this.faults;
    if (torn !== true && stuck !== true) {
      response.end(content);
      return;
    }
    response.write(content.subarray(0, content.length / 2), () => {
      // Later: what was sent must have arrived before the connection breaks.
      if (torn === true) setTimeout(() => response.destroy(), 50);
      else setTimeout(() => this.#heard?.(), 200);
    });
  }

  async #upload(
    collection: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const form = await new Response(new Uint8Array(await gather(request)), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('snapshot') as File;
    const content = Buffer.from(await file.arrayBuffer());
    const contentType = request.headers['content-type'] ?? '';
    this.uploads.push({ collection, query, contentType, fileName: file.name, content });
    const expected = query.get('checksum');
    if (expected !== null && expected !== sha256(content)) {
      const message = `Wrong input: Checksum mismatch: expected ${sha256(content)}, actual ${expected}`;
      return fail(response, 400, message);
    }
    this.collections.push(collection);
    return ok(response, true);
  }
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function gather(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ok(response: ServerResponse, result: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ result, status: 'ok', time: 0 }));
}

function fail(response: ServerResponse, status: number, error: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ status: { error }, time: 0 }));
}
