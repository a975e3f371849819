import { BinaryReader, BinaryWriter } from "./wire.js";
export declare const protobufPackage = "grpc.health.v1";
export declare const protobufFileName = "health_check.proto";
export interface HealthCheckRequest {
    service: string;
}
export interface HealthCheckResponse {
    status: HealthCheckResponse_ServingStatus;
}
export declare const HealthCheckResponse_ServingStatus: {
    readonly UNKNOWN: 0;
    readonly SERVING: 1;
    readonly NOT_SERVING: 2;
    readonly SERVICE_UNKNOWN: 3;
};
export type HealthCheckResponse_ServingStatus = typeof HealthCheckResponse_ServingStatus[keyof typeof HealthCheckResponse_ServingStatus];
export declare namespace HealthCheckResponse_ServingStatus {
    type UNKNOWN = typeof HealthCheckResponse_ServingStatus.UNKNOWN;
    type SERVING = typeof HealthCheckResponse_ServingStatus.SERVING;
    type NOT_SERVING = typeof HealthCheckResponse_ServingStatus.NOT_SERVING;
    type SERVICE_UNKNOWN = typeof HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN;
}
export declare const HealthCheckRequest: MessageFns<HealthCheckRequest>;
export declare const HealthCheckResponse: MessageFns<HealthCheckResponse>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
