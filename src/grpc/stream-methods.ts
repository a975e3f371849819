import { ScrollPoints } from '../../generated/points.js';
import { QueryStreamRequest } from '../../generated/vectorizer/v1/vectorizer.js';
import { BinaryReader } from '../../generated/wire.js';
import type { Record, UpdateResult } from '../core/answers.ts';
import type { Context } from '../core/context.ts';
import type { UpdatePoints } from '../core/requests.ts';
import type { House } from '../operations/house.ts';
import { perform } from '../operations/perform.ts';
import { streamPoints, updatePoints } from '../operations/points.ts';
import { queryPoints } from '../operations/query.ts';
import { invalidArgument } from './grpc-error.ts';
import { message, type StreamingMethod } from './method.ts';
import { queryPointsOf } from './parse/query.ts';
import { scrollPointsOf } from './parse/reads.ts';
import type { PointParser } from './point-parser.ts';
import { writeRetrievedPoint } from './render/points.ts';
import { writeQueried } from './render/queries.ts';
import { writeUpdateResult } from './render/updates.ts';
import { failureStatus } from './status.ts';
import { clientStream, conversation, serverStream, type Summary } from './streams.ts';
import { writer } from './wire/proto-writer.ts';

const SERVICE = '/vectorizer.v1.Streams';
/** Points of a message of ScrollStream where the client does not say. */
const PAGE_POINTS = 1000;

/** The package `vectorizer.v1`: calls of the kinds that Qdrant has none of. */
export function streamMethods(points: PointParser): readonly StreamingMethod[] {
  return [
    serverStream(
      `${SERVICE}/ScrollStream`,
      message(ScrollPoints, (request) => scrollPointsOf({ ...request, limit: request.limit ?? PAGE_POINTS })),
      streamPoints,
      renderPage,
    ),
    clientStream(`${SERVICE}/UpsertStream`, points.parse('upsert'), updatePoints, upsertSummary),
    conversation(`${SERVICE}/QueryStream`, answerQuery),
  ];
}

/** `ScrollStreamResponse`. */
function renderPage(points: readonly Record[]): void {
  for (const point of points) writeRetrievedPoint(1, point);
}

/** `UpsertStreamResponse`. */
function upsertSummary(): Summary<UpdatePoints, UpdateResult> {
  let batches = 0;
  let points = 0;
  let last: UpdateResult | undefined;
  return {
    add: ({ change }, result) => {
      batches += 1;
      points += change.kind === 'upsert' ? change.points.ids.count : 0;
      last = result;
    },
    render: (seconds) => {
      if (batches > 0) writer.varint(1, batches);
      if (points > 0) writer.varint(2, points);
      if (last !== undefined) writeUpdateResult(3, last);
      writer.double(4, seconds);
    },
  };
}

/** `QueryStreamRequest` → `QueryStreamResponse`. Bytes that are no request end the call; a query that fails does not. */
async function answerQuery(house: House, context: Context, bytes: Buffer): Promise<(seconds: number) => void> {
  const { id, query } = QueryStreamRequest.decode(new BinaryReader(bytes));
  try {
    if (query === undefined) throw invalidArgument('query is missing');
    const answer = await perform(house, context, queryPoints, queryPointsOf(query));
    return (seconds) => {
      writeId(id);
      const start = writer.begin(2);
      writeQueried(answer, seconds);
      writer.end(start);
    };
  } catch (error) {
    // To translate: one query that fails is an answer.
    const { code, message } = failureStatus(error);
    return () => {
      writeId(id);
      const start = writer.begin(3);
      writer.varint(1, code);
      writer.string(2, message);
      writer.end(start);
    };
  }
}

function writeId(id: bigint): void {
  if (id !== 0n) writer.varint(1, id);
}
