import type { CollectionConfig } from '../core/collection-config.ts';
import type { Optimization, OptimizationsReport, PendingOptimization, SegmentInfo } from '../core/answers.ts';
import type { GetOptimizations } from '../core/requests.ts';
import type { OptimizationEntry, OptimizationHistory } from './optimization-history.ts';
import { dueWork } from './optimization-plan.ts';
import type { Shard } from './shard.ts';

/** What is reported of one shard, before it is cut to what was asked. */
interface ShardReport {
  readonly running: readonly Optimization[];
  readonly queued: readonly PendingOptimization[];
  readonly completed: readonly Optimization[];
  readonly idle: readonly SegmentInfo[];
}

/** What is done, was done and is to be done with a collection's segments. */
export function reportOptimizations(
  collection: { readonly number: number; readonly shards: readonly Shard[]; readonly config: CollectionConfig },
  history: OptimizationHistory,
  request: GetOptimizations,
): OptimizationsReport {
  const reports = collection.shards.map((shard, index) =>
    reportShard(shard, collection.config, history, (segment) => segmentUuid(collection.number, index, segment)),
  );
  const queued = reports.flatMap((report) => report.queued);
  const idle = reports.flatMap((report) => report.idle);
  const waiting = queued.flatMap(({ segments }) => segments);
  const completed = reports
    .flatMap((report) => report.completed)
    .toSorted((a, b) => (b.progress.finishedAtMs ?? 0) - (a.progress.finishedAtMs ?? 0));
  return {
    summary: {
      queuedOptimizations: queued.length,
      queuedSegments: waiting.length,
      queuedPoints: waiting.reduce((sum, { pointsCount }) => sum + pointsCount, 0),
      idleSegments: idle.length,
    },
    running: reports.flatMap((report) => report.running),
    queued: request.queued ? queued : undefined,
    completed: request.completed ? completed.slice(0, request.completedLimit) : undefined,
    idleSegments: request.idleSegments ? idle : undefined,
  };
}

function reportShard(
  shard: Shard,
  config: CollectionConfig,
  history: OptimizationHistory,
  uuidOf: (segment: number) => string,
): ShardReport {
  const inWords = ({ segments, ...entry }: OptimizationEntry): Optimization => ({
    ...entry,
    segments: segments.map(({ number, pointsCount }) => ({ uuid: uuidOf(number), pointsCount })),
  });
  const running = history.runningOf(shard);
  // A checkpoint stands in nobody's way.
  const busy = new Set(running?.optimizer === 'checkpoint' ? [] : running?.segments.map(({ number }) => number));
  const info = (segment: { readonly number: number; readonly liveCount: number }): SegmentInfo => ({
    uuid: uuidOf(segment.number),
    pointsCount: segment.liveCount,
  });
  const due = dueWork(shard, config)
    .map(({ optimizer, segments }) => ({ optimizer, segments: segments.filter(({ number }) => !busy.has(number)) }))
    .filter(({ segments }) => segments.length > 0);
  for (const { segments } of due) for (const { number } of segments) busy.add(number);
  return {
    running: running === undefined ? [] : [inWords(running)],
    queued: due.map(({ optimizer, segments }) => ({ optimizer, segments: segments.map(info) })),
    completed: history.completedOf(shard).map(inWords),
    idle: shard.segments.filter(({ number }) => !busy.has(number)).map(info),
  };
}

/** A UUID of version 8 (RFC 9562: the bits are the application's) with the three numbers that a segment has. */
export function segmentUuid(collection: number, shard: number, segment: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits);
  return `${hex(collection, 8)}-${hex(shard, 4)}-8000-8000-${hex(segment, 12)}`;
}
