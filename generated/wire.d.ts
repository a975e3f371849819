import { BinaryReader as LenientReader, BinaryWriter } from '@bufbuild/protobuf/wire';
export { BinaryWriter };
/** The bytes are no message of the type that they should be. `message` in prost's words. */
export declare class WireFormatError extends Error {
    readonly name = "WireFormatError";
}
export declare const NO_FLOATS: Float32Array;
export declare class BinaryReader extends LenientReader {
    #private;
    constructor(bytes: Uint8Array);
    string(): string;
    /** Bytes of its own: nothing keeps the request's buffer alive. */
    bytes(): Uint8Array<ArrayBuffer>;
    /** What stands in a `repeated float` field, packed or one by one, behind those that it had before. */
    floats(tag: number, before: Float32Array): Float32Array;
    /** Steps over a field that the message does not have. */
    unknown(tag: number): void;
    /** A field came in another form than the message has it. */
    wrongType(tag: number, expected: number, place: string): WireFormatError;
    /** A message must end where its length says. */
    finish(end: number): void;
}
/** What decoding threw, in prost's words, as Qdrant answers it; undefined where it is another kind of error. */
export declare function decodeFailure(error: unknown): string | undefined;
/** Writes a `repeated float` field packed, in one copy. */
export declare function writeFloats(writer: BinaryWriter, tag: number, values: Float32Array): void;
