export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "points_service.proto";
