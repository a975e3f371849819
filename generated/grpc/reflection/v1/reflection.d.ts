import { BinaryReader, BinaryWriter } from "../../../wire.js";
export declare const protobufPackage = "grpc.reflection.v1";
export declare const protobufFileName = "grpc/reflection/v1/reflection.proto";
export interface ServerReflectionRequest {
    host: string;
    messageRequest: {
        $case: "fileByFilename";
        value: string;
    } | {
        $case: "fileContainingSymbol";
        value: string;
    } | {
        $case: "fileContainingExtension";
        value: ExtensionRequest;
    } | {
        $case: "allExtensionNumbersOfType";
        value: string;
    } | {
        $case: "listServices";
        value: string;
    } | undefined;
}
export interface ExtensionRequest {
    containingType: string;
    extensionNumber: number;
}
export interface ServerReflectionResponse {
    validHost: string;
    originalRequest: ServerReflectionRequest | undefined;
    messageResponse: {
        $case: "fileDescriptorResponse";
        value: FileDescriptorResponse;
    } | {
        $case: "allExtensionNumbersResponse";
        value: ExtensionNumberResponse;
    } | {
        $case: "listServicesResponse";
        value: ListServiceResponse;
    } | {
        $case: "errorResponse";
        value: ErrorResponse;
    } | undefined;
}
export interface FileDescriptorResponse {
    fileDescriptorProto: Uint8Array[];
}
export interface ExtensionNumberResponse {
    baseTypeName: string;
    extensionNumber: number[];
}
export interface ListServiceResponse {
    service: ServiceResponse[];
}
export interface ServiceResponse {
    name: string;
}
export interface ErrorResponse {
    errorCode: number;
    errorMessage: string;
}
export declare const ServerReflectionRequest: MessageFns<ServerReflectionRequest>;
export declare const ExtensionRequest: MessageFns<ExtensionRequest>;
export declare const ServerReflectionResponse: MessageFns<ServerReflectionResponse>;
export declare const FileDescriptorResponse: MessageFns<FileDescriptorResponse>;
export declare const ExtensionNumberResponse: MessageFns<ExtensionNumberResponse>;
export declare const ListServiceResponse: MessageFns<ListServiceResponse>;
export declare const ServiceResponse: MessageFns<ServiceResponse>;
export declare const ErrorResponse: MessageFns<ErrorResponse>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
