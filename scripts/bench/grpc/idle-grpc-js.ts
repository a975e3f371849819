/**
 * A server by @grpc/grpc-js that answers every call at once with as many bytes as it is told to, and decodes nothing: that
 * package's own ceiling. `IdleProcess` runs it.
 */
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { HEALTH_CHECK } from './health-requests.ts';

const answer = Buffer.alloc(Number(process.argv[2]), 1);
const asIs = (bytes: Buffer): Buffer => bytes;
const server = new Server({ 'grpc.enable_channelz': 0 });
server.register(HEALTH_CHECK, (_: unknown, reply: sendUnaryData<Buffer>) => reply(null, answer), asIs, asIs, 'unary');
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.(port);
});
