import { perform } from '../operations/perform.ts';
import type { House } from '../operations/house.ts';
import type { Operation } from '../operations/operation.ts';
import { type Context, lasting } from '../core/context.ts';
import type { SnapshotFile, SnapshotStream } from '../core/snapshots.ts';
import type { UploadedFile, Waited, Wire, WireHead } from './parse/wire.ts';
import type { Render } from './render/writer.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Place {
  readonly method: Method;
  readonly segments: readonly string[];
}

/**
 * A row that answers in one piece, its types closed over.
 * kind  'json': the answer gets Qdrant's envelope; 'bare': JSON without it; 'text': plain text.
 * run   parses, performs, and returns what renders the answer. Throws what errors.ts translates.
 */
export interface AnswerRoute extends Place {
  readonly kind: 'json' | 'bare' | 'text';
  readonly run: (house: House, context: Context, wire: Wire) => Promise<() => void>;
}

/** Work that is under way; `done` resolves with what renders its result. */
export interface Work {
  /** Whether the client wants to hear how it ends. */
  readonly wait: boolean;
  readonly done: Promise<() => void>;
}

/** A row of work that goes on when the client has hung up. */
export interface WorkRoute extends Place {
  readonly kind: 'work';
  readonly begin: (house: House, context: Context, wire: Wire) => Work;
}

/** The same with a file for a body, which is never held as a whole: what stands before the body is parsed first. */
export interface UploadRoute extends Place {
  readonly kind: 'upload';
  readonly begin: (house: House, context: Context, head: WireHead) => (file: UploadedFile) => Work;
}

/** A row that sends a file as it is, and says in plain text why it cannot. */
export interface DownloadRoute extends Place {
  readonly kind: 'download';
  readonly open: (house: House, context: Context, head: WireHead) => Promise<SnapshotFile | SnapshotStream>;
}

/** A row of the table. */
export type Route = AnswerRoute | WorkRoute | UploadRoute | DownloadRoute;

/** One row: `render(await perform(context, operation, parse(wire)))`, type-checked end to end. */
export function route<Request, Answer>(
  pattern: `${Method} /${string}`,
  parse: (wire: Wire) => Request | Promise<Request>,
  operation: Operation<Request, Answer>,
  render: Render<Answer>,
): Route {
  const run: AnswerRoute['run'] = async (house, context, wire) => {
    const parsed = parse(wire);
    const request = parsed instanceof Promise ? await parsed : parsed;
    const answer = await perform(house, context, operation, request);
    return () => render(answer);
  };
  return { ...patternParts(pattern), kind: 'json', run };
}

/** A row of work: as `route`, but that the work does not end with the connection. */
export function workRoute<Request, Answer>(
  pattern: `${Method} /${string}`,
  parse: (wire: Wire) => Waited<Request>,
  operation: Operation<Request, Answer>,
  render: Render<Answer>,
): WorkRoute {
  const begin: WorkRoute['begin'] = (house, context, wire) => {
    const { wait, request } = parse(wire);
    return { wait, done: performed(house, context, { operation, request, render }) };
  };
  return { ...patternParts(pattern), kind: 'work', begin };
}

/** The same for a file that is sent; `parse` returns what makes the request of it. */
export function uploadRoute<Request, Answer>(
  pattern: `${Method} /${string}`,
  parse: (head: WireHead) => Waited<(file: UploadedFile) => Request>,
  operation: Operation<Request, Answer>,
  render: Render<Answer>,
): UploadRoute {
  const begin: UploadRoute['begin'] = (house, context, head) => {
    const { wait, request: requestOf } = parse(head);
    return (file) => ({
      wait,
      done: performed(house, context, { operation, request: requestOf(file), render }),
    });
  };
  return { ...patternParts(pattern), kind: 'upload', begin };
}

interface Asked<Request, Answer> {
  readonly operation: Operation<Request, Answer>;
  readonly request: Request;
  readonly render: Render<Answer>;
}

async function performed<Request, Answer>(
  house: House,
  context: Context,
  { operation, request, render }: Asked<Request, Answer>,
): Promise<() => void> {
  const answer = await perform(house, lasting(context), operation, request);
  return () => render(answer);
}

/** A row that sends what the operation opens. */
export function downloadRoute<Request>(
  pattern: `${Method} /${string}`,
  parse: (head: WireHead) => Request,
  operation: Operation<Request, SnapshotFile | SnapshotStream>,
): DownloadRoute {
  const open: DownloadRoute['open'] = async (house, context, head) => perform(house, context, operation, parse(head));
  return { ...patternParts(pattern), kind: 'download', open };
}

/** A row that needs no operation: `render` writes the whole body. */
export function plainRoute(pattern: `${Method} /${string}`, kind: AnswerRoute['kind'], render: () => void): Route {
  return { ...patternParts(pattern), kind, run: () => Promise.resolve(render) };
}

/** A row that always fails, once `check` has found the request sound. */
export function refusedRoute(pattern: `${Method} /${string}`, check: (wire: Wire) => never): Route {
  return {
    ...patternParts(pattern),
    kind: 'json',
    run: (_house, _context, wire) => Promise.reject(caught(check, wire)),
  };
}

function caught(check: (wire: Wire) => never, wire: Wire): Error {
  try {
    return check(wire);
  } catch (error) {
    // To translate: a throw into a rejection, as `run` promises.
    return error instanceof Error ? error : new Error(String(error));
  }
}

function patternParts(pattern: string): Place {
  const [method = '', path = ''] = pattern.split(' ');
  return { method: method as Method, segments: path.split('/').filter((segment) => segment !== '') };
}

export interface Match {
  readonly route: Route;
  /** Values of the placeholders, percent-decoded. */
  readonly path: readonly string[];
}

/** A table of rows as a tree of path segments; fixed segments win over placeholders. */
interface Branch {
  readonly fixed: Map<string, Branch>;
  placeholder: Branch | undefined;
  readonly routes: Map<string, Route>;
}

/** Finds rows by method and path. No `HEAD`, no `405`: what is not in the table is not there, as in Qdrant. */
export class Router {
  private readonly root: Branch = emptyBranch();

  constructor(routes: readonly Route[]) {
    for (const row of routes) {
      let branch = this.root;
      for (const segment of row.segments) branch = grow(branch, segment);
      branch.routes.set(row.method, row);
    }
  }

  /** `path` as it was sent, without query. Repeated slashes are one, a trailing one is none, `/qdrant` before all is none. */
  find(method: string, path: string): Match | undefined {
    const segments = path.split('/');
    let branch: Branch | undefined = this.root;
    let values: string[] | undefined;
    let isFirst = true;
    for (const segment of segments) {
      if (segment === '') continue;
      if (isFirst && segment === 'qdrant') {
        isFirst = false;
        continue;
      }
      isFirst = false;
      const fixed: Branch | undefined = branch.fixed.get(segment);
      if (fixed === undefined) {
        if (branch.placeholder === undefined) return undefined;
        (values ??= []).push(decodeSegment(segment));
        branch = branch.placeholder;
      } else branch = fixed;
    }
    const found = branch.routes.get(method);
    return found === undefined ? undefined : { route: found, path: values ?? NO_VALUES };
  }
}

const NO_VALUES: readonly string[] = [];

function emptyBranch(): Branch {
  return { fixed: new Map(), placeholder: undefined, routes: new Map() };
}

function grow(branch: Branch, segment: string): Branch {
  if (segment.startsWith(':')) return (branch.placeholder ??= emptyBranch());
  const next = branch.fixed.get(segment) ?? emptyBranch();
  branch.fixed.set(segment, next);
  return next;
}

/** A segment that is not well encoded stays as it is: no collection has such a name. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // To translate: there is nothing to say about it here; the name rules and the catalogue will.
    return segment;
  }
}
