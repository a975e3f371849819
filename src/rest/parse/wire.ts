import { JsonTree } from '../../base/json/json-tree.ts';
import { parseJson } from '../../base/json/parse-json.ts';
import type { PointChange } from '../../core/requests.ts';
import type { ChangeForm } from './change-body.ts';
import { checkName } from './names.ts';
import type { QueryText } from './query-text.ts';

/**
 * What of a request is known before its body.
 * path   the values of the row's `:placeholders`, percent-decoded, in order.
 * query  the query string.
 */
export interface WireHead {
  readonly path: readonly string[];
  readonly query: QueryText;
}

/**
 * A request as the parsers see it.
 * body          empty where the request has none.
 * parseChanges  reads a body that changes points, off this thread where it is large.
 */
export interface Wire extends WireHead {
  readonly body: Buffer;
  readonly parseChanges: (form: ChangeForm, body: Buffer) => readonly PointChange[] | Promise<readonly PointChange[]>;
}

/** A request, and whether its client waits for the result. */
export interface Waited<Request> {
  readonly wait: boolean;
  readonly request: Request;
}

/** A file that is on its way: its bytes come as fast as they are read, once. */
export interface UploadedFile {
  /** As the client calls it; undefined where it does not. */
  readonly fileName: string | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The collection's name, which may not hold what every route forbids. */
export function readCollection(wire: WireHead): string {
  return checkName(wire.path[0] ?? '', 'any');
}

// One tree for all bodies of this thread: nothing of a tree outlives the parser that asked for it.
const scratch = new JsonTree();
const SCRATCH_FLOATS_MAX = 1 << 20;

/** The JSON of a body; valid until the next call. */
export function parseTree(body: Buffer): JsonTree {
  if (scratch.floats.length > SCRATCH_FLOATS_MAX) scratch.floats = new Float32Array(2048);
  parseJson(scratch, body, undefined);
  return scratch;
}
