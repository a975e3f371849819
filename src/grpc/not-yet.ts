import { notSupported } from '../core/errors.ts';
import { GrpcError, STATUS } from './grpc-error.ts';

/** For methods that Qdrant has and this version does not have yet: never an empty OK. `feature` as a sentence's subject. */
export function notYet(feature: string): GrpcError {
  return new GrpcError(STATUS.unimplemented, notSupported(feature).message);
}
