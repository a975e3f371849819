import { BinaryReader, BinaryWriter } from "../../wire.js";
import { QueryPoints, QueryResponse, RetrievedPoint, UpdateResult } from "../../points.js";
export declare const protobufPackage = "vectorizer.v1";
export declare const protobufFileName = "vectorizer/v1/vectorizer.proto";
export interface ScrollStreamResponse {
    points: RetrievedPoint[];
}
export interface UpsertStreamResponse {
    /** Batches that were taken. */
    batches: bigint;
    /** Points in them. */
    points: bigint;
    /** Of the last batch. */
    result: UpdateResult | undefined;
    /** Seconds. */
    time: number;
}
export interface QueryStreamRequest {
    /** The client's own; it comes back with the answer. */
    id: bigint;
    query: QueryPoints | undefined;
}
export interface QueryStreamResponse {
    id: bigint;
    answer: {
        $case: "response";
        value: QueryResponse;
    } | //
    /** This query alone has failed; the call goes on. */
    {
        $case: "error";
        value: QueryError;
    } | undefined;
}
export interface QueryError {
    /** A gRPC status code. */
    code: number;
    message: string;
}
export declare const ScrollStreamResponse: MessageFns<ScrollStreamResponse>;
export declare const UpsertStreamResponse: MessageFns<UpsertStreamResponse>;
export declare const QueryStreamRequest: MessageFns<QueryStreamRequest>;
export declare const QueryStreamResponse: MessageFns<QueryStreamResponse>;
export declare const QueryError: MessageFns<QueryError>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
