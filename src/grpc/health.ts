import {
  HealthCheckRequest as ServiceCheckRequest,
  HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
} from '../../generated/health_check.js';
import { HealthCheckReply, HealthCheckRequest } from '../../generated/qdrant.js';
import { message, type Method, plain } from './method.ts';
import { writer } from './wire/proto-writer.ts';

/** Whether the server is there: Qdrant's own method, and gRPC's, which Qdrant always answers with SERVING. */
export function healthMethods(version: string): readonly Method[] {
  const reply = HealthCheckReply.encode({
    title: 'qdrant - vector search engine',
    version,
    commit: undefined,
  }).finish();
  const health = HealthCheckResponse.encode({ status: HealthCheckResponse_ServingStatus.SERVING }).finish();
  return [
    plain('/qdrant.Qdrant/HealthCheck', message(HealthCheckRequest, same), () => writer.raw(reply)),
    plain('/grpc.health.v1.Health/Check', message(ServiceCheckRequest, same), () => writer.raw(health)),
  ];
}

function same<Request>(request: Request): Request {
  return request;
}
