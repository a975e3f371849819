import { healthMethods } from './health.ts';
import type { Method } from './method.ts';

/** Everything that the gRPC door serves. `version` is what `HealthCheck` reports. */
export function grpcMethods(version: string): readonly Method[] {
  return [...healthMethods(version)];
}
