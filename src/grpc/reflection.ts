import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type DescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { DESCRIPTOR_SET } from '../../generated/descriptors.js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../../generated/grpc/reflection/v1/reflection.js';
import { BinaryReader } from '../../generated/wire.js';
import { STATUS } from './grpc-error.ts';
import type { StreamingMethod } from './method.ts';
import { writer } from './wire/proto-writer.ts';

/**
 * gRPC's server reflection: what tools as grpcurl list and call without proto files. Both versions have the same messages.
 * services  full names of the services that are served.
 */
export function reflectionMethods(services: readonly string[]): readonly StreamingMethod[] {
  let index: DescriptorIndex | undefined;
  const run: StreamingMethod['run'] = async (_house, _context, { requests, send }) => {
    index ??= new DescriptorIndex();
    for await (const bytes of requests) {
      const request = ServerReflectionRequest.decode(new BinaryReader(bytes));
      const answer = answerTo(request, services, index);
      const response = ServerReflectionResponse.encode({
        validHost: request.host,
        originalRequest: request,
        messageResponse: answer,
      }).finish();
      await send(() => writer.raw(response));
    }
  };
  return REFLECTION_SERVICES.map((service) => ({
    kind: 'streaming',
    path: `/${service}/ServerReflectionInfo`,
    run,
  }));
}

export const REFLECTION_SERVICES: readonly string[] = [
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

type Answer = ServerReflectionResponse['messageResponse'];

function answerTo(
  { messageRequest }: ServerReflectionRequest,
  services: readonly string[],
  index: DescriptorIndex,
): Answer {
  switch (messageRequest?.$case) {
    case 'listServices':
      return { $case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
    case 'fileByFilename':
      return fileAnswer(index.byName.get(messageRequest.value), `file '${messageRequest.value}' not found`);
    case 'fileContainingSymbol':
      return fileAnswer(index.bySymbol.get(messageRequest.value), `symbol '${messageRequest.value}' not found`);
    case 'fileContainingExtension':
    case 'allExtensionNumbersOfType':
      return failure(STATUS.notFound, 'there are no extensions');
    case undefined:
      return failure(STATUS.invalidArgument, 'invalid MessageRequest');
  }
}

function fileAnswer(file: Uint8Array | undefined, missing: string): Answer {
  if (file === undefined) return failure(STATUS.notFound, missing);
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto: [file] } };
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}

/** The files of proto/ as descriptors, by their names and by the names of what is in them. Made when first asked for. */
class DescriptorIndex {
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
