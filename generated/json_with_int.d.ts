import { BinaryReader, BinaryWriter } from "./wire.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "json_with_int.proto";
export declare const NullValue: {
    readonly NULL_VALUE: 0;
};
export type NullValue = typeof NullValue[keyof typeof NullValue];
export declare namespace NullValue {
    type NULL_VALUE = typeof NullValue.NULL_VALUE;
}
export interface Struct {
    fields: Map<string, Value>;
}
export interface Struct_FieldsEntry {
    key: string;
    value: Value | undefined;
}
export interface Value {
    kind: {
        $case: "nullValue";
        value: NullValue;
    } | {
        $case: "doubleValue";
        value: number;
    } | {
        $case: "integerValue";
        value: bigint;
    } | {
        $case: "stringValue";
        value: string;
    } | {
        $case: "boolValue";
        value: boolean;
    } | {
        $case: "structValue";
        value: Struct;
    } | {
        $case: "listValue";
        value: ListValue;
    } | undefined;
}
export interface ListValue {
    values: Value[];
}
export declare const Struct: MessageFns<Struct>;
export declare const Struct_FieldsEntry: MessageFns<Struct_FieldsEntry>;
export declare const Value: MessageFns<Value>;
export declare const ListValue: MessageFns<ListValue>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
