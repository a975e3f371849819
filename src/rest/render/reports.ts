import type {
  MemoryReport,
  Optimization,
  OptimizationsReport,
  PendingOptimization,
  Progress,
  SegmentInfo,
} from '../../core/answers.ts';
import { writer } from './writer.ts';

/** JSON.stringify leaves out what is undefined: so what Qdrant omits is undefined here. */
type Json = { readonly [key: string]: unknown };

/** `GET /collections/{c}/optimizations`, as OpenAPI 1.19 has it. */
export function renderOptimizations(report: OptimizationsReport): void {
  const { summary } = report;
  const json = {
    summary: {
      queued_optimizations: summary.queuedOptimizations,
      queued_segments: summary.queuedSegments,
      queued_points: summary.queuedPoints,
      idle_segments: summary.idleSegments,
    },
    running: report.running.map(optimizationJson),
    queued: report.queued?.map(pendingJson),
    completed: report.completed?.map(optimizationJson),
    idle_segments: report.idleSegments?.map(segmentJson),
  };
  writer.utf8(JSON.stringify(json));
}

function optimizationJson({ uuid, optimizer, status, segments, progress }: Optimization): Json {
  return { uuid, optimizer, status, segments: segments.map(segmentJson), progress: progressJson(progress) };
}

function pendingJson({ optimizer, segments }: PendingOptimization): Json {
  return { optimizer, segments: segments.map(segmentJson) };
}

function segmentJson({ uuid, pointsCount }: SegmentInfo): Json {
  return { uuid, points_count: pointsCount };
}

function progressJson({ name, startedAtMs, finishedAtMs, done, total, children }: Progress): Json {
  const isFinished = startedAtMs !== undefined && finishedAtMs !== undefined;
  return {
    name,
    started_at: dateText(startedAtMs),
    finished_at: dateText(finishedAtMs),
    duration_sec: isFinished ? (finishedAtMs - startedAtMs) / 1000 : undefined,
    done,
    total,
    children: children.length === 0 ? undefined : children.map(progressJson),
  };
}

function dateText(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

/** `GET /collections/{c}/memory`: what takes how much, in bytes. Qdrant does not document its own. */
export function renderMemory(report: MemoryReport): void {
  const { payloads, process } = report;
  const json = {
    vectors: Object.fromEntries(
      report.vectors.map(({ name, codes, index, originals, pending, originalsOnDisk }) => [
        name,
        { codes, index, originals, pending, originals_on_disk: originalsOnDisk },
      ]),
    ),
    payloads: { overlay: payloads.overlay, chunks: payloads.chunks, matches: payloads.matches },
    payload_indexes: Object.fromEntries(report.payloadIndexes.map(({ field, bytes }) => [field, bytes])),
    ids: report.ids,
    process: {
      budget: process.budget,
      used: process.used,
      resident: process.resident,
      value_cache: process.valueCache,
      pressure: process.pressure,
    },
  };
  writer.utf8(JSON.stringify(json));
}
