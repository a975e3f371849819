import * as wire from '../../generated/collections.js';
import { VectorizerError } from '../core/errors.ts';
import { invalidArgument } from './grpc-error.ts';
import { message, type Method, refused } from './method.ts';
import { notYet } from './not-yet.ts';
import { Violations } from './parse/violations.ts';

const SERVICE = '/qdrant.Collections';

/**
 * The methods of shard keys and clusters, which later issues bring: their requests are read as far as is cheap,
 * then refused. What needs a cluster is refused in Qdrant's own words, since we run as it does without one.
 */
export function clusterMethods(): readonly Method[] {
  return [
    refused(`${SERVICE}/CollectionClusterInfo`, message(wire.CollectionClusterInfoRequest, refuseClusterInfo)),
    refused(
      `${SERVICE}/UpdateCollectionClusterSetup`,
      message(wire.UpdateCollectionClusterSetupRequest, refuseClusterSetup),
    ),
    refused(`${SERVICE}/CreateShardKey`, message(wire.CreateShardKeyRequest, refuseShardKey)),
    refused(`${SERVICE}/DeleteShardKey`, message(wire.DeleteShardKeyRequest, refuseShardKey)),
    refused(`${SERVICE}/ListShardKeys`, message(wire.ListShardKeysRequest, refuseShardKeys)),
  ];
}

function refuseClusterInfo(): never {
  throw notYet('Cluster mode');
}

function refuseShardKeys(): never {
  throw notYet('A shard key');
}

function refuseClusterSetup({ operation, timeout }: wire.UpdateCollectionClusterSetupRequest): never {
  const violations = new Violations();
  violations.atLeast('timeout', timeout, 1);
  violations.finish();
  if (operation === undefined) throw invalidArgument('empty operation');
  throw standalone();
}

function refuseShardKey({ request }: wire.CreateShardKeyRequest | wire.DeleteShardKeyRequest): never {
  if (request?.shardKey?.key === undefined) throw invalidArgument('empty request');
  throw standalone();
}

function standalone(): VectorizerError {
  return new VectorizerError('standalone', 'Qdrant is running in standalone mode');
}
