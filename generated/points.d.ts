import { BinaryReader, BinaryWriter } from "./wire.js";
import { Datatype, Distance, Modifier, MultiVectorConfig, PayloadIndexParams, ShardKey } from "./collections.js";
import { Timestamp } from "./google/protobuf/timestamp.js";
import { Value } from "./json_with_int.js";
import { Condition, Filter, GeoPoint, PointId } from "./qdrant_common.js";
export declare const protobufPackage = "qdrant";
export declare const protobufFileName = "points.proto";
export declare const WriteOrderingType: {
    readonly Weak: 0;
    readonly Medium: 1;
    readonly Strong: 2;
};
export type WriteOrderingType = typeof WriteOrderingType[keyof typeof WriteOrderingType];
export declare namespace WriteOrderingType {
    type Weak = typeof WriteOrderingType.Weak;
    type Medium = typeof WriteOrderingType.Medium;
    type Strong = typeof WriteOrderingType.Strong;
}
export declare const UpdateMode: {
    readonly Upsert: 0;
    readonly InsertOnly: 1;
    readonly UpdateOnly: 2;
};
export type UpdateMode = typeof UpdateMode[keyof typeof UpdateMode];
export declare namespace UpdateMode {
    type Upsert = typeof UpdateMode.Upsert;
    type InsertOnly = typeof UpdateMode.InsertOnly;
    type UpdateOnly = typeof UpdateMode.UpdateOnly;
}
export declare const ReadConsistencyType: {
    readonly All: 0;
    readonly Majority: 1;
    readonly Quorum: 2;
};
export type ReadConsistencyType = typeof ReadConsistencyType[keyof typeof ReadConsistencyType];
export declare namespace ReadConsistencyType {
    type All = typeof ReadConsistencyType.All;
    type Majority = typeof ReadConsistencyType.Majority;
    type Quorum = typeof ReadConsistencyType.Quorum;
}
export declare const FieldType: {
    readonly FieldTypeKeyword: 0;
    readonly FieldTypeInteger: 1;
    readonly FieldTypeFloat: 2;
    readonly FieldTypeGeo: 3;
    readonly FieldTypeText: 4;
    readonly FieldTypeBool: 5;
    readonly FieldTypeDatetime: 6;
    readonly FieldTypeUuid: 7;
};
export type FieldType = typeof FieldType[keyof typeof FieldType];
export declare namespace FieldType {
    type FieldTypeKeyword = typeof FieldType.FieldTypeKeyword;
    type FieldTypeInteger = typeof FieldType.FieldTypeInteger;
    type FieldTypeFloat = typeof FieldType.FieldTypeFloat;
    type FieldTypeGeo = typeof FieldType.FieldTypeGeo;
    type FieldTypeText = typeof FieldType.FieldTypeText;
    type FieldTypeBool = typeof FieldType.FieldTypeBool;
    type FieldTypeDatetime = typeof FieldType.FieldTypeDatetime;
    type FieldTypeUuid = typeof FieldType.FieldTypeUuid;
}
export declare const Direction: {
    readonly Asc: 0;
    readonly Desc: 1;
};
export type Direction = typeof Direction[keyof typeof Direction];
export declare namespace Direction {
    type Asc = typeof Direction.Asc;
    type Desc = typeof Direction.Desc;
}
export declare const RecommendStrategy: {
    readonly AverageVector: 0;
    readonly BestScore: 1;
    readonly SumScores: 2;
};
export type RecommendStrategy = typeof RecommendStrategy[keyof typeof RecommendStrategy];
export declare namespace RecommendStrategy {
    type AverageVector = typeof RecommendStrategy.AverageVector;
    type BestScore = typeof RecommendStrategy.BestScore;
    type SumScores = typeof RecommendStrategy.SumScores;
}
export declare const Fusion: {
    readonly RRF: 0;
    readonly DBSF: 1;
};
export type Fusion = typeof Fusion[keyof typeof Fusion];
export declare namespace Fusion {
    type RRF = typeof Fusion.RRF;
    type DBSF = typeof Fusion.DBSF;
}
export declare const Sample: {
    readonly Random: 0;
};
export type Sample = typeof Sample[keyof typeof Sample];
export declare namespace Sample {
    type Random = typeof Sample.Random;
}
export declare const UpdateStatus: {
    readonly UnknownUpdateStatus: 0;
    readonly Acknowledged: 1;
    readonly Completed: 2;
    readonly ClockRejected: 3;
    readonly WaitTimeout: 4;
};
export type UpdateStatus = typeof UpdateStatus[keyof typeof UpdateStatus];
export declare namespace UpdateStatus {
    type UnknownUpdateStatus = typeof UpdateStatus.UnknownUpdateStatus;
    type Acknowledged = typeof UpdateStatus.Acknowledged;
    type Completed = typeof UpdateStatus.Completed;
    type ClockRejected = typeof UpdateStatus.ClockRejected;
    type WaitTimeout = typeof UpdateStatus.WaitTimeout;
}
export interface WriteOrdering {
    type: WriteOrderingType;
}
export interface ReadConsistency {
    value: {
        $case: "type";
        value: ReadConsistencyType;
    } | {
        $case: "factor";
        value: bigint;
    } | undefined;
}
export interface SparseIndices {
    data: number[];
}
export interface Document {
    text: string;
    model: string;
    options: Map<string, Value>;
}
export interface Document_OptionsEntry {
    key: string;
    value: Value | undefined;
}
export interface Image {
    image: Value | undefined;
    model: string;
    options: Map<string, Value>;
}
export interface Image_OptionsEntry {
    key: string;
    value: Value | undefined;
}
export interface InferenceObject {
    object: Value | undefined;
    model: string;
    options: Map<string, Value>;
}
export interface InferenceObject_OptionsEntry {
    key: string;
    value: Value | undefined;
}
export interface Vector {
    /** @deprecated */
    data: Float32Array;
    /** @deprecated */
    indices?: SparseIndices | undefined;
    /** @deprecated */
    vectorsCount?: number | undefined;
    vector: {
        $case: "dense";
        value: DenseVector;
    } | {
        $case: "sparse";
        value: SparseVector;
    } | {
        $case: "multiDense";
        value: MultiDenseVector;
    } | {
        $case: "document";
        value: Document;
    } | {
        $case: "image";
        value: Image;
    } | {
        $case: "object";
        value: InferenceObject;
    } | undefined;
}
export interface VectorOutput {
    /** @deprecated */
    data: Float32Array;
    /** @deprecated */
    indices?: SparseIndices | undefined;
    /** @deprecated */
    vectorsCount?: number | undefined;
    vector: {
        $case: "dense";
        value: DenseVector;
    } | {
        $case: "sparse";
        value: SparseVector;
    } | {
        $case: "multiDense";
        value: MultiDenseVector;
    } | undefined;
}
export interface DenseVector {
    data: Float32Array;
}
export interface SparseVector {
    values: Float32Array;
    indices: number[];
}
export interface MultiDenseVector {
    vectors: DenseVector[];
}
export interface VectorInput {
    variant: {
        $case: "id";
        value: PointId;
    } | {
        $case: "dense";
        value: DenseVector;
    } | {
        $case: "sparse";
        value: SparseVector;
    } | {
        $case: "multiDense";
        value: MultiDenseVector;
    } | {
        $case: "document";
        value: Document;
    } | {
        $case: "image";
        value: Image;
    } | {
        $case: "object";
        value: InferenceObject;
    } | undefined;
}
export interface ShardKeySelector {
    shardKeys: ShardKey[];
    fallback?: ShardKey | undefined;
}
export interface UpsertPoints {
    collectionName: string;
    wait?: boolean | undefined;
    points: PointStruct[];
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    updateFilter?: Filter | undefined;
    timeout?: bigint | undefined;
    updateMode?: UpdateMode | undefined;
}
export interface DeletePoints {
    collectionName: string;
    wait?: boolean | undefined;
    points: PointsSelector | undefined;
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface GetPoints {
    collectionName: string;
    ids: PointId[];
    withPayload: WithPayloadSelector | undefined;
    withVectors?: WithVectorsSelector | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface UpdatePointVectors {
    collectionName: string;
    wait?: boolean | undefined;
    points: PointVectors[];
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    updateFilter?: Filter | undefined;
    timeout?: bigint | undefined;
}
export interface PointVectors {
    id: PointId | undefined;
    vectors: Vectors | undefined;
}
export interface DeletePointVectors {
    collectionName: string;
    wait?: boolean | undefined;
    pointsSelector: PointsSelector | undefined;
    vectors: VectorsSelector | undefined;
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface SetPayloadPoints {
    collectionName: string;
    wait?: boolean | undefined;
    payload: Map<string, Value>;
    pointsSelector?: PointsSelector | undefined;
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    key?: string | undefined;
    timeout?: bigint | undefined;
}
export interface SetPayloadPoints_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface DeletePayloadPoints {
    collectionName: string;
    wait?: boolean | undefined;
    keys: string[];
    pointsSelector?: PointsSelector | undefined;
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface ClearPayloadPoints {
    collectionName: string;
    wait?: boolean | undefined;
    points: PointsSelector | undefined;
    ordering?: WriteOrdering | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface CreateFieldIndexCollection {
    collectionName: string;
    wait?: boolean | undefined;
    fieldName: string;
    fieldType?: FieldType | undefined;
    fieldIndexParams?: PayloadIndexParams | undefined;
    ordering?: WriteOrdering | undefined;
    timeout?: bigint | undefined;
}
export interface DeleteFieldIndexCollection {
    collectionName: string;
    wait?: boolean | undefined;
    fieldName: string;
    ordering?: WriteOrdering | undefined;
    timeout?: bigint | undefined;
}
export interface DenseVectorCreationConfig {
    size: bigint;
    distance: Distance;
    multivectorConfig?: MultiVectorConfig | undefined;
    datatype?: Datatype | undefined;
}
export interface SparseVectorCreationConfig {
    modifier?: Modifier | undefined;
    datatype?: Datatype | undefined;
}
export interface CreateVectorNameRequest {
    collectionName: string;
    wait?: boolean | undefined;
    vectorName: string;
    vectorConfig: {
        $case: "denseConfig";
        value: DenseVectorCreationConfig;
    } | {
        $case: "sparseConfig";
        value: SparseVectorCreationConfig;
    } | undefined;
    timeout?: bigint | undefined;
    ordering?: WriteOrdering | undefined;
}
export interface DeleteVectorNameRequest {
    collectionName: string;
    wait?: boolean | undefined;
    vectorName: string;
    timeout?: bigint | undefined;
    ordering?: WriteOrdering | undefined;
}
export interface PayloadIncludeSelector {
    fields: string[];
}
export interface PayloadExcludeSelector {
    fields: string[];
}
export interface WithPayloadSelector {
    selectorOptions: {
        $case: "enable";
        value: boolean;
    } | {
        $case: "include";
        value: PayloadIncludeSelector;
    } | {
        $case: "exclude";
        value: PayloadExcludeSelector;
    } | undefined;
}
export interface NamedVectors {
    vectors: Map<string, Vector>;
}
export interface NamedVectors_VectorsEntry {
    key: string;
    value: Vector | undefined;
}
export interface NamedVectorsOutput {
    vectors: Map<string, VectorOutput>;
}
export interface NamedVectorsOutput_VectorsEntry {
    key: string;
    value: VectorOutput | undefined;
}
export interface Vectors {
    vectorsOptions: {
        $case: "vector";
        value: Vector;
    } | {
        $case: "vectors";
        value: NamedVectors;
    } | undefined;
}
export interface VectorsOutput {
    vectorsOptions: {
        $case: "vector";
        value: VectorOutput;
    } | {
        $case: "vectors";
        value: NamedVectorsOutput;
    } | undefined;
}
export interface VectorsSelector {
    names: string[];
}
export interface WithVectorsSelector {
    selectorOptions: {
        $case: "enable";
        value: boolean;
    } | {
        $case: "include";
        value: VectorsSelector;
    } | undefined;
}
export interface QuantizationSearchParams {
    ignore?: boolean | undefined;
    rescore?: boolean | undefined;
    oversampling?: number | undefined;
}
export interface AcornSearchParams {
    enable?: boolean | undefined;
    maxSelectivity?: number | undefined;
}
export interface IdfParams {
    corpus?: Filter | undefined;
}
export interface SearchParams {
    hnswEf?: bigint | undefined;
    exact?: boolean | undefined;
    quantization?: QuantizationSearchParams | undefined;
    indexedOnly?: boolean | undefined;
    acorn?: AcornSearchParams | undefined;
    idf?: IdfParams | undefined;
}
export interface SearchPoints {
    collectionName: string;
    vector: Float32Array;
    filter: Filter | undefined;
    limit: bigint;
    withPayload: WithPayloadSelector | undefined;
    params: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    offset?: bigint | undefined;
    vectorName?: string | undefined;
    withVectors?: WithVectorsSelector | undefined;
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    sparseIndices?: SparseIndices | undefined;
}
export interface SearchBatchPoints {
    collectionName: string;
    searchPoints: SearchPoints[];
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
}
export interface WithLookup {
    collection: string;
    withPayload?: WithPayloadSelector | undefined;
    withVectors?: WithVectorsSelector | undefined;
}
export interface SearchPointGroups {
    collectionName: string;
    vector: Float32Array;
    filter: Filter | undefined;
    limit: number;
    withPayload: WithPayloadSelector | undefined;
    params: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    vectorName?: string | undefined;
    withVectors?: WithVectorsSelector | undefined;
    groupBy: string;
    groupSize: number;
    readConsistency?: ReadConsistency | undefined;
    withLookup?: WithLookup | undefined;
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    sparseIndices?: SparseIndices | undefined;
}
export interface StartFrom {
    value: {
        $case: "float";
        value: number;
    } | {
        $case: "integer";
        value: bigint;
    } | {
        $case: "timestamp";
        value: Timestamp;
    } | {
        $case: "datetime";
        value: string;
    } | undefined;
}
export interface OrderBy {
    key: string;
    direction?: Direction | undefined;
    startFrom?: StartFrom | undefined;
}
export interface ScrollPoints {
    collectionName: string;
    filter: Filter | undefined;
    offset?: PointId | undefined;
    limit?: number | undefined;
    withPayload: WithPayloadSelector | undefined;
    withVectors?: WithVectorsSelector | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    orderBy?: OrderBy | undefined;
    timeout?: bigint | undefined;
}
export interface LookupLocation {
    collectionName: string;
    vectorName?: string | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface RecommendPoints {
    collectionName: string;
    positive: PointId[];
    negative: PointId[];
    filter: Filter | undefined;
    limit: bigint;
    withPayload: WithPayloadSelector | undefined;
    params: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    offset?: bigint | undefined;
    using?: string | undefined;
    withVectors?: WithVectorsSelector | undefined;
    lookupFrom?: LookupLocation | undefined;
    readConsistency?: ReadConsistency | undefined;
    strategy?: RecommendStrategy | undefined;
    positiveVectors: Vector[];
    negativeVectors: Vector[];
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface RecommendBatchPoints {
    collectionName: string;
    recommendPoints: RecommendPoints[];
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
}
export interface RecommendPointGroups {
    collectionName: string;
    positive: PointId[];
    negative: PointId[];
    filter: Filter | undefined;
    limit: number;
    withPayload: WithPayloadSelector | undefined;
    params: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    using?: string | undefined;
    withVectors?: WithVectorsSelector | undefined;
    lookupFrom?: LookupLocation | undefined;
    groupBy: string;
    groupSize: number;
    readConsistency?: ReadConsistency | undefined;
    withLookup?: WithLookup | undefined;
    strategy?: RecommendStrategy | undefined;
    positiveVectors: Vector[];
    negativeVectors: Vector[];
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface TargetVector {
    target: {
        $case: "single";
        value: VectorExample;
    } | undefined;
}
export interface VectorExample {
    example: {
        $case: "id";
        value: PointId;
    } | {
        $case: "vector";
        value: Vector;
    } | undefined;
}
export interface ContextExamplePair {
    positive: VectorExample | undefined;
    negative: VectorExample | undefined;
}
export interface DiscoverPoints {
    collectionName: string;
    target: TargetVector | undefined;
    context: ContextExamplePair[];
    filter: Filter | undefined;
    limit: bigint;
    withPayload: WithPayloadSelector | undefined;
    params: SearchParams | undefined;
    offset?: bigint | undefined;
    using?: string | undefined;
    withVectors?: WithVectorsSelector | undefined;
    lookupFrom?: LookupLocation | undefined;
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface DiscoverBatchPoints {
    collectionName: string;
    discoverPoints: DiscoverPoints[];
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
}
export interface CountPoints {
    collectionName: string;
    filter: Filter | undefined;
    exact?: boolean | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    timeout?: bigint | undefined;
}
export interface RecommendInput {
    positive: VectorInput[];
    negative: VectorInput[];
    strategy?: RecommendStrategy | undefined;
}
export interface ContextInputPair {
    positive: VectorInput | undefined;
    negative: VectorInput | undefined;
}
export interface DiscoverInput {
    target: VectorInput | undefined;
    context: ContextInput | undefined;
}
export interface ContextInput {
    pairs: ContextInputPair[];
}
export interface RelevanceFeedbackInput {
    target: VectorInput | undefined;
    feedback: FeedbackItem[];
    strategy: FeedbackStrategy | undefined;
}
export interface FeedbackItem {
    example: VectorInput | undefined;
    score: number;
}
export interface FeedbackStrategy {
    variant: {
        $case: "naive";
        value: NaiveFeedbackStrategy;
    } | undefined;
}
export interface NaiveFeedbackStrategy {
    a: number;
    b: number;
    c: number;
}
export interface Formula {
    expression: Expression | undefined;
    defaults: Map<string, Value>;
}
export interface Formula_DefaultsEntry {
    key: string;
    value: Value | undefined;
}
export interface Expression {
    variant: {
        $case: "constant";
        value: number;
    } | {
        $case: "variable";
        value: string;
    } | {
        $case: "condition";
        value: Condition;
    } | {
        $case: "geoDistance";
        value: GeoDistance;
    } | {
        $case: "datetime";
        value: string;
    } | {
        $case: "datetimeKey";
        value: string;
    } | {
        $case: "mult";
        value: MultExpression;
    } | {
        $case: "sum";
        value: SumExpression;
    } | {
        $case: "div";
        value: DivExpression;
    } | {
        $case: "neg";
        value: Expression;
    } | {
        $case: "abs";
        value: Expression;
    } | {
        $case: "sqrt";
        value: Expression;
    } | {
        $case: "pow";
        value: PowExpression;
    } | {
        $case: "exp";
        value: Expression;
    } | {
        $case: "log10";
        value: Expression;
    } | {
        $case: "ln";
        value: Expression;
    } | {
        $case: "expDecay";
        value: DecayParamsExpression;
    } | {
        $case: "gaussDecay";
        value: DecayParamsExpression;
    } | {
        $case: "linDecay";
        value: DecayParamsExpression;
    } | undefined;
}
export interface GeoDistance {
    origin: GeoPoint | undefined;
    to: string;
}
export interface MultExpression {
    mult: Expression[];
}
export interface SumExpression {
    sum: Expression[];
}
export interface DivExpression {
    left: Expression | undefined;
    right: Expression | undefined;
    byZeroDefault?: number | undefined;
}
export interface PowExpression {
    base: Expression | undefined;
    exponent: Expression | undefined;
}
export interface DecayParamsExpression {
    x: Expression | undefined;
    target?: Expression | undefined;
    scale?: number | undefined;
    midpoint?: number | undefined;
}
export interface NearestInputWithMmr {
    nearest: VectorInput | undefined;
    mmr: Mmr | undefined;
}
export interface Mmr {
    diversity?: number | undefined;
    candidatesLimit?: number | undefined;
}
export interface Rrf {
    k?: number | undefined;
    weights: Float32Array;
}
export interface Query {
    variant: {
        $case: "nearest";
        value: VectorInput;
    } | {
        $case: "recommend";
        value: RecommendInput;
    } | {
        $case: "discover";
        value: DiscoverInput;
    } | {
        $case: "context";
        value: ContextInput;
    } | {
        $case: "orderBy";
        value: OrderBy;
    } | {
        $case: "fusion";
        value: Fusion;
    } | {
        $case: "sample";
        value: Sample;
    } | {
        $case: "formula";
        value: Formula;
    } | {
        $case: "nearestWithMmr";
        value: NearestInputWithMmr;
    } | {
        $case: "rrf";
        value: Rrf;
    } | {
        $case: "relevanceFeedback";
        value: RelevanceFeedbackInput;
    } | undefined;
}
export interface PrefetchQuery {
    prefetch: PrefetchQuery[];
    query?: Query | undefined;
    using?: string | undefined;
    filter?: Filter | undefined;
    params?: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    limit?: bigint | undefined;
    lookupFrom?: LookupLocation | undefined;
}
export interface QueryPoints {
    collectionName: string;
    prefetch: PrefetchQuery[];
    query?: Query | undefined;
    using?: string | undefined;
    filter?: Filter | undefined;
    params?: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    limit?: bigint | undefined;
    offset?: bigint | undefined;
    withVectors?: WithVectorsSelector | undefined;
    withPayload?: WithPayloadSelector | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    lookupFrom?: LookupLocation | undefined;
    timeout?: bigint | undefined;
}
export interface QueryBatchPoints {
    collectionName: string;
    queryPoints: QueryPoints[];
    readConsistency?: ReadConsistency | undefined;
    timeout?: bigint | undefined;
}
export interface QueryPointGroups {
    collectionName: string;
    prefetch: PrefetchQuery[];
    query?: Query | undefined;
    using?: string | undefined;
    filter?: Filter | undefined;
    params?: SearchParams | undefined;
    scoreThreshold?: number | undefined;
    withPayload: WithPayloadSelector | undefined;
    withVectors?: WithVectorsSelector | undefined;
    lookupFrom?: LookupLocation | undefined;
    limit?: bigint | undefined;
    groupSize?: bigint | undefined;
    groupBy: string;
    readConsistency?: ReadConsistency | undefined;
    withLookup?: WithLookup | undefined;
    timeout?: bigint | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface FacetCounts {
    collectionName: string;
    key: string;
    filter?: Filter | undefined;
    limit?: bigint | undefined;
    exact?: boolean | undefined;
    timeout?: bigint | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface FacetValue {
    variant: {
        $case: "stringValue";
        value: string;
    } | {
        $case: "integerValue";
        value: bigint;
    } | {
        $case: "boolValue";
        value: boolean;
    } | undefined;
}
export interface FacetHit {
    value: FacetValue | undefined;
    count: bigint;
}
export interface SearchMatrixPoints {
    collectionName: string;
    filter?: Filter | undefined;
    sample?: bigint | undefined;
    limit?: bigint | undefined;
    using?: string | undefined;
    timeout?: bigint | undefined;
    readConsistency?: ReadConsistency | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface SearchMatrixPairs {
    pairs: SearchMatrixPair[];
}
export interface SearchMatrixPair {
    a: PointId | undefined;
    b: PointId | undefined;
    score: number;
}
export interface SearchMatrixOffsets {
    offsetsRow: bigint[];
    offsetsCol: bigint[];
    scores: Float32Array;
    ids: PointId[];
}
export interface PointsUpdateOperation {
    operation: {
        $case: "upsert";
        value: PointsUpdateOperation_PointStructList;
    } | {
        $case: "deleteDeprecated";
        value: PointsSelector;
    } | {
        $case: "setPayload";
        value: PointsUpdateOperation_SetPayload;
    } | {
        $case: "overwritePayload";
        value: PointsUpdateOperation_OverwritePayload;
    } | {
        $case: "deletePayload";
        value: PointsUpdateOperation_DeletePayload;
    } | {
        $case: "clearPayloadDeprecated";
        value: PointsSelector;
    } | {
        $case: "updateVectors";
        value: PointsUpdateOperation_UpdateVectors;
    } | {
        $case: "deleteVectors";
        value: PointsUpdateOperation_DeleteVectors;
    } | {
        $case: "deletePoints";
        value: PointsUpdateOperation_DeletePoints;
    } | {
        $case: "clearPayload";
        value: PointsUpdateOperation_ClearPayload;
    } | undefined;
}
export interface PointsUpdateOperation_PointStructList {
    points: PointStruct[];
    shardKeySelector?: ShardKeySelector | undefined;
    updateFilter?: Filter | undefined;
    updateMode?: UpdateMode | undefined;
}
export interface PointsUpdateOperation_SetPayload {
    payload: Map<string, Value>;
    pointsSelector?: PointsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    key?: string | undefined;
}
export interface PointsUpdateOperation_SetPayload_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface PointsUpdateOperation_OverwritePayload {
    payload: Map<string, Value>;
    pointsSelector?: PointsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
    key?: string | undefined;
}
export interface PointsUpdateOperation_OverwritePayload_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface PointsUpdateOperation_DeletePayload {
    keys: string[];
    pointsSelector?: PointsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface PointsUpdateOperation_UpdateVectors {
    points: PointVectors[];
    shardKeySelector?: ShardKeySelector | undefined;
    updateFilter?: Filter | undefined;
}
export interface PointsUpdateOperation_DeleteVectors {
    pointsSelector: PointsSelector | undefined;
    vectors: VectorsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface PointsUpdateOperation_DeletePoints {
    points: PointsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface PointsUpdateOperation_ClearPayload {
    points: PointsSelector | undefined;
    shardKeySelector?: ShardKeySelector | undefined;
}
export interface UpdateBatchPoints {
    collectionName: string;
    wait?: boolean | undefined;
    operations: PointsUpdateOperation[];
    ordering?: WriteOrdering | undefined;
    timeout?: bigint | undefined;
}
export interface PointsOperationResponse {
    result: UpdateResult | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface UpdateResult {
    operationId?: bigint | undefined;
    status: UpdateStatus;
}
export interface OrderValue {
    variant: {
        $case: "int";
        value: bigint;
    } | {
        $case: "float";
        value: number;
    } | undefined;
}
export interface ScoredPoint {
    id: PointId | undefined;
    payload: Map<string, Value>;
    score: number;
    version: bigint;
    vectors?: VectorsOutput | undefined;
    shardKey?: ShardKey | undefined;
    orderValue?: OrderValue | undefined;
}
export interface ScoredPoint_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface GroupId {
    kind: {
        $case: "unsignedValue";
        value: bigint;
    } | {
        $case: "integerValue";
        value: bigint;
    } | {
        $case: "stringValue";
        value: string;
    } | undefined;
}
export interface PointGroup {
    id: GroupId | undefined;
    hits: ScoredPoint[];
    lookup: RetrievedPoint | undefined;
}
export interface GroupsResult {
    groups: PointGroup[];
}
export interface SearchResponse {
    result: ScoredPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface QueryResponse {
    result: ScoredPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface QueryBatchResponse {
    result: BatchResult[];
    time: number;
    usage?: Usage | undefined;
}
export interface QueryGroupsResponse {
    result: GroupsResult | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface BatchResult {
    result: ScoredPoint[];
}
export interface SearchBatchResponse {
    result: BatchResult[];
    time: number;
    usage?: Usage | undefined;
}
export interface SearchGroupsResponse {
    result: GroupsResult | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface CountResponse {
    result: CountResult | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface ScrollResponse {
    nextPageOffset?: PointId | undefined;
    result: RetrievedPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface CountResult {
    count: bigint;
}
export interface RetrievedPoint {
    id: PointId | undefined;
    payload: Map<string, Value>;
    vectors?: VectorsOutput | undefined;
    shardKey?: ShardKey | undefined;
    orderValue?: OrderValue | undefined;
}
export interface RetrievedPoint_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface GetResponse {
    result: RetrievedPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface RecommendResponse {
    result: ScoredPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface RecommendBatchResponse {
    result: BatchResult[];
    time: number;
    usage?: Usage | undefined;
}
export interface DiscoverResponse {
    result: ScoredPoint[];
    time: number;
    usage?: Usage | undefined;
}
export interface DiscoverBatchResponse {
    result: BatchResult[];
    time: number;
    usage?: Usage | undefined;
}
export interface RecommendGroupsResponse {
    result: GroupsResult | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface UpdateBatchResponse {
    result: UpdateResult[];
    time: number;
    usage?: Usage | undefined;
}
export interface FacetResponse {
    hits: FacetHit[];
    time: number;
    usage?: Usage | undefined;
}
export interface SearchMatrixPairsResponse {
    result: SearchMatrixPairs | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface SearchMatrixOffsetsResponse {
    result: SearchMatrixOffsets | undefined;
    time: number;
    usage?: Usage | undefined;
}
export interface PointsSelector {
    pointsSelectorOneOf: {
        $case: "points";
        value: PointsIdsList;
    } | {
        $case: "filter";
        value: Filter;
    } | undefined;
}
export interface PointsIdsList {
    ids: PointId[];
}
export interface PointStruct {
    id: PointId | undefined;
    payload: Map<string, Value>;
    vectors?: Vectors | undefined;
}
export interface PointStruct_PayloadEntry {
    key: string;
    value: Value | undefined;
}
export interface Usage {
    hardware?: HardwareUsage | undefined;
    inference?: InferenceUsage | undefined;
}
export interface InferenceUsage {
    models: Map<string, ModelUsage>;
}
export interface InferenceUsage_ModelsEntry {
    key: string;
    value: ModelUsage | undefined;
}
export interface ModelUsage {
    tokens: bigint;
}
export interface HardwareUsage {
    cpu: bigint;
    payloadIoRead: bigint;
    payloadIoWrite: bigint;
    payloadIndexIoRead: bigint;
    payloadIndexIoWrite: bigint;
    vectorIoRead: bigint;
    vectorIoWrite: bigint;
}
export declare const WriteOrdering: MessageFns<WriteOrdering>;
export declare const ReadConsistency: MessageFns<ReadConsistency>;
export declare const SparseIndices: MessageFns<SparseIndices>;
export declare const Document: MessageFns<Document>;
export declare const Document_OptionsEntry: MessageFns<Document_OptionsEntry>;
export declare const Image: MessageFns<Image>;
export declare const Image_OptionsEntry: MessageFns<Image_OptionsEntry>;
export declare const InferenceObject: MessageFns<InferenceObject>;
export declare const InferenceObject_OptionsEntry: MessageFns<InferenceObject_OptionsEntry>;
export declare const Vector: MessageFns<Vector>;
export declare const VectorOutput: MessageFns<VectorOutput>;
export declare const DenseVector: MessageFns<DenseVector>;
export declare const SparseVector: MessageFns<SparseVector>;
export declare const MultiDenseVector: MessageFns<MultiDenseVector>;
export declare const VectorInput: MessageFns<VectorInput>;
export declare const ShardKeySelector: MessageFns<ShardKeySelector>;
export declare const UpsertPoints: MessageFns<UpsertPoints>;
export declare const DeletePoints: MessageFns<DeletePoints>;
export declare const GetPoints: MessageFns<GetPoints>;
export declare const UpdatePointVectors: MessageFns<UpdatePointVectors>;
export declare const PointVectors: MessageFns<PointVectors>;
export declare const DeletePointVectors: MessageFns<DeletePointVectors>;
export declare const SetPayloadPoints: MessageFns<SetPayloadPoints>;
export declare const SetPayloadPoints_PayloadEntry: MessageFns<SetPayloadPoints_PayloadEntry>;
export declare const DeletePayloadPoints: MessageFns<DeletePayloadPoints>;
export declare const ClearPayloadPoints: MessageFns<ClearPayloadPoints>;
export declare const CreateFieldIndexCollection: MessageFns<CreateFieldIndexCollection>;
export declare const DeleteFieldIndexCollection: MessageFns<DeleteFieldIndexCollection>;
export declare const DenseVectorCreationConfig: MessageFns<DenseVectorCreationConfig>;
export declare const SparseVectorCreationConfig: MessageFns<SparseVectorCreationConfig>;
export declare const CreateVectorNameRequest: MessageFns<CreateVectorNameRequest>;
export declare const DeleteVectorNameRequest: MessageFns<DeleteVectorNameRequest>;
export declare const PayloadIncludeSelector: MessageFns<PayloadIncludeSelector>;
export declare const PayloadExcludeSelector: MessageFns<PayloadExcludeSelector>;
export declare const WithPayloadSelector: MessageFns<WithPayloadSelector>;
export declare const NamedVectors: MessageFns<NamedVectors>;
export declare const NamedVectors_VectorsEntry: MessageFns<NamedVectors_VectorsEntry>;
export declare const NamedVectorsOutput: MessageFns<NamedVectorsOutput>;
export declare const NamedVectorsOutput_VectorsEntry: MessageFns<NamedVectorsOutput_VectorsEntry>;
export declare const Vectors: MessageFns<Vectors>;
export declare const VectorsOutput: MessageFns<VectorsOutput>;
export declare const VectorsSelector: MessageFns<VectorsSelector>;
export declare const WithVectorsSelector: MessageFns<WithVectorsSelector>;
export declare const QuantizationSearchParams: MessageFns<QuantizationSearchParams>;
export declare const AcornSearchParams: MessageFns<AcornSearchParams>;
export declare const IdfParams: MessageFns<IdfParams>;
export declare const SearchParams: MessageFns<SearchParams>;
export declare const SearchPoints: MessageFns<SearchPoints>;
export declare const SearchBatchPoints: MessageFns<SearchBatchPoints>;
export declare const WithLookup: MessageFns<WithLookup>;
export declare const SearchPointGroups: MessageFns<SearchPointGroups>;
export declare const StartFrom: MessageFns<StartFrom>;
export declare const OrderBy: MessageFns<OrderBy>;
export declare const ScrollPoints: MessageFns<ScrollPoints>;
export declare const LookupLocation: MessageFns<LookupLocation>;
export declare const RecommendPoints: MessageFns<RecommendPoints>;
export declare const RecommendBatchPoints: MessageFns<RecommendBatchPoints>;
export declare const RecommendPointGroups: MessageFns<RecommendPointGroups>;
export declare const TargetVector: MessageFns<TargetVector>;
export declare const VectorExample: MessageFns<VectorExample>;
export declare const ContextExamplePair: MessageFns<ContextExamplePair>;
export declare const DiscoverPoints: MessageFns<DiscoverPoints>;
export declare const DiscoverBatchPoints: MessageFns<DiscoverBatchPoints>;
export declare const CountPoints: MessageFns<CountPoints>;
export declare const RecommendInput: MessageFns<RecommendInput>;
export declare const ContextInputPair: MessageFns<ContextInputPair>;
export declare const DiscoverInput: MessageFns<DiscoverInput>;
export declare const ContextInput: MessageFns<ContextInput>;
export declare const RelevanceFeedbackInput: MessageFns<RelevanceFeedbackInput>;
export declare const FeedbackItem: MessageFns<FeedbackItem>;
export declare const FeedbackStrategy: MessageFns<FeedbackStrategy>;
export declare const NaiveFeedbackStrategy: MessageFns<NaiveFeedbackStrategy>;
export declare const Formula: MessageFns<Formula>;
export declare const Formula_DefaultsEntry: MessageFns<Formula_DefaultsEntry>;
export declare const Expression: MessageFns<Expression>;
export declare const GeoDistance: MessageFns<GeoDistance>;
export declare const MultExpression: MessageFns<MultExpression>;
export declare const SumExpression: MessageFns<SumExpression>;
export declare const DivExpression: MessageFns<DivExpression>;
export declare const PowExpression: MessageFns<PowExpression>;
export declare const DecayParamsExpression: MessageFns<DecayParamsExpression>;
export declare const NearestInputWithMmr: MessageFns<NearestInputWithMmr>;
export declare const Mmr: MessageFns<Mmr>;
export declare const Rrf: MessageFns<Rrf>;
export declare const Query: MessageFns<Query>;
export declare const PrefetchQuery: MessageFns<PrefetchQuery>;
export declare const QueryPoints: MessageFns<QueryPoints>;
export declare const QueryBatchPoints: MessageFns<QueryBatchPoints>;
export declare const QueryPointGroups: MessageFns<QueryPointGroups>;
export declare const FacetCounts: MessageFns<FacetCounts>;
export declare const FacetValue: MessageFns<FacetValue>;
export declare const FacetHit: MessageFns<FacetHit>;
export declare const SearchMatrixPoints: MessageFns<SearchMatrixPoints>;
export declare const SearchMatrixPairs: MessageFns<SearchMatrixPairs>;
export declare const SearchMatrixPair: MessageFns<SearchMatrixPair>;
export declare const SearchMatrixOffsets: MessageFns<SearchMatrixOffsets>;
export declare const PointsUpdateOperation: MessageFns<PointsUpdateOperation>;
export declare const PointsUpdateOperation_PointStructList: MessageFns<PointsUpdateOperation_PointStructList>;
export declare const PointsUpdateOperation_SetPayload: MessageFns<PointsUpdateOperation_SetPayload>;
export declare const PointsUpdateOperation_SetPayload_PayloadEntry: MessageFns<PointsUpdateOperation_SetPayload_PayloadEntry>;
export declare const PointsUpdateOperation_OverwritePayload: MessageFns<PointsUpdateOperation_OverwritePayload>;
export declare const PointsUpdateOperation_OverwritePayload_PayloadEntry: MessageFns<PointsUpdateOperation_OverwritePayload_PayloadEntry>;
export declare const PointsUpdateOperation_DeletePayload: MessageFns<PointsUpdateOperation_DeletePayload>;
export declare const PointsUpdateOperation_UpdateVectors: MessageFns<PointsUpdateOperation_UpdateVectors>;
export declare const PointsUpdateOperation_DeleteVectors: MessageFns<PointsUpdateOperation_DeleteVectors>;
export declare const PointsUpdateOperation_DeletePoints: MessageFns<PointsUpdateOperation_DeletePoints>;
export declare const PointsUpdateOperation_ClearPayload: MessageFns<PointsUpdateOperation_ClearPayload>;
export declare const UpdateBatchPoints: MessageFns<UpdateBatchPoints>;
export declare const PointsOperationResponse: MessageFns<PointsOperationResponse>;
export declare const UpdateResult: MessageFns<UpdateResult>;
export declare const OrderValue: MessageFns<OrderValue>;
export declare const ScoredPoint: MessageFns<ScoredPoint>;
export declare const ScoredPoint_PayloadEntry: MessageFns<ScoredPoint_PayloadEntry>;
export declare const GroupId: MessageFns<GroupId>;
export declare const PointGroup: MessageFns<PointGroup>;
export declare const GroupsResult: MessageFns<GroupsResult>;
export declare const SearchResponse: MessageFns<SearchResponse>;
export declare const QueryResponse: MessageFns<QueryResponse>;
export declare const QueryBatchResponse: MessageFns<QueryBatchResponse>;
export declare const QueryGroupsResponse: MessageFns<QueryGroupsResponse>;
export declare const BatchResult: MessageFns<BatchResult>;
export declare const SearchBatchResponse: MessageFns<SearchBatchResponse>;
export declare const SearchGroupsResponse: MessageFns<SearchGroupsResponse>;
export declare const CountResponse: MessageFns<CountResponse>;
export declare const ScrollResponse: MessageFns<ScrollResponse>;
export declare const CountResult: MessageFns<CountResult>;
export declare const RetrievedPoint: MessageFns<RetrievedPoint>;
export declare const RetrievedPoint_PayloadEntry: MessageFns<RetrievedPoint_PayloadEntry>;
export declare const GetResponse: MessageFns<GetResponse>;
export declare const RecommendResponse: MessageFns<RecommendResponse>;
export declare const RecommendBatchResponse: MessageFns<RecommendBatchResponse>;
export declare const DiscoverResponse: MessageFns<DiscoverResponse>;
export declare const DiscoverBatchResponse: MessageFns<DiscoverBatchResponse>;
export declare const RecommendGroupsResponse: MessageFns<RecommendGroupsResponse>;
export declare const UpdateBatchResponse: MessageFns<UpdateBatchResponse>;
export declare const FacetResponse: MessageFns<FacetResponse>;
export declare const SearchMatrixPairsResponse: MessageFns<SearchMatrixPairsResponse>;
export declare const SearchMatrixOffsetsResponse: MessageFns<SearchMatrixOffsetsResponse>;
export declare const PointsSelector: MessageFns<PointsSelector>;
export declare const PointsIdsList: MessageFns<PointsIdsList>;
export declare const PointStruct: MessageFns<PointStruct>;
export declare const PointStruct_PayloadEntry: MessageFns<PointStruct_PayloadEntry>;
export declare const Usage: MessageFns<Usage>;
export declare const InferenceUsage: MessageFns<InferenceUsage>;
export declare const InferenceUsage_ModelsEntry: MessageFns<InferenceUsage_ModelsEntry>;
export declare const ModelUsage: MessageFns<ModelUsage>;
export declare const HardwareUsage: MessageFns<HardwareUsage>;
export interface MessageFns<T> {
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
}
