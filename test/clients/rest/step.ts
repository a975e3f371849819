import { type Json, parseExactly, type RawNumber, type Render } from './canonical.ts';

/** A body as it is written: RawNumber where a number would lose digits. */
export type Body = null | boolean | number | string | RawNumber | readonly Body[] | { readonly [key: string]: Body };

/** What gRPC says where the two wires differ by design (each use names the fact). */
export interface GrpcError {
  readonly code: string;
  /** Absent: the code alone is compared. */
  readonly message?: string;
}

export interface Step {
  readonly name: string;
  /** Such as `POST /collections/items/points/search`. */
  readonly request: string;
  readonly body?: Body;
  readonly render: Render;
}

/** A step whose answer no REST request gives. */
export interface GrpcStep {
  readonly name: string;
  readonly grpc: GrpcError;
}

export const answers = (name: string, request: string, body: Body, render: Render): Step => ({
  name,
  request,
  body,
  render,
});
export const reads = (name: string, request: string, render: Render): Step => ({ name, request, render });
export const refusedByGrpc = (name: string, code: string, message?: string): GrpcStep => ({
  name,
  grpc: { code, ...(message === undefined ? {} : { message }) },
});

/** SURFACE.md 1.2. Of those with one status, messages that tell them apart do not come up here. */
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  409: 'ALREADY_EXISTS',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

// SURFACE.md 1.3: REST tells the names of the structures that it flattens; section 2: gRPC does not, and says "in body".
const VALIDATION = /^Validation error in (?:JSON body|path parameters|query parameters): \[/;
const WRAPPERS = /^(?:internal|search_request|scroll_request|count_request|search_group_request\.group_request)\./;

function grpcMessage(message: string): string {
  const rest = message.replace(VALIDATION, '');
  return rest === message ? message : `Validation error in body: [${rest.replace(WRAPPERS, '')}`;
}

/** Asks the server by REST, and gives the answer in the form that a gRPC program has to print. */
export async function answerOf(url: string, { request, body, render }: Step): Promise<Json> {
  const [method = '', path = ''] = request.split(' ');
  const given =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url + path, { method, ...given });
  const answer = parseExactly(await response.text()) as { readonly [key: string]: Json };
  if (response.ok) return render('result' in answer ? (answer['result'] ?? null) : answer);
  const { error } = answer['status'] as { readonly error: string };
  return { error: { code: CODES[response.status] ?? `HTTP ${response.status}`, message: grpcMessage(error) } };
}
