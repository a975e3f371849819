import type { IncomingMessage } from 'node:http';
import type { Files } from '../../base/world.ts';
import { VectorizerError } from '../../core/errors.ts';
import { refusalError } from './advice.ts';
import { parseCollections, parseKept, parseKeptList } from './answers.ts';
import { connectionFault, send, textOf, type Body, type Exchange } from './http.ts';
import { fileForm } from './multipart.ts';
import {
  collectionOf,
  type FullRecovery,
  type Kept,
  type PhaseName,
  type Place,
  type Recovery,
  type Scope,
  type Work,
} from './place.ts';

export interface RemoteOptions {
  readonly base: URL;
  readonly apiKey: string | undefined;
  readonly files: Files;
  readonly signal: AbortSignal;
}

/** An answer that is JSON: a list of ten thousand snapshots has two megabytes. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20;

/** Snapshots of a running server, over Qdrant's REST. */
export class RemotePlace implements Place {
  readonly #options: RemoteOptions;

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  get option(): string {
    return `--url ${this.#options.base.href.replace(/\/$/, '')}`;
  }

  async collections(): Promise<readonly string[]> {
    return parseCollections(await this.#result('GET', '/collections', undefined));
  }

  async list(scope: Scope): Promise<readonly Kept[]> {
    return parseKeptList(scope, await this.#result('GET', snapshotsPath(scope), undefined));
  }

  async create(scope: Scope, work: Work): Promise<Kept> {
    work.phase('create');
    return parseKept(scope, await this.#result('POST', `${snapshotsPath(scope)}?wait=true`, undefined));
  }

  whereabouts({ scope, name }: Kept): string {
    return this.#options.base.href.replace(/\/$/, '') + snapshotPath(scope, name);
  }

  async read({ scope, name }: Kept): Promise<AsyncIterable<Uint8Array>> {
    return this.#content(await this.#send('GET', snapshotPath(scope, name), undefined));
  }

  async delete(scope: Scope, name: string): Promise<void> {
    await this.#result('DELETE', `${snapshotPath(scope, name)}?wait=true`, undefined);
  }

  async recover({ collection, source, checksum }: Recovery, work: Work): Promise<void> {
    const path = snapshotsPath({ kind: 'collection', collection });
    if (source.kind === 'url') {
      work.phase('recover');
      const { url, apiKey } = source;
      const request = { location: url.href, priority: 'snapshot', checksum, api_key: apiKey };
      await this.#result('PUT', `${path}/recover?wait=true`, jsonBody(request));
      return;
    }
    work.phase('upload');
    const form = await fileForm(this.#options.files, source.path, (doneBytes, totalBytes) => {
      work.progress({ doneBytes, totalBytes });
      // All is on its way: from here on the server works, and does not say how far it is.
      if (doneBytes === totalBytes) work.phase('recover');
    });
    const query = `wait=true&priority=snapshot${checksum === undefined ? '' : `&checksum=${checksum}`}`;
    await this.#result('POST', `${path}/upload?${query}`, form);
  }

  async recoverFull({ path }: FullRecovery): Promise<void> {
    throw new VectorizerError(
      'bad_input',
      `${path} is a full snapshot, which a running server does not take: start one with it, ` +
        `\`vectorizer serve --storage-snapshot ${path}\`, or recover the folder of a stopped one, ` +
        `\`vectorizer snapshot recover ${path} --storage FOLDER\``,
    );
  }

  leftBehind(phase: PhaseName): string {
    return LEFT_BEHIND[phase];
  }

  async close(): Promise<void> {}

  /** The `result` of the answer. */
  async #result(method: Exchange['method'], path: string, body: Body | undefined): Promise<unknown> {
    const answer = await this.#send(method, path, body);
    const text = await this.#text(answer, ANSWER_BYTES_MAX);
    try {
      const { result } = JSON.parse(text) as { readonly result: unknown };
      return result;
    } catch (cause) {
      const { origin } = this.#options.base;
      const message = `${origin}: the answer to ${method} ${path} is no JSON object: is this a Vectorizer or a Qdrant server?`;
      throw new VectorizerError('unavailable', message, { cause });
    }
  }

  /** The answer, which is a success. */
  async #send(method: Exchange['method'], path: string, body: Body | undefined): Promise<IncomingMessage> {
    const { base, apiKey, signal } = this.#options;
    const headers = apiKey === undefined ? {} : { 'api-key': apiKey };
    const answer = await send({ method, base, path, headers, body, signal });
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw refusalError({ status, text: await this.#text(answer, 65_536), origin: base.origin });
  }

  async #text(answer: IncomingMessage, bytesMax: number): Promise<string> {
    try {
      return await textOf(answer, bytesMax);
    } catch (error) {
      throw connectionFault(error, this.#options.base); // translated: what the system says is not for users
    }
  }

  async *#content(answer: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* answer as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw connectionFault(error, this.#options.base); // translated, as above
    }
  }
}

const LEFT_BEHIND: Readonly<Record<PhaseName, string>> = {
  create: 'a snapshot that the server is still making may appear in its list (`vectorizer snapshot list`)',
  download: 'the snapshot itself stays on the server (`vectorizer snapshot list`)',
  upload: '',
  recover: 'the server may still finish the recovery that it has begun',
  verify: '',
};

function snapshotsPath(scope: Scope): string {
  const collection = collectionOf(scope);
  return collection === undefined ? '/snapshots' : `/collections/${encodeURIComponent(collection)}/snapshots`;
}

function snapshotPath(scope: Scope, name: string): string {
  return `${snapshotsPath(scope)}/${encodeURIComponent(name)}`;
}

function jsonBody(value: object): Body {
  const bytes = Buffer.from(JSON.stringify(value));
  return {
    contentType: 'application/json',
    bytes: bytes.length,
    chunks: (async function* chunks(): AsyncGenerator<Uint8Array> {
      yield bytes;
    })(),
  };
}
