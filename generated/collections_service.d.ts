export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "collections_service.proto";
