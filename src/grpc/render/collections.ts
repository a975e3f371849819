import * as wire from '../../../generated/collections.js';
import type { CollectionInfo } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';
import { configMessage, wide } from './config.ts';
import { writePayload } from './payload-value.ts';
import { payloadSchemaMessages } from './payload-schema.ts';

/** `CollectionOperationResponse`. */
export function renderDone(result: boolean, seconds: number): void {
  if (result) writer.bool(1, true);
  writer.double(2, seconds);
}

/** `ListCollectionsResponse`. */
export function renderCollections(names: readonly string[], seconds: number): void {
  for (const name of names) {
    const description = writer.begin(1);
    writer.string(1, name);
    writer.end(description);
  }
  writer.double(2, seconds);
}

/** `CollectionExistsResponse`. */
export function renderExists(exists: boolean, seconds: number): void {
  const result = writer.begin(1);
  if (exists) writer.bool(1, true);
  writer.end(result);
  writer.double(2, seconds);
}

const STATUSES: Readonly<Record<CollectionInfo['status'], wire.CollectionStatus>> = {
  green: wire.CollectionStatus.Green,
  yellow: wire.CollectionStatus.Yellow,
  red: wire.CollectionStatus.Red,
  grey: wire.CollectionStatus.Grey,
};

const CONFIG_FIELD = 7;
const METADATA_FIELD = 7;

/** `GetCollectionInfoResponse`. */
export function renderCollectionInfo(info: CollectionInfo, seconds: number): void {
  const result = writer.begin(1);
  writer.raw(wire.CollectionInfo.encode(infoMessage(info)).finish());
  const config = writer.begin(CONFIG_FIELD);
  writer.raw(wire.CollectionConfig.encode(configMessage(info.config)).finish());
  // As it was given: its numbers keep their digits.
  const { metadata } = info.config;
  if (metadata !== undefined) writePayload(METADATA_FIELD, Buffer.from(metadata));
  writer.end(config);
  writer.end(result);
  writer.double(2, seconds);
}

/** All but the configuration. */
function infoMessage(info: CollectionInfo): wire.CollectionInfo {
  const { optimizerError } = info;
  return {
    status: STATUSES[info.status],
    optimizerStatus: { ok: optimizerError === undefined, error: optimizerError ?? '' },
    segmentsCount: wide(info.segmentsCount),
    config: undefined,
    payloadSchema: payloadSchemaMessages(info.payloadSchema),
    pointsCount: wide(info.pointsCount),
    indexedVectorsCount: wide(info.indexedVectorsCount),
    warnings: [],
    updateQueue: { length: wide(info.updateQueueLength), deferredPoints: undefined },
  };
}
