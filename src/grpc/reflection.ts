import { ServerReflectionRequest, ServerReflectionResponse } from '../../generated/grpc/reflection/v1/reflection.js';
import { BinaryReader } from '../../generated/wire.js';
import type { DescriptorIndex } from './descriptor-index.ts';
import { STATUS } from './grpc-error.ts';
import type { StreamingMethod } from './method.ts';
import { writer } from './wire/proto-writer.ts';

/**
 * gRPC's server reflection: what tools as grpcurl list and call without proto files. Both versions have the same messages.
 * services  full names of the services that are served.
 */
export function reflectionMethods(services: readonly string[]): readonly StreamingMethod[] {
  let opened: Promise<DescriptorIndex> | undefined;
  const run: StreamingMethod['run'] = async (_house, _context, { requests, send }) => {
    opened ??= openIndex();
    const index = await opened;
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

/** When first asked for: descriptors and what reads them take 100 ms and 12 MB. */
async function openIndex(): Promise<DescriptorIndex> {
  const { DescriptorIndex } = await import('./descriptor-index.ts');
  return new DescriptorIndex();
}

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
