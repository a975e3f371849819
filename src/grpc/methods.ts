import { collectionMethods } from './collection-methods.ts';
import { fieldMethods } from './field-methods.ts';
import { healthMethods } from './health.ts';
import type { Method } from './method.ts';
import { pointMethods } from './point-methods.ts';
import { PointParser } from './point-parser.ts';
import { queryMethods } from './query-methods.ts';
import { REFLECTION_SERVICES, reflectionMethods } from './reflection.ts';
import { streamMethods } from './stream-methods.ts';
import { snapshotMethods } from './snapshot-methods.ts';

/** Everything that the gRPC door serves. `version` is what `HealthCheck` reports. */
export function grpcMethods(version: string): readonly Method[] {
  const points = new PointParser();
  const methods = [
    ...healthMethods(version),
    ...collectionMethods(),
    ...streamMethods(points),
    ...pointMethods(points),
    ...queryMethods(),
    ...fieldMethods(),
    ...snapshotMethods(),
  ];
  return [...methods, ...reflectionMethods([...servicesOf(methods), ...REFLECTION_SERVICES])];
}

/** `qdrant.Points` of `/qdrant.Points/Query`. */
function servicesOf(methods: readonly Method[]): readonly string[] {
  return [...new Set(methods.map(({ path }) => path.slice(1, path.lastIndexOf('/'))))].toSorted();
}
