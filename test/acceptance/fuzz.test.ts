import test from 'ava';
import { fuzzDoor } from '../../scripts/fuzz/fuzz-door.ts';
import { fuzzGrpc } from '../../scripts/fuzz/fuzz-grpc.ts';
import { withServer } from './server-process.ts';

const REQUESTS = 3000; // some five seconds; `npm run fuzz` takes a minute

test('random, mutated, truncated and half-sent bodies: every whole request is answered below 500, nothing else changes', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  await withServer({ launcher: 'src' }, async (server) => {
    const { url, pid } = server;
    const { requests, findings, statuses } = await fuzzDoor({ url, pid, seed, goOn: (count) => count < REQUESTS });
    t.deepEqual(findings, []);
    t.true(requests >= REQUESTS);
    t.true((statuses.get('200') ?? 0) > 0, 'some requests get through whole');
    t.true((statuses.get('400') ?? 0) > 0, 'most do not');
    t.is((await fetch(`${url}/healthz`)).status, 200);
  });
});

test('random, mutated, truncated and reset gRPC calls: none is a fault of ours, nothing else changes', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  await withServer({ launcher: 'src' }, async (server) => {
    const { url, grpcAddress, pid } = server;
    const goOn = (count: number): boolean => count < REQUESTS;
    const { requests, findings, statuses } = await fuzzGrpc({ url, grpcAddress, pid, seed, goOn });
    t.deepEqual(findings, []);
    t.true(requests >= REQUESTS);
    t.true((statuses.get('OK') ?? 0) > 0, 'some calls get through whole');
    t.true((statuses.get('INVALID_ARGUMENT') ?? 0) > 0, 'most do not');
    t.is((await fetch(`${url}/healthz`)).status, 200);
  });
});
