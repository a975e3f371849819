import { BinaryReader, BinaryWriter } from "./wire.js";
import { Value } from "./json_with_int.js";
import { Filter } from "./qdrant_common.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "collections.proto";
export declare const Datatype: {
    readonly Default: 0;
    readonly Float32: 1;
    readonly Uint8: 2;
    readonly Float16: 3;
    readonly Turbo4: 4;
};
export type Datatype = typeof Datatype[keyof typeof Datatype];
export declare namespace Datatype {
    type Default = typeof Datatype.Default;
    type Float32 = typeof Datatype.Float32;
    type Uint8 = typeof Datatype.Uint8;
    type Float16 = typeof Datatype.Float16;
    type Turbo4 = typeof Datatype.Turbo4;
}
export declare const Memory: {
    readonly MemoryUnknown: 0;
    readonly Cold: 1;
    readonly Cached: 2;
    readonly Pinned: 3;
};
export type Memory = typeof Memory[keyof typeof Memory];
export declare namespace Memory {
    type MemoryUnknown = typeof Memory.MemoryUnknown;
    type Cold = typeof Memory.Cold;
    type Cached = typeof Memory.Cached;
    type Pinned = typeof Memory.Pinned;
}
export declare const Modifier: {
    readonly None: 0;
    readonly Idf: 1;
};
export type Modifier = typeof Modifier[keyof typeof Modifier];
export declare namespace Modifier {
    type None = typeof Modifier.None;
    type Idf = typeof Modifier.Idf;
}
export declare const MultiVectorComparator: {
    readonly MaxSim: 0;
};
export type MultiVectorComparator = typeof MultiVectorComparator[keyof typeof MultiVectorComparator];
export declare namespace MultiVectorComparator {
    type MaxSim = typeof MultiVectorComparator.MaxSim;
}
export declare const Distance: {
    readonly UnknownDistance: 0;
    readonly Cosine: 1;
    readonly Euclid: 2;
    readonly Dot: 3;
    readonly Manhattan: 4;
};
export type Distance = typeof Distance[keyof typeof Distance];
export declare namespace Distance {
    type UnknownDistance = typeof Distance.UnknownDistance;
    type Cosine = typeof Distance.Cosine;
    type Euclid = typeof Distance.Euclid;
    type Dot = typeof Distance.Dot;
    type Manhattan = typeof Distance.Manhattan;
}
export declare const CollectionStatus: {
    readonly UnknownCollectionStatus: 0;
    readonly Green: 1;
    readonly Yellow: 2;
    readonly Red: 3;
    readonly Grey: 4;
};
export type CollectionStatus = typeof CollectionStatus[keyof typeof CollectionStatus];
export declare namespace CollectionStatus {
    type UnknownCollectionStatus = typeof CollectionStatus.UnknownCollectionStatus;
    type Green = typeof CollectionStatus.Green;
    type Yellow = typeof CollectionStatus.Yellow;
    type Red = typeof CollectionStatus.Red;
    type Grey = typeof CollectionStatus.Grey;
}
export declare const PayloadSchemaType: {
    readonly UnknownType: 0;
    readonly Keyword: 1;
    readonly Integer: 2;
    readonly Float: 3;
    readonly Geo: 4;
    readonly Text: 5;
    readonly Bool: 6;
    readonly Datetime: 7;
    readonly Uuid: 8;
};
export type PayloadSchemaType = typeof PayloadSchemaType[keyof typeof PayloadSchemaType];
export declare namespace PayloadSchemaType {
    type UnknownType = typeof PayloadSchemaType.UnknownType;
    type Keyword = typeof PayloadSchemaType.Keyword;
    type Integer = typeof PayloadSchemaType.Integer;
    type Float = typeof PayloadSchemaType.Float;
    type Geo = typeof PayloadSchemaType.Geo;
    type Text = typeof PayloadSchemaType.Text;
    type Bool = typeof PayloadSchemaType.Bool;
    type Datetime = typeof PayloadSchemaType.Datetime;
    type Uuid = typeof PayloadSchemaType.Uuid;
}
export declare const QuantizationType: {
    readonly UnknownQuantization: 0;
    readonly Int8: 1;
};
export type QuantizationType = typeof QuantizationType[keyof typeof QuantizationType];
export declare namespace QuantizationType {
    type UnknownQuantization = typeof QuantizationType.UnknownQuantization;
    type Int8 = typeof QuantizationType.Int8;
}
export declare const CompressionRatio: {
    readonly x4: 0;
    readonly x8: 1;
    readonly x16: 2;
    readonly x32: 3;
    readonly x64: 4;
};
export type CompressionRatio = typeof CompressionRatio[keyof typeof CompressionRatio];
export declare namespace CompressionRatio {
    type x4 = typeof CompressionRatio.x4;
    type x8 = typeof CompressionRatio.x8;
    type x16 = typeof CompressionRatio.x16;
    type x32 = typeof CompressionRatio.x32;
    type x64 = typeof CompressionRatio.x64;
}
export declare const BinaryQuantizationEncoding: {
    readonly OneBit: 0;
    readonly TwoBits: 1;
    readonly OneAndHalfBits: 2;
};
export type BinaryQuantizationEncoding = typeof BinaryQuantizationEncoding[keyof typeof BinaryQuantizationEncoding];
export declare namespace BinaryQuantizationEncoding {
    type OneBit = typeof BinaryQuantizationEncoding.OneBit;
    type TwoBits = typeof BinaryQuantizationEncoding.TwoBits;
    type OneAndHalfBits = typeof BinaryQuantizationEncoding.OneAndHalfBits;
}
export declare const TurboQuantBitSize: {
    readonly Bits1: 0;
    readonly Bits1_5: 1;
    readonly Bits2: 2;
    readonly Bits4: 3;
};
export type TurboQuantBitSize = typeof TurboQuantBitSize[keyof typeof TurboQuantBitSize];
export declare namespace TurboQuantBitSize {
    type Bits1 = typeof TurboQuantBitSize.Bits1;
    type Bits1_5 = typeof TurboQuantBitSize.Bits1_5;
    type Bits2 = typeof TurboQuantBitSize.Bits2;
    type Bits4 = typeof TurboQuantBitSize.Bits4;
}
export declare const ShardingMethod: {
    readonly Auto: 0;
    readonly Custom: 1;
};
export type ShardingMethod = typeof ShardingMethod[keyof typeof ShardingMethod];
export declare namespace ShardingMethod {
    type Auto = typeof ShardingMethod.Auto;
    type Custom = typeof ShardingMethod.Custom;
}
export declare const TokenizerType: {
    readonly Unknown: 0;
    readonly Prefix: 1;
    readonly Whitespace: 2;
    readonly Word: 3;
    readonly Multilingual: 4;
};
export type TokenizerType = typeof TokenizerType[keyof typeof TokenizerType];
export declare namespace TokenizerType {
    type Unknown = typeof TokenizerType.Unknown;
    type Prefix = typeof TokenizerType.Prefix;
    type Whitespace = typeof TokenizerType.Whitespace;
    type Word = typeof TokenizerType.Word;
    type Multilingual = typeof TokenizerType.Multilingual;
}
export declare const ReplicaState: {
    readonly Active: 0;
    readonly Dead: 1;
    readonly Partial: 2;
    readonly Initializing: 3;
    readonly Listener: 4;
    readonly PartialSnapshot: 5;
    readonly Recovery: 6;
    readonly Resharding: 7;
    readonly ReshardingScaleDown: 8;
    readonly ActiveRead: 9;
    readonly ManualRecovery: 10;
};
export type ReplicaState = typeof ReplicaState[keyof typeof ReplicaState];
export declare namespace ReplicaState {
    type Active = typeof ReplicaState.Active;
    type Dead = typeof ReplicaState.Dead;
    type Partial = typeof ReplicaState.Partial;
    type Initializing = typeof ReplicaState.Initializing;
    type Listener = typeof ReplicaState.Listener;
    type PartialSnapshot = typeof ReplicaState.PartialSnapshot;
    type Recovery = typeof ReplicaState.Recovery;
    type Resharding = typeof ReplicaState.Resharding;
    type ReshardingScaleDown = typeof ReplicaState.ReshardingScaleDown;
    type ActiveRead = typeof ReplicaState.ActiveRead;
    type ManualRecovery = typeof ReplicaState.ManualRecovery;
}
export declare const ReshardingDirection: {
    readonly Up: 0;
    readonly Down: 1;
};
export type ReshardingDirection = typeof ReshardingDirection[keyof typeof ReshardingDirection];
export declare namespace ReshardingDirection {
    type Up = typeof ReshardingDirection.Up;
    type Down = typeof ReshardingDirection.Down;
}
export declare const ShardTransferMethod: {
    readonly StreamRecords: 0;
    readonly Snapshot: 1;
    readonly WalDelta: 2;
    readonly ReshardingStreamRecords: 3;
};
export type ShardTransferMethod = typeof ShardTransferMethod[keyof typeof ShardTransferMethod];
export declare namespace ShardTransferMethod {
    type StreamRecords = typeof ShardTransferMethod.StreamRecords;
    type Snapshot = typeof ShardTransferMethod.Snapshot;
    type WalDelta = typeof ShardTransferMethod.WalDelta;
    type ReshardingStreamRecords = typeof ShardTransferMethod.ReshardingStreamRecords;
}
export interface VectorParams {
    size: bigint;
    distance: Distance;
    hnswConfig?: HnswConfigDiff | undefined;
    quantizationConfig?: QuantizationConfig | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    datatype?: Datatype | undefined;
    multivectorConfig?: MultiVectorConfig | undefined;
    memory?: Memory | undefined;
}
export interface VectorParamsDiff {
    hnswConfig?: HnswConfigDiff | undefined;
    quantizationConfig?: QuantizationConfigDiff | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface VectorParamsMap {
    map: Map<string, VectorParams>;
}
export interface VectorParamsMap_MapEntry {
    key: string;
    value: VectorParams | undefined;
}
export interface VectorParamsDiffMap {
    map: Map<string, VectorParamsDiff>;
}
export interface VectorParamsDiffMap_MapEntry {
    key: string;
    value: VectorParamsDiff | undefined;
}
export interface VectorsConfig {
    config: {
        $case: "params";
        value: VectorParams;
    } | {
        $case: "paramsMap";
        value: VectorParamsMap;
    } | undefined;
}
export interface VectorsConfigDiff {
    config: {
        $case: "params";
        value: VectorParamsDiff;
    } | {
        $case: "paramsMap";
        value: VectorParamsDiffMap;
    } | undefined;
}
export interface SparseVectorParams {
    index?: SparseIndexConfig | undefined;
    modifier?: Modifier | undefined;
}
export interface SparseVectorConfig {
    map: Map<string, SparseVectorParams>;
}
export interface SparseVectorConfig_MapEntry {
    key: string;
    value: SparseVectorParams | undefined;
}
export interface MultiVectorConfig {
    comparator: MultiVectorComparator;
}
export interface GetCollectionInfoRequest {
    collectionName: string;
}
export interface CollectionExistsRequest {
    collectionName: string;
}
export interface CollectionExists {
    exists: boolean;
}
export interface CollectionExistsResponse {
    result: CollectionExists | undefined;
    time: number;
}
export interface ListCollectionsRequest {
}
export interface CollectionDescription {
    name: string;
}
export interface GetCollectionInfoResponse {
    result: CollectionInfo | undefined;
    time: number;
}
export interface ListCollectionsResponse {
    collections: CollectionDescription[];
    time: number;
}
export interface MaxOptimizationThreads {
    variant: {
        $case: "value";
        value: bigint;
    } | {
        $case: "setting";
        value: MaxOptimizationThreads_Setting;
    } | undefined;
}
export declare const MaxOptimizationThreads_Setting: {
    readonly Auto: 0;
};
export type MaxOptimizationThreads_Setting = typeof MaxOptimizationThreads_Setting[keyof typeof MaxOptimizationThreads_Setting];
export declare namespace MaxOptimizationThreads_Setting {
    type Auto = typeof MaxOptimizationThreads_Setting.Auto;
}
export interface OptimizerStatus {
    ok: boolean;
    error: string;
}
export interface CollectionWarning {
    message: string;
}
export interface HnswConfigDiff {
    m?: bigint | undefined;
    efConstruct?: bigint | undefined;
    fullScanThreshold?: bigint | undefined;
    maxIndexingThreads?: bigint | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    payloadM?: bigint | undefined;
    inlineStorage?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface SparseIndexConfig {
    fullScanThreshold?: bigint | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    datatype?: Datatype | undefined;
    memory?: Memory | undefined;
}
export interface WalConfigDiff {
    walCapacityMb?: bigint | undefined;
    walSegmentsAhead?: bigint | undefined;
    walRetainClosed?: bigint | undefined;
}
export interface OptimizersConfigDiff {
    deletedThreshold?: number | undefined;
    vacuumMinVectorNumber?: bigint | undefined;
    defaultSegmentNumber?: bigint | undefined;
    maxSegmentSize?: bigint | undefined;
    memmapThreshold?: bigint | undefined;
    indexingThreshold?: bigint | undefined;
    flushIntervalSec?: bigint | undefined;
    deprecatedMaxOptimizationThreads?: bigint | undefined;
    maxOptimizationThreads?: MaxOptimizationThreads | undefined;
    preventUnoptimized?: boolean | undefined;
}
export interface ScalarQuantization {
    type: QuantizationType;
    quantile?: number | undefined;
    /** @deprecated */
    alwaysRam?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface ProductQuantization {
    compression: CompressionRatio;
    /** @deprecated */
    alwaysRam?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface BinaryQuantizationQueryEncoding {
    variant: {
        $case: "setting";
        value: BinaryQuantizationQueryEncoding_Setting;
    } | undefined;
}
export declare const BinaryQuantizationQueryEncoding_Setting: {
    readonly Default: 0;
    readonly Binary: 1;
    readonly Scalar4Bits: 2;
    readonly Scalar8Bits: 3;
};
export type BinaryQuantizationQueryEncoding_Setting = typeof BinaryQuantizationQueryEncoding_Setting[keyof typeof BinaryQuantizationQueryEncoding_Setting];
export declare namespace BinaryQuantizationQueryEncoding_Setting {
    type Default = typeof BinaryQuantizationQueryEncoding_Setting.Default;
    type Binary = typeof BinaryQuantizationQueryEncoding_Setting.Binary;
    type Scalar4Bits = typeof BinaryQuantizationQueryEncoding_Setting.Scalar4Bits;
    type Scalar8Bits = typeof BinaryQuantizationQueryEncoding_Setting.Scalar8Bits;
}
export interface BinaryQuantization {
    /** @deprecated */
    alwaysRam?: boolean | undefined;
    encoding?: BinaryQuantizationEncoding | undefined;
    queryEncoding?: BinaryQuantizationQueryEncoding | undefined;
    memory?: Memory | undefined;
}
export interface TurboQuantization {
    /** @deprecated */
    alwaysRam?: boolean | undefined;
    bits?: TurboQuantBitSize | undefined;
    memory?: Memory | undefined;
}
export interface QuantizationConfig {
    quantization: {
        $case: "scalar";
        value: ScalarQuantization;
    } | {
        $case: "product";
        value: ProductQuantization;
    } | {
        $case: "binary";
        value: BinaryQuantization;
    } | {
        $case: "turboquant";
        value: TurboQuantization;
    } | undefined;
}
export interface Disabled {
}
export interface QuantizationConfigDiff {
    quantization: {
        $case: "scalar";
        value: ScalarQuantization;
    } | {
        $case: "product";
        value: ProductQuantization;
    } | {
        $case: "disabled";
        value: Disabled;
    } | {
        $case: "binary";
        value: BinaryQuantization;
    } | {
        $case: "turboquant";
        value: TurboQuantization;
    } | undefined;
}
export interface StrictModeConfig {
    enabled?: boolean | undefined;
    maxQueryLimit?: number | undefined;
    maxTimeout?: number | undefined;
    unindexedFilteringRetrieve?: boolean | undefined;
    unindexedFilteringUpdate?: boolean | undefined;
    searchMaxHnswEf?: number | undefined;
    searchAllowExact?: boolean | undefined;
    searchMaxOversampling?: number | undefined;
    upsertMaxBatchsize?: bigint | undefined;
    searchMaxBatchsize?: bigint | undefined;
    maxCollectionVectorSizeBytes?: bigint | undefined;
    readRateLimit?: number | undefined;
    writeRateLimit?: number | undefined;
    maxCollectionPayloadSizeBytes?: bigint | undefined;
    filterMaxConditions?: bigint | undefined;
    conditionMaxSize?: bigint | undefined;
    multivectorConfig?: StrictModeMultivectorConfig | undefined;
    sparseConfig?: StrictModeSparseConfig | undefined;
    maxPointsCount?: bigint | undefined;
    maxPayloadIndexCount?: bigint | undefined;
    /** @deprecated */
    maxResidentMemoryPercent?: number | undefined;
}
export interface StrictModeSparseConfig {
    sparseConfig: Map<string, StrictModeSparse>;
}
export interface StrictModeSparseConfig_SparseConfigEntry {
    key: string;
    value: StrictModeSparse | undefined;
}
export interface StrictModeSparse {
    maxLength?: bigint | undefined;
}
export interface StrictModeMultivectorConfig {
    multivectorConfig: Map<string, StrictModeMultivector>;
}
export interface StrictModeMultivectorConfig_MultivectorConfigEntry {
    key: string;
    value: StrictModeMultivector | undefined;
}
export interface StrictModeMultivector {
    maxVectors?: bigint | undefined;
}
export interface PayloadStorageParams {
    memory?: Memory | undefined;
}
export interface CreateCollection {
    collectionName: string;
    hnswConfig?: HnswConfigDiff | undefined;
    walConfig?: WalConfigDiff | undefined;
    optimizersConfig?: OptimizersConfigDiff | undefined;
    shardNumber?: number | undefined;
    /** @deprecated */
    onDiskPayload?: boolean | undefined;
    timeout?: bigint | undefined;
    vectorsConfig?: VectorsConfig | undefined;
    replicationFactor?: number | undefined;
    writeConsistencyFactor?: number | undefined;
    quantizationConfig?: QuantizationConfig | undefined;
    shardingMethod?: ShardingMethod | undefined;
    sparseVectorsConfig?: SparseVectorConfig | undefined;
    strictModeConfig?: StrictModeConfig | undefined;
    metadata: Map<string, Value>;
    payload?: PayloadStorageParams | undefined;
}
export interface CreateCollection_MetadataEntry {
    key: string;
    value: Value | undefined;
}
export interface UpdateCollection {
    collectionName: string;
    optimizersConfig?: OptimizersConfigDiff | undefined;
    timeout?: bigint | undefined;
    params?: CollectionParamsDiff | undefined;
    hnswConfig?: HnswConfigDiff | undefined;
    vectorsConfig?: VectorsConfigDiff | undefined;
    quantizationConfig?: QuantizationConfigDiff | undefined;
    sparseVectorsConfig?: SparseVectorConfig | undefined;
    strictModeConfig?: StrictModeConfig | undefined;
    metadata: Map<string, Value>;
}
export interface UpdateCollection_MetadataEntry {
    key: string;
    value: Value | undefined;
}
export interface DeleteCollection {
    collectionName: string;
    timeout?: bigint | undefined;
}
export interface CollectionOperationResponse {
    result: boolean;
    time: number;
}
export interface CollectionParams {
    shardNumber: number;
    /** @deprecated */
    onDiskPayload: boolean;
    vectorsConfig?: VectorsConfig | undefined;
    replicationFactor?: number | undefined;
    writeConsistencyFactor?: number | undefined;
    readFanOutFactor?: number | undefined;
    shardingMethod?: ShardingMethod | undefined;
    sparseVectorsConfig?: SparseVectorConfig | undefined;
    readFanOutDelayMs?: bigint | undefined;
    payload?: PayloadStorageParams | undefined;
}
export interface CollectionParamsDiff {
    replicationFactor?: number | undefined;
    writeConsistencyFactor?: number | undefined;
    /** @deprecated */
    onDiskPayload?: boolean | undefined;
    readFanOutFactor?: number | undefined;
    readFanOutDelayMs?: bigint | undefined;
    payload?: PayloadStorageParams | undefined;
}
export interface CollectionConfig {
    params: CollectionParams | undefined;
    hnswConfig: HnswConfigDiff | undefined;
    optimizerConfig: OptimizersConfigDiff | undefined;
    walConfig: WalConfigDiff | undefined;
    quantizationConfig?: QuantizationConfig | undefined;
    strictModeConfig?: StrictModeConfig | undefined;
    metadata: Map<string, Value>;
}
export interface CollectionConfig_MetadataEntry {
    key: string;
    value: Value | undefined;
}
export interface KeywordIndexParams {
    isTenant?: boolean | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    prefix?: KeywordPrefixParams | undefined;
    memory?: Memory | undefined;
}
export interface KeywordPrefixParams {
}
export interface IntegerIndexParams {
    lookup?: boolean | undefined;
    range?: boolean | undefined;
    isPrincipal?: boolean | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface FloatIndexParams {
    /** @deprecated */
    onDisk?: boolean | undefined;
    isPrincipal?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface GeoIndexParams {
    /** @deprecated */
    onDisk?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface StopwordsSet {
    languages: string[];
    custom: string[];
}
export interface TextIndexParams {
    tokenizer: TokenizerType;
    lowercase?: boolean | undefined;
    minTokenLen?: bigint | undefined;
    maxTokenLen?: bigint | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    stopwords?: StopwordsSet | undefined;
    phraseMatching?: boolean | undefined;
    stemmer?: StemmingAlgorithm | undefined;
    asciiFolding?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface StemmingAlgorithm {
    stemmingParams: {
        $case: "snowball";
        value: SnowballParams;
    } | {
        $case: "disabled";
        value: DisabledStemmer;
    } | undefined;
}
export interface SnowballParams {
    language: string;
}
export interface DisabledStemmer {
}
export interface BoolIndexParams {
    /** @deprecated */
    onDisk?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface DatetimeIndexParams {
    /** @deprecated */
    onDisk?: boolean | undefined;
    isPrincipal?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface UuidIndexParams {
    isTenant?: boolean | undefined;
    /** @deprecated */
    onDisk?: boolean | undefined;
    enableHnsw?: boolean | undefined;
    memory?: Memory | undefined;
}
export interface PayloadIndexParams {
    indexParams: {
        $case: "keywordIndexParams";
        value: KeywordIndexParams;
    } | {
        $case: "integerIndexParams";
        value: IntegerIndexParams;
    } | {
        $case: "floatIndexParams";
        value: FloatIndexParams;
    } | {
        $case: "geoIndexParams";
        value: GeoIndexParams;
    } | {
        $case: "textIndexParams";
        value: TextIndexParams;
    } | {
        $case: "boolIndexParams";
        value: BoolIndexParams;
    } | {
        $case: "datetimeIndexParams";
        value: DatetimeIndexParams;
    } | {
        $case: "uuidIndexParams";
        value: UuidIndexParams;
    } | undefined;
}
export interface PayloadSchemaInfo {
    dataType: PayloadSchemaType;
    params?: PayloadIndexParams | undefined;
    points?: bigint | undefined;
}
export interface UpdateQueueInfo {
    length: bigint;
    deferredPoints?: bigint | undefined;
}
export interface CollectionInfo {
    status: CollectionStatus;
    optimizerStatus: OptimizerStatus | undefined;
    segmentsCount: bigint;
    config: CollectionConfig | undefined;
    payloadSchema: Map<string, PayloadSchemaInfo>;
    pointsCount?: bigint | undefined;
    indexedVectorsCount?: bigint | undefined;
    warnings: CollectionWarning[];
    updateQueue: UpdateQueueInfo | undefined;
}
export interface CollectionInfo_PayloadSchemaEntry {
    key: string;
    value: PayloadSchemaInfo | undefined;
}
export interface ChangeAliases {
    actions: AliasOperations[];
    timeout?: bigint | undefined;
}
export interface AliasOperations {
    action: {
        $case: "createAlias";
        value: CreateAlias;
    } | {
        $case: "renameAlias";
        value: RenameAlias;
    } | {
        $case: "deleteAlias";
        value: DeleteAlias;
    } | undefined;
}
export interface CreateAlias {
    collectionName: string;
    aliasName: string;
}
export interface RenameAlias {
    oldAliasName: string;
    newAliasName: string;
}
export interface DeleteAlias {
    aliasName: string;
}
export interface ListAliasesRequest {
}
export interface ListCollectionAliasesRequest {
    collectionName: string;
}
export interface AliasDescription {
    aliasName: string;
    collectionName: string;
}
export interface ListAliasesResponse {
    aliases: AliasDescription[];
    time: number;
}
export interface CollectionClusterInfoRequest {
    collectionName: string;
}
export interface ShardKey {
    key: {
        $case: "keyword";
        value: string;
    } | {
        $case: "number";
        value: bigint;
    } | undefined;
}
export interface LocalShardInfo {
    shardId: number;
    pointsCount: bigint;
    state: ReplicaState;
    shardKey?: ShardKey | undefined;
}
export interface RemoteShardInfo {
    shardId: number;
    peerId: bigint;
    state: ReplicaState;
    shardKey?: ShardKey | undefined;
}
export interface ShardTransferInfo {
    shardId: number;
    toShardId?: number | undefined;
    from: bigint;
    to: bigint;
    sync: boolean;
}
export interface ReshardingInfo {
    shardId: number;
    peerId: bigint;
    shardKey?: ShardKey | undefined;
    direction: ReshardingDirection;
}
export interface CollectionClusterInfoResponse {
    peerId: bigint;
    shardCount: bigint;
    localShards: LocalShardInfo[];
    remoteShards: RemoteShardInfo[];
    shardTransfers: ShardTransferInfo[];
    reshardingOperations: ReshardingInfo[];
    time: number;
}
export interface MoveShard {
    shardId: number;
    toShardId?: number | undefined;
    fromPeerId: bigint;
    toPeerId: bigint;
    method?: ShardTransferMethod | undefined;
}
export interface ReplicateShard {
    shardId: number;
    toShardId?: number | undefined;
    fromPeerId: bigint;
    toPeerId: bigint;
    method?: ShardTransferMethod | undefined;
}
export interface AbortShardTransfer {
    shardId: number;
    toShardId?: number | undefined;
    fromPeerId: bigint;
    toPeerId: bigint;
}
export interface RestartTransfer {
    shardId: number;
    toShardId?: number | undefined;
    fromPeerId: bigint;
    toPeerId: bigint;
    method: ShardTransferMethod;
}
export interface ReplicatePoints {
    fromShardKey: ShardKey | undefined;
    toShardKey: ShardKey | undefined;
    filter?: Filter | undefined;
}
export interface Replica {
    shardId: number;
    peerId: bigint;
}
export interface CreateShardKey {
    shardKey: ShardKey | undefined;
    shardsNumber?: number | undefined;
    replicationFactor?: number | undefined;
    placement: bigint[];
    initialState?: ReplicaState | undefined;
}
export interface DeleteShardKey {
    shardKey: ShardKey | undefined;
}
export interface UpdateCollectionClusterSetupRequest {
    collectionName: string;
    operation: {
        $case: "moveShard";
        value: MoveShard;
    } | {
        $case: "replicateShard";
        value: ReplicateShard;
    } | {
        $case: "abortTransfer";
        value: AbortShardTransfer;
    } | {
        $case: "dropReplica";
        value: Replica;
    } | {
        $case: "createShardKey";
        value: CreateShardKey;
    } | {
        $case: "deleteShardKey";
        value: DeleteShardKey;
    } | {
        $case: "restartTransfer";
        value: RestartTransfer;
    } | {
        $case: "replicatePoints";
        value: ReplicatePoints;
    } | undefined;
    timeout?: bigint | undefined;
}
export interface UpdateCollectionClusterSetupResponse {
    result: boolean;
    time: number;
}
export interface CreateShardKeyRequest {
    collectionName: string;
    request: CreateShardKey | undefined;
    timeout?: bigint | undefined;
}
export interface DeleteShardKeyRequest {
    collectionName: string;
    request: DeleteShardKey | undefined;
    timeout?: bigint | undefined;
}
export interface ListShardKeysRequest {
    collectionName: string;
}
export interface CreateShardKeyResponse {
    result: boolean;
    time: number;
}
export interface DeleteShardKeyResponse {
    result: boolean;
    time: number;
}
export interface ShardKeyDescription {
    key: ShardKey | undefined;
}
export interface ListShardKeysResponse {
    shardKeys: ShardKeyDescription[];
    time: number;
}
export declare const VectorParams: MessageFns<VectorParams>;
export declare const VectorParamsDiff: MessageFns<VectorParamsDiff>;
export declare const VectorParamsMap: MessageFns<VectorParamsMap>;
export declare const VectorParamsMap_MapEntry: MessageFns<VectorParamsMap_MapEntry>;
export declare const VectorParamsDiffMap: MessageFns<VectorParamsDiffMap>;
export declare const VectorParamsDiffMap_MapEntry: MessageFns<VectorParamsDiffMap_MapEntry>;
export declare const VectorsConfig: MessageFns<VectorsConfig>;
export declare const VectorsConfigDiff: MessageFns<VectorsConfigDiff>;
export declare const SparseVectorParams: MessageFns<SparseVectorParams>;
export declare const SparseVectorConfig: MessageFns<SparseVectorConfig>;
export declare const SparseVectorConfig_MapEntry: MessageFns<SparseVectorConfig_MapEntry>;
export declare const MultiVectorConfig: MessageFns<MultiVectorConfig>;
export declare const GetCollectionInfoRequest: MessageFns<GetCollectionInfoRequest>;
export declare const CollectionExistsRequest: MessageFns<CollectionExistsRequest>;
export declare const CollectionExists: MessageFns<CollectionExists>;
export declare const CollectionExistsResponse: MessageFns<CollectionExistsResponse>;
export declare const ListCollectionsRequest: MessageFns<ListCollectionsRequest>;
export declare const CollectionDescription: MessageFns<CollectionDescription>;
export declare const GetCollectionInfoResponse: MessageFns<GetCollectionInfoResponse>;
export declare const ListCollectionsResponse: MessageFns<ListCollectionsResponse>;
export declare const MaxOptimizationThreads: MessageFns<MaxOptimizationThreads>;
export declare const OptimizerStatus: MessageFns<OptimizerStatus>;
export declare const CollectionWarning: MessageFns<CollectionWarning>;
export declare const HnswConfigDiff: MessageFns<HnswConfigDiff>;
export declare const SparseIndexConfig: MessageFns<SparseIndexConfig>;
export declare const WalConfigDiff: MessageFns<WalConfigDiff>;
export declare const OptimizersConfigDiff: MessageFns<OptimizersConfigDiff>;
export declare const ScalarQuantization: MessageFns<ScalarQuantization>;
export declare const ProductQuantization: MessageFns<ProductQuantization>;
export declare const BinaryQuantizationQueryEncoding: MessageFns<BinaryQuantizationQueryEncoding>;
export declare const BinaryQuantization: MessageFns<BinaryQuantization>;
export declare const TurboQuantization: MessageFns<TurboQuantization>;
export declare const QuantizationConfig: MessageFns<QuantizationConfig>;
export declare const Disabled: MessageFns<Disabled>;
export declare const QuantizationConfigDiff: MessageFns<QuantizationConfigDiff>;
export declare const StrictModeConfig: MessageFns<StrictModeConfig>;
export declare const StrictModeSparseConfig: MessageFns<StrictModeSparseConfig>;
export declare const StrictModeSparseConfig_SparseConfigEntry: MessageFns<StrictModeSparseConfig_SparseConfigEntry>;
export declare const StrictModeSparse: MessageFns<StrictModeSparse>;
export declare const StrictModeMultivectorConfig: MessageFns<StrictModeMultivectorConfig>;
export declare const StrictModeMultivectorConfig_MultivectorConfigEntry: MessageFns<StrictModeMultivectorConfig_MultivectorConfigEntry>;
export declare const StrictModeMultivector: MessageFns<StrictModeMultivector>;
export declare const PayloadStorageParams: MessageFns<PayloadStorageParams>;
export declare const CreateCollection: MessageFns<CreateCollection>;
export declare const CreateCollection_MetadataEntry: MessageFns<CreateCollection_MetadataEntry>;
export declare const UpdateCollection: MessageFns<UpdateCollection>;
export declare const UpdateCollection_MetadataEntry: MessageFns<UpdateCollection_MetadataEntry>;
export declare const DeleteCollection: MessageFns<DeleteCollection>;
export declare const CollectionOperationResponse: MessageFns<CollectionOperationResponse>;
export declare const CollectionParams: MessageFns<CollectionParams>;
export declare const CollectionParamsDiff: MessageFns<CollectionParamsDiff>;
export declare const CollectionConfig: MessageFns<CollectionConfig>;
export declare const CollectionConfig_MetadataEntry: MessageFns<CollectionConfig_MetadataEntry>;
export declare const KeywordIndexParams: MessageFns<KeywordIndexParams>;
export declare const KeywordPrefixParams: MessageFns<KeywordPrefixParams>;
export declare const IntegerIndexParams: MessageFns<IntegerIndexParams>;
export declare const FloatIndexParams: MessageFns<FloatIndexParams>;
export declare const GeoIndexParams: MessageFns<GeoIndexParams>;
export declare const StopwordsSet: MessageFns<StopwordsSet>;
export declare const TextIndexParams: MessageFns<TextIndexParams>;
export declare const StemmingAlgorithm: MessageFns<StemmingAlgorithm>;
export declare const SnowballParams: MessageFns<SnowballParams>;
export declare const DisabledStemmer: MessageFns<DisabledStemmer>;
export declare const BoolIndexParams: MessageFns<BoolIndexParams>;
export declare const DatetimeIndexParams: MessageFns<DatetimeIndexParams>;
export declare const UuidIndexParams: MessageFns<UuidIndexParams>;
export declare const PayloadIndexParams: MessageFns<PayloadIndexParams>;
export declare const PayloadSchemaInfo: MessageFns<PayloadSchemaInfo>;
export declare const UpdateQueueInfo: MessageFns<UpdateQueueInfo>;
export declare const CollectionInfo: MessageFns<CollectionInfo>;
export declare const CollectionInfo_PayloadSchemaEntry: MessageFns<CollectionInfo_PayloadSchemaEntry>;
export declare const ChangeAliases: MessageFns<ChangeAliases>;
export declare const AliasOperations: MessageFns<AliasOperations>;
export declare const CreateAlias: MessageFns<CreateAlias>;
export declare const RenameAlias: MessageFns<RenameAlias>;
export declare const DeleteAlias: MessageFns<DeleteAlias>;
export declare const ListAliasesRequest: MessageFns<ListAliasesRequest>;
export declare const ListCollectionAliasesRequest: MessageFns<ListCollectionAliasesRequest>;
export declare const AliasDescription: MessageFns<AliasDescription>;
export declare const ListAliasesResponse: MessageFns<ListAliasesResponse>;
export declare const CollectionClusterInfoRequest: MessageFns<CollectionClusterInfoRequest>;
export declare const ShardKey: MessageFns<ShardKey>;
export declare const LocalShardInfo: MessageFns<LocalShardInfo>;
export declare const RemoteShardInfo: MessageFns<RemoteShardInfo>;
export declare const ShardTransferInfo: MessageFns<ShardTransferInfo>;
export declare const ReshardingInfo: MessageFns<ReshardingInfo>;
export declare const CollectionClusterInfoResponse: MessageFns<CollectionClusterInfoResponse>;
export declare const MoveShard: MessageFns<MoveShard>;
export declare const ReplicateShard: MessageFns<ReplicateShard>;
export declare const AbortShardTransfer: MessageFns<AbortShardTransfer>;
export declare const RestartTransfer: MessageFns<RestartTransfer>;
export declare const ReplicatePoints: MessageFns<ReplicatePoints>;
export declare const Replica: MessageFns<Replica>;
export declare const CreateShardKey: MessageFns<CreateShardKey>;
export declare const DeleteShardKey: MessageFns<DeleteShardKey>;
export declare const UpdateCollectionClusterSetupRequest: MessageFns<UpdateCollectionClusterSetupRequest>;
export declare const UpdateCollectionClusterSetupResponse: MessageFns<UpdateCollectionClusterSetupResponse>;
export declare const CreateShardKeyRequest: MessageFns<CreateShardKeyRequest>;
export declare const DeleteShardKeyRequest: MessageFns<DeleteShardKeyRequest>;
export declare const ListShardKeysRequest: MessageFns<ListShardKeysRequest>;
export declare const CreateShardKeyResponse: MessageFns<CreateShardKeyResponse>;
export declare const DeleteShardKeyResponse: MessageFns<DeleteShardKeyResponse>;
export declare const ShardKeyDescription: MessageFns<ShardKeyDescription>;
export declare const ListShardKeysResponse: MessageFns<ListShardKeysResponse>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
