import { BinaryReader, BinaryWriter } from "./wire.js";
import { Timestamp } from "./google/protobuf/timestamp.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "snapshots_service.proto";
export interface CreateFullSnapshotRequest {
}
export interface ListFullSnapshotsRequest {
}
export interface DeleteFullSnapshotRequest {
    snapshotName: string;
}
export interface CreateSnapshotRequest {
    collectionName: string;
}
export interface ListSnapshotsRequest {
    collectionName: string;
}
export interface DeleteSnapshotRequest {
    collectionName: string;
    snapshotName: string;
}
export interface SnapshotDescription {
    name: string;
    creationTime: Timestamp | undefined;
    size: bigint;
    checksum?: string | undefined;
}
export interface CreateSnapshotResponse {
    snapshotDescription: SnapshotDescription | undefined;
    time: number;
}
export interface ListSnapshotsResponse {
    snapshotDescriptions: SnapshotDescription[];
    time: number;
}
export interface DeleteSnapshotResponse {
    time: number;
}
export declare const CreateFullSnapshotRequest: MessageFns<CreateFullSnapshotRequest>;
export declare const ListFullSnapshotsRequest: MessageFns<ListFullSnapshotsRequest>;
export declare const DeleteFullSnapshotRequest: MessageFns<DeleteFullSnapshotRequest>;
export declare const CreateSnapshotRequest: MessageFns<CreateSnapshotRequest>;
export declare const ListSnapshotsRequest: MessageFns<ListSnapshotsRequest>;
export declare const DeleteSnapshotRequest: MessageFns<DeleteSnapshotRequest>;
export declare const SnapshotDescription: MessageFns<SnapshotDescription>;
export declare const CreateSnapshotResponse: MessageFns<CreateSnapshotResponse>;
export declare const ListSnapshotsResponse: MessageFns<ListSnapshotsResponse>;
export declare const DeleteSnapshotResponse: MessageFns<DeleteSnapshotResponse>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
