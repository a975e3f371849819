import { BinaryReader, type BinaryWriter } from '../../generated/wire.js';

/** A message's generated code. */
export interface Codec<Message> {
  encode(message: Message): BinaryWriter;
  decode(reader: BinaryReader): Message;
}

/** A message with some fields; the others are as where nothing was sent. */
export function made<Message extends object>(codec: Codec<Message>, fields: Partial<Message> = {}): Message {
  return { ...codec.decode(new BinaryReader(new Uint8Array(0))), ...fields };
}

/** The bytes of a message with some fields. */
export function encoded<Message extends object>(codec: Codec<Message>, fields: Partial<Message> = {}): Buffer {
  return Buffer.from(codec.encode(made(codec, fields)).finish());
}

/** The message that comes out where it was sent. */
export function sent<Message extends object>(codec: Codec<Message>, fields: Partial<Message> = {}): Message {
  return codec.decode(new BinaryReader(encoded(codec, fields)));
}
