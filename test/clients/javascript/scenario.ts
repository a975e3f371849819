/**
 * The shared scenario with JavaScript's official client. Prints one JSON line a step (../README.md).
 *
 *     node test/clients/javascript/scenario.ts 127.0.0.1 6334
 *
 * Skipped: what the messages of @qdrant/js-client-grpc 1.18 do not have (prefix and slice conditions, idf of a part).
 */
import { aliasSteps } from './aliases.ts';
import { changeSteps } from './changes.ts';
import { firstSteps, lastSteps } from './collections.ts';
import { errorSteps } from './errors.ts';
import { largeSteps } from './large.ts';
import { readSteps, writeSteps } from './points.ts';
import { querySteps } from './query.ts';
import { searchSteps } from './search.ts';

await firstSteps();
await writeSteps();
await readSteps();
await searchSteps();
await querySteps();
await errorSteps();
await changeSteps();
await largeSteps();
await aliasSteps();
await lastSteps();
