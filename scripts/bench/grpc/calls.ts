import type { Bench, SeenRate } from './part.ts';
import { CLIENT_CORE, perSecondOf, seen, SERVER_CORE, shownRatio, shownSeen } from './part.ts';
import { HealthCheckReply } from '../../../generated/qdrant.js';
import { pinSelf } from '../server/bench-server.ts';
import type { UnderTest } from '../server/rates.ts';
import { GrpcBenchServer } from './grpc-server.ts';
import { IDLE_METHOD, IdleGrpcJs } from './idle-grpc-js.ts';
import { readAnswers } from './message-file.ts';
import type { GrpcLoad, GrpcRequests } from './load-program.ts';
