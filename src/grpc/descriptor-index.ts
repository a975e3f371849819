import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { DESCRIPTOR_SET } from '../../generated/descriptors.js';

/** The files of proto/ as descriptors, by their names and by the names of what is in them. Made when first asked for. */
export class DescriptorIndex {
  readonly byName: Map<string, Uint8Array> = new Map();
  readonly bySymbol: Map<string, Uint8Array> = new Map();

  constructor() {
    const set = fromBinary(FileDescriptorSetSchema, Buffer.from(DESCRIPTOR_SET, 'base64'));
    for (const file of set.file) {
      const bytes = toBinary(FileDescriptorProtoSchema, file);
      this.byName.set(file.name, bytes);
      for (const symbol of symbolsOf(file)) this.bySymbol.set(symbol, bytes);
    }
  }
}

function symbolsOf(file: FileDescriptorProto): readonly string[] {
  const within = (name: string): string => (file.package === '' ? name : `${file.package}.${name}`);
  return [
    ...file.messageType.flatMap((message) => symbolsOfMessage(message, within(message.name))),
    ...file.enumType.map(({ name }) => within(name)),
    ...file.service.flatMap(({ name, method }) => [
      within(name),
      ...method.map((each) => `${within(name)}.${each.name}`),
    ]),
  ];
}

function symbolsOfMessage(message: DescriptorProto, name: string): readonly string[] {
  return [
    name,
    ...message.field.map((field) => `${name}.${field.name}`),
    ...message.nestedType.flatMap((nested) => symbolsOfMessage(nested, `${name}.${nested.name}`)),
    ...message.enumType.map((nested) => `${name}.${nested.name}`),
  ];
}
