/**
 * What the generated decoders read with: protobuf's wire format as strictly as prost, with which Qdrant reads it.
 * `generate.ts` puts this file, compiled, beside the code that ts-proto makes.
 */
import { isUtf8 } from 'node:buffer';
import { BinaryReader as LenientReader, BinaryWriter } from '@bufbuild/protobuf/wire';
export { BinaryWriter };
/** The bytes are no message of the type that they should be. `message` in prost's words. */
export class WireFormatError extends Error {
    name = 'WireFormatError';
}
const WIRE_TYPES = ['Varint', 'SixtyFourBit', 'LengthDelimited', 'StartGroup', 'EndGroup', 'ThirtyTwoBit'];
const END_GROUP = 4;
const FIXED_32 = 5;
const LENGTH_DELIMITED = 2;
/** Strings of single bytes below 128 up to this length are made faster one by one than by a call of Node's. */
const SHORT_TEXT_MAX = 16;
export const NO_FLOATS = new Float32Array(0);
export class BinaryReader extends LenientReader {
    #buffer;
    constructor(bytes) {
        super(bytes);
        this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    string() {
        const length = this.uint32();
        const start = this.pos;
        this.#advance(length);
        const bytes = this.#buffer;
        const end = start + length;
        if (length <= SHORT_TEXT_MAX) {
            let text = '';
            let at = start;
            for (; at < end; at++) {
                const code = bytes[at] ?? 0;
                if (code > 127)
                    break;
                text += String.fromCharCode(code);
            }
            if (at === end)
                return text;
        }
        if (!isUtf8(bytes.subarray(start, end))) {
            throw new WireFormatError('invalid string value: data is not UTF-8 encoded');
        }
        return bytes.toString('utf8', start, end);
    }
    /** Bytes of its own: nothing keeps the request's buffer alive. */
    bytes() {
        const length = this.uint32();
        const start = this.pos;
        this.#advance(length);
        return new Uint8Array(this.#buffer.subarray(start, start + length));
    }
    /** What stands in a `repeated float` field, packed or one by one, behind those that it had before. */
    floats(tag, before) {
        const found = (tag & 7) === LENGTH_DELIMITED ? this.#packedFloats() : this.#singleFloats(tag);
        if (before.length === 0)
            return found;
        const joined = new Float32Array(before.length + found.length);
        joined.set(before);
        joined.set(found, before.length);
        return joined;
    }
    #packedFloats() {
        const length = this.uint32();
        const start = this.pos;
        this.#advance(length);
        if (length % 4 !== 0)
            throw new WireFormatError('buffer underflow');
        const values = new Float32Array(length / 4);
        new Uint8Array(values.buffer).set(this.#buffer.subarray(start, start + length));
        return values;
    }
    /** All that follow each other with the same tag. */
    #singleFloats(tag) {
        const values = [this.float()];
        while (this.pos < this.len) {
            const start = this.pos;
            if (this.uint32() !== tag) {
                this.pos = start;
                break;
            }
            values.push(this.float());
        }
        return Float32Array.from(values);
    }
    /** Steps over a field that the message does not have. */
    unknown(tag) {
        const wireType = tag & 7;
        if (tag >>> 3 === 0)
            throw new WireFormatError('invalid tag value: 0');
        if (wireType === END_GROUP)
            throw new WireFormatError('unexpected end group tag');
        if (wireType > FIXED_32)
            throw new WireFormatError(`invalid wire type value: ${wireType}`);
        try {
            this.skip(wireType, tag >>> 3);
        }
        catch (error) {
            // To translate: what the library finds within a group.
            throw new WireFormatError(proseOf(error) ?? 'invalid tag value: 0');
        }
        if (this.pos > this.len)
            throw new WireFormatError('buffer underflow');
    }
    /** A field came in another form than the message has it. */
    wrongType(tag, expected, place) {
        const given = WIRE_TYPES[tag & 7];
        if (given === undefined)
            return new WireFormatError(`invalid wire type value: ${tag & 7}`);
        return new WireFormatError(`${place}: invalid wire type: ${given} (expected ${WIRE_TYPES[expected & 7]})`);
    }
    /** A message must end where its length says. */
    finish(end) {
        if (this.pos !== end)
            throw new WireFormatError('delimited length exceeded');
    }
    #advance(length) {
        if (this.pos + length > this.len)
            throw new WireFormatError('buffer underflow');
        this.pos += length;
    }
}
const PROSE = {
    'protobuf decode recursion limit exceeded': 'recursion limit reached',
    // The words of @bufbuild/protobuf.
    'premature EOF': 'buffer underflow',
    'invalid varint': 'invalid varint',
    // V8's, of a number that is cut.
    'Offset is outside the bounds of the DataView': 'buffer underflow',
};
/** prost's words for what the generated code and its library throw; undefined where it is another kind of error. */
function proseOf(error) {
    if (error instanceof WireFormatError)
        return error.message;
    return error instanceof Error ? PROSE[error.message] : undefined;
}
/** What decoding threw, in prost's words, as Qdrant answers it; undefined where it is another kind of error. */
export function decodeFailure(error) {
    const prose = proseOf(error);
    return prose === undefined ? undefined : `failed to decode Protobuf message: ${prose}`;
}
/** Writes a `repeated float` field packed, in one copy. */
export function writeFloats(writer, tag, values) {
    if (values.length === 0)
        return;
    writer.uint32(tag).bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
