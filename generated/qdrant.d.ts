import { BinaryReader, BinaryWriter } from "./wire.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "qdrant.proto";
export interface HealthCheckRequest {
}
export interface HealthCheckReply {
    title: string;
    version: string;
    commit?: string | undefined;
}
export declare const HealthCheckRequest: MessageFns<HealthCheckRequest>;
export declare const HealthCheckReply: MessageFns<HealthCheckReply>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
