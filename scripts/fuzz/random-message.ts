import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescMethod,
  fromBinary,
  ScalarType,
} from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FeatureSet_FieldPresence, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { DESCRIPTOR_SET } from '../../generated/descriptors.js';
import { below, DIMENSION } from './bodies.ts';

/** Random requests for every method of the proto files: made from the descriptors, so that no field is forgotten. */

type Uniform = () => number;

/** All methods of the wire, those that stream and reflection left out. */
export function unaryMethods(): readonly DescMethod[] {
  const set = fromBinary(FileDescriptorSetSchema, Buffer.from(DESCRIPTOR_SET, 'base64'));
  return [...createFileRegistry(set)].flatMap((type) =>
    type.kind === 'service' ? type.methods.filter(({ methodKind }) => methodKind === 'unary') : [],
  );
}

/** Names that requests are about; the first is the collection that is mostly meant. */
export const COLLECTIONS: readonly string[] = ['fuzz', 'fuzz-2', 'nobody'];
const VECTOR_NAMES = ['', 'dense', 'sparse', 'multi', 'new'];
const KEYS = ['a', 'b', 'c[].d', 'place', 'when', '"a.b"', 'not a path..'];
const WORDS = ['', 'x', 'ü x', '1', 'true', '00000000-0000-4000-8000-000000000001', 'qdrant/bm25', '📚', 'a/b', '\0'];
/** Messages within messages, before they become rare. */
const DEPTH = 6;

/** A message of a type, as bytes. Most of it makes sense. */
export function randomMessage(type: DescMessage, uniform: Uniform, depth = 0): Uint8Array {
  const writer = new BinaryWriter();
  for (const member of type.members) {
    if (member.kind === 'oneof') {
      if (uniform() < 0.95) writeField(writer, pick(member.fields, uniform), uniform, depth);
    } else if (uniform() < shareOf(member, depth)) writeField(writer, member, uniform, depth);
  }
  return writer.finish();
}

/** How often a field is given. */
function shareOf(field: DescField, depth: number): number {
  if (field.name === 'collection_name' || field.name === 'points' || field.name === 'data') return 0.97;
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) return 0.6;
  return field.fieldKind === 'scalar' ? 0.4 : 0.5 / (1 + depth / 2);
}

function writeField(writer: BinaryWriter, field: DescField, uniform: Uniform, depth: number): void {
  const times = field.fieldKind === 'list' || field.fieldKind === 'map' ? repetitions(field, uniform) : 1;
  for (let time = 0; time < times; time++) writeOne(writer, field, uniform, depth);
}

function repetitions(field: DescField, uniform: Uniform): number {
  if (field.name === 'data' || field.name === 'vector') return uniform() < 0.9 ? DIMENSION : below(uniform, 20);
  return below(uniform, 4);
}

function writeOne(writer: BinaryWriter, field: DescField, uniform: Uniform, depth: number): void {
  switch (field.fieldKind) {
    case 'scalar':
      writeScalar(writer, field.number, field.scalar, field.name, uniform);
      return;
    case 'enum':
      writer.tag(field.number, WireType.Varint).int32(enumValue(field.enum, uniform));
      return;
    case 'message':
      writeMessage(writer, field.number, field.message, uniform, depth);
      return;
    case 'list':
      if (field.listKind === 'message') writeMessage(writer, field.number, field.message, uniform, depth);
      else if (field.listKind === 'enum') {
        writer.tag(field.number, WireType.Varint).int32(enumValue(field.enum, uniform));
      } else writeScalar(writer, field.number, field.scalar, field.name, uniform);
      return;
    case 'map': {
      const entry = new BinaryWriter();
      writeScalar(entry, 1, field.mapKey, field.name, uniform);
      if (field.mapKind === 'message') writeMessage(entry, 2, field.message, uniform, depth);
      else if (field.mapKind === 'scalar') writeScalar(entry, 2, field.scalar, field.name, uniform);
      writer.tag(field.number, WireType.LengthDelimited).bytes(entry.finish());
    }
  }
}

function writeMessage(writer: BinaryWriter, number: number, type: DescMessage, uniform: Uniform, depth: number): void {
  if (depth > DEPTH && uniform() < 0.8) return;
  writer.tag(number, WireType.LengthDelimited).bytes(randomMessage(type, uniform, depth + 1));
}

function enumValue(type: DescEnum, uniform: Uniform): number {
  return uniform() < 0.05 ? below(uniform, 200) - 100 : (pick(type.values, uniform).number ?? 0);
}

function writeScalar(writer: BinaryWriter, number: number, type: ScalarType, name: string, uniform: Uniform): void {
  switch (type) {
    case ScalarType.STRING:
      writer.tag(number, WireType.LengthDelimited).string(text(name, uniform));
      return;
    case ScalarType.BYTES:
      writer.tag(number, WireType.LengthDelimited).bytes(new Uint8Array(below(uniform, 10)));
      return;
    case ScalarType.BOOL:
      writer.tag(number, WireType.Varint).bool(uniform() < 0.5);
      return;
    case ScalarType.FLOAT:
      writer.tag(number, WireType.Bit32).float(float(uniform));
      return;
    case ScalarType.DOUBLE:
      writer.tag(number, WireType.Bit64).double(float(uniform));
      return;
    case ScalarType.INT64:
      writer.tag(number, WireType.Varint).int64(integer(name, uniform) - (uniform() < 0.1 ? 2n ** 62n : 0n));
      return;
    case ScalarType.UINT64:
      writer.tag(number, WireType.Varint).uint64(integer(name, uniform));
      return;
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.SINT64:
    case ScalarType.FIXED32:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED32:
    case ScalarType.SFIXED64:
      // The last six stand nowhere in the wire.
      writer.tag(number, WireType.Varint).uint32(Number(integer(name, uniform) & 0xffffffffn));
  }
}

function text(name: string, uniform: Uniform): string {
  if (uniform() < 0.05) return pick(WORDS, uniform);
  if (name === 'collection_name' || name === 'collection')
    return pick([...COLLECTIONS, 'fuzz', 'fuzz', 'fuzz'], uniform);
  if (name.includes('vector') || name === 'using' || name === 'map') return pick(VECTOR_NAMES, uniform);
  if (name === 'key' || name === 'field_name' || name === 'group_by') return pick(KEYS, uniform);
  if (name === 'uuid') return '00000000-0000-4000-8000-000000000001';
  return pick([...WORDS, ...KEYS], uniform);
}

function float(uniform: Uniform): number {
  if (uniform() < 0.97) return uniform() * 2 - 0.5;
  return pick([Number.NaN, Infinity, -Infinity, 3e38, 1e-45, -0], uniform);
}

/** Shards and the like stay few: each has files of its own. */
function integer(name: string, uniform: Uniform): bigint {
  const way = uniform();
  if (way < 0.9 || name === 'shard_number') return BigInt(name === 'size' ? DIMENSION : below(uniform, 6));
  if (way < 0.95) return BigInt(below(uniform, 70_000));
  return pick([2n ** 63n - 1n, 2n ** 53n + 1n, 2n ** 32n, 0xffff_ffffn], uniform);
}

function pick<T>(items: readonly T[], uniform: Uniform): T {
  return items[below(uniform, items.length)] as T;
}
