package vectorizer;

import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.nullValue;
import static io.qdrant.client.ValueFactory.value;
import static vectorizer.Canonical.object;
import static vectorizer.Scenario.BIG;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Step.skip;
import static vectorizer.Step.step;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.ShardKeyFactory;
import io.qdrant.client.grpc.Collections.BinaryQuantization;
import io.qdrant.client.grpc.Collections.BinaryQuantizationEncoding;
import io.qdrant.client.grpc.Collections.BinaryQuantizationQueryEncoding;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionOperationResponse;
import io.qdrant.client.grpc.Collections.CollectionParamsDiff;
import io.qdrant.client.grpc.Collections.CompressionRatio;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.CreateShardKey;
import io.qdrant.client.grpc.Collections.CreateShardKeyRequest;
import io.qdrant.client.grpc.Collections.Datatype;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.DeleteShardKey;
import io.qdrant.client.grpc.Collections.DeleteShardKeyRequest;
import io.qdrant.client.grpc.Collections.Disabled;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.HnswConfigDiff;
import io.qdrant.client.grpc.Collections.MaxOptimizationThreads;
import io.qdrant.client.grpc.Collections.Modifier;
import io.qdrant.client.grpc.Collections.MultiVectorComparator;
import io.qdrant.client.grpc.Collections.MultiVectorConfig;
import io.qdrant.client.grpc.Collections.OptimizersConfigDiff;
import io.qdrant.client.grpc.Collections.ProductQuantization;
import io.qdrant.client.grpc.Collections.QuantizationConfig;
import io.qdrant.client.grpc.Collections.QuantizationConfigDiff;
import io.qdrant.client.grpc.Collections.QuantizationType;
import io.qdrant.client.grpc.Collections.Replica;
import io.qdrant.client.grpc.Collections.ScalarQuantization;
import io.qdrant.client.grpc.Collections.SparseIndexConfig;
import io.qdrant.client.grpc.Collections.SparseVectorConfig;
import io.qdrant.client.grpc.Collections.SparseVectorParams;
import io.qdrant.client.grpc.Collections.StrictModeConfig;
import io.qdrant.client.grpc.Collections.StrictModeMultivector;
import io.qdrant.client.grpc.Collections.StrictModeMultivectorConfig;
import io.qdrant.client.grpc.Collections.StrictModeSparse;
import io.qdrant.client.grpc.Collections.StrictModeSparseConfig;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Collections.UpdateCollectionClusterSetupRequest;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorParamsDiff;
import io.qdrant.client.grpc.Collections.VectorParamsDiffMap;
import io.qdrant.client.grpc.Collections.VectorParamsMap;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.Collections.VectorsConfigDiff;
import io.qdrant.client.grpc.Collections.WalConfigDiff;
import io.qdrant.client.grpc.Points.CreateVectorNameRequest;
import io.qdrant.client.grpc.Points.DeleteVectorNameRequest;
import io.qdrant.client.grpc.Points.DenseVectorCreationConfig;
import io.qdrant.client.grpc.Points.SparseVectorCreationConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

@SuppressWarnings("deprecation") // Fields that the wire calls deprecated are those that REST has too.
final class CollectionSteps {
  private final QdrantClient client;

  CollectionSteps(QdrantClient client) {
    this.client = client;
  }

  private static VectorParams.Builder vectors(long size, Distance distance) {
    return VectorParams.newBuilder().setSize(size).setDistance(distance);
  }

  private static final MultiVectorConfig MULTI =
      MultiVectorConfig.newBuilder().setComparator(MultiVectorComparator.MaxSim).build();

  private static VectorsConfig named(Map<String, VectorParams> all) {
    return VectorsConfig.newBuilder().setParamsMap(VectorParamsMap.newBuilder().putAllMap(all)).build();
  }

  private static SparseVectorConfig sparse(String name, SparseVectorParams.Builder params) {
    return SparseVectorConfig.newBuilder().putMap(name, params.build()).build();
  }

  private static CreateCollection items() {
    return CreateCollection.newBuilder()
        .setCollectionName(ITEMS)
        .setVectorsConfig(named(Map.of(
            "dense", vectors(4, Distance.Cosine).build(),
            "rows", vectors(2, Distance.Dot).setMultivectorConfig(MULTI).build())))
        .setSparseVectorsConfig(sparse("words", SparseVectorParams.newBuilder().setModifier(Modifier.Idf)))
        .build();
  }

  private static ScalarQuantization scalar(float quantile, boolean alwaysRam) {
    return ScalarQuantization.newBuilder()
        .setType(QuantizationType.Int8).setQuantile(quantile).setAlwaysRam(alwaysRam).build();
  }

  private static ProductQuantization product(CompressionRatio compression, boolean alwaysRam) {
    return ProductQuantization.newBuilder().setCompression(compression).setAlwaysRam(alwaysRam).build();
  }

  private static VectorsConfig configuredVectors() {
    var hnsw = HnswConfigDiff.newBuilder()
        .setM(8).setEfConstruct(32).setFullScanThreshold(100).setMaxIndexingThreads(1).setOnDisk(false);
    var binary = BinaryQuantization.newBuilder()
        .setAlwaysRam(true)
        .setEncoding(BinaryQuantizationEncoding.TwoBits)
        .setQueryEncoding(BinaryQuantizationQueryEncoding.newBuilder()
            .setSetting(BinaryQuantizationQueryEncoding.Setting.Scalar8Bits));
    return named(Map.of(
        "scalar", vectors(8, Distance.Cosine)
            .setHnswConfig(hnsw)
            .setQuantizationConfig(QuantizationConfig.newBuilder().setScalar(scalar(0.99f, true)))
            .setOnDisk(true)
            .setDatatype(Datatype.Float16)
            .build(),
        "product", vectors(8, Distance.Manhattan)
            .setQuantizationConfig(QuantizationConfig.newBuilder().setProduct(product(CompressionRatio.x8, false)))
            .build(),
        "binary", vectors(8, Distance.Dot)
            .setQuantizationConfig(QuantizationConfig.newBuilder().setBinary(binary))
            .build(),
        "multi", vectors(3, Distance.Euclid).setDatatype(Datatype.Uint8).setMultivectorConfig(MULTI).build()));
  }

  private static StrictModeConfig strictMode() {
    return StrictModeConfig.newBuilder()
        .setEnabled(true)
        .setMaxQueryLimit(50)
        .setMaxTimeout(60)
        .setUnindexedFilteringRetrieve(true)
        .setUnindexedFilteringUpdate(false)
        .setSearchMaxHnswEf(256)
        .setSearchAllowExact(true)
        .setSearchMaxOversampling(4.5f)
        .setUpsertMaxBatchsize(100)
        .setMaxCollectionVectorSizeBytes(1000000)
        .setReadRateLimit(10000)
        .setWriteRateLimit(10000)
        .setMaxCollectionPayloadSizeBytes(2000000)
        .setMaxPointsCount(5000)
        .setFilterMaxConditions(30)
        .setConditionMaxSize(40)
        .setMaxPayloadIndexCount(9)
        .setMultivectorConfig(StrictModeMultivectorConfig.newBuilder()
            .putMultivectorConfig("multi", StrictModeMultivector.newBuilder().setMaxVectors(16).build()))
        .setSparseConfig(StrictModeSparseConfig.newBuilder()
            .putSparseConfig("sparse", StrictModeSparse.newBuilder().setMaxLength(64).build()))
        .build();
  }

  /** Every section of a collection's configuration. */
  private static CreateCollection configured() {
    var index = SparseIndexConfig.newBuilder()
        .setFullScanThreshold(100).setOnDisk(false).setDatatype(Datatype.Float16);
    var hnsw = HnswConfigDiff.newBuilder()
        .setM(24).setEfConstruct(64).setFullScanThreshold(5000).setMaxIndexingThreads(1)
        .setOnDisk(false).setPayloadM(8);
    var optimizers = OptimizersConfigDiff.newBuilder()
        .setDeletedThreshold(0.25)
        .setVacuumMinVectorNumber(2000)
        .setDefaultSegmentNumber(2)
        .setMaxSegmentSize(50000)
        .setMemmapThreshold(60000)
        .setIndexingThreshold(15000)
        .setFlushIntervalSec(7)
        .setMaxOptimizationThreads(MaxOptimizationThreads.newBuilder().setValue(2));
    var nested = value(Map.of("list", list(List.of(value(1), nullValue(), value(true))), "empty", value(Map.of())));
    return CreateCollection.newBuilder()
        .setCollectionName("configured")
        .setTimeout(30)
        .setVectorsConfig(configuredVectors())
        .setSparseVectorsConfig(
            sparse("sparse", SparseVectorParams.newBuilder().setIndex(index).setModifier(Modifier.Idf)))
        .setShardNumber(1)
        .setReplicationFactor(1)
        .setWriteConsistencyFactor(1)
        .setOnDiskPayload(true)
        .setHnswConfig(hnsw)
        .setWalConfig(
            WalConfigDiff.newBuilder().setWalCapacityMb(16).setWalSegmentsAhead(1).setWalRetainClosed(2))
        .setOptimizersConfig(optimizers)
        .setQuantizationConfig(QuantizationConfig.newBuilder().setScalar(scalar(0.95f, false)))
        .setStrictModeConfig(strictMode())
        .putAllMetadata(
            Map.of("owner", value("team Ω"), "count", value(BIG), "ratio", value(0.5), "nested", nested))
        .build();
  }

  /** Everything that may be changed of a collection. */
  private static UpdateCollection changed() {
    var first = VectorParamsDiff.newBuilder()
        .setHnswConfig(HnswConfigDiff.newBuilder().setM(12))
        .setQuantizationConfig(QuantizationConfigDiff.newBuilder().setDisabled(Disabled.getDefaultInstance()))
        .setOnDisk(false);
    var second = VectorParamsDiff.newBuilder()
        .setQuantizationConfig(
            QuantizationConfigDiff.newBuilder().setBinary(BinaryQuantization.newBuilder().setAlwaysRam(true)));
    var index = SparseIndexConfig.newBuilder().setFullScanThreshold(200);
    return UpdateCollection.newBuilder()
        .setCollectionName("configured")
        .setTimeout(30)
        .setVectorsConfig(VectorsConfigDiff.newBuilder().setParamsMap(VectorParamsDiffMap.newBuilder()
            .putMap("scalar", first.build()).putMap("product", second.build())))
        .setSparseVectorsConfig(sparse("sparse", SparseVectorParams.newBuilder().setIndex(index)))
        .setParams(CollectionParamsDiff.newBuilder()
            .setReplicationFactor(1).setWriteConsistencyFactor(1).setReadFanOutFactor(2).setOnDiskPayload(false))
        .setHnswConfig(HnswConfigDiff.newBuilder().setEfConstruct(80))
        .setOptimizersConfig(OptimizersConfigDiff.newBuilder().setIndexingThreshold(12000).setFlushIntervalSec(9))
        .setQuantizationConfig(QuantizationConfigDiff.newBuilder().setProduct(product(CompressionRatio.x16, true)))
        .setStrictModeConfig(StrictModeConfig.newBuilder().setMaxQueryLimit(40))
        .putAllMetadata(Map.of("owner", nullValue(), "added", value("later")))
        .build();
  }

  private static Object done(CollectionOperationResponse response) {
    return response.getResult();
  }

  void create(String name, CreateCollection request) {
    step(name, () -> client.createCollectionAsync(request), CollectionSteps::done);
  }

  void update(String name, UpdateCollection request) {
    step(name, () -> client.updateCollectionAsync(request), CollectionSteps::done);
  }

  void info(String name, String collection, Function<CollectionInfo, Object> canonical) {
    step(name, () -> client.getCollectionInfoAsync(collection), canonical);
  }

  private void names(String name) {
    step(name, () -> client.listCollectionsAsync(), names -> names);
  }

  void firstSteps() {
    step("health check", () -> client.healthCheckAsync(),
        reply -> object("title", reply.getTitle(), "version", reply.getVersion()));
    names("list collections: none");
    create("create items", items());
    step("create plain", () -> client.createCollectionAsync("plain", vectors(3, Distance.Euclid).build()),
        CollectionSteps::done);
    create("create configured", configured());
    create("create items again", items());
    names("list collections");
    step("items exists", () -> client.collectionExistsAsync(ITEMS), exists -> exists);
    step("nothing exists", () -> client.collectionExistsAsync("nothing"), exists -> exists);
    info("info of configured", "configured", Canonical::info);
    update("update configured", changed());
    info("info of configured, updated", "configured", Canonical::info);
    info("info of plain, empty", "plain", Canonical::info);
  }

  /** What takes a cluster, which the server does not have: the code alone counts. */
  private void missingSteps() {
    step("cluster info", () -> client.getCollectionClusterInfoAsync(ITEMS), found -> "answered");
    var drop = UpdateCollectionClusterSetupRequest.newBuilder()
        .setCollectionName(ITEMS).setDropReplica(Replica.newBuilder().setShardId(0).setPeerId(1)).build();
    step("update cluster setup", () -> client.updateCollectionClusterSetupAsync(drop), done -> "answered");
    var key = ShardKeyFactory.shardKey("key");
    var create = CreateShardKeyRequest.newBuilder()
        .setCollectionName(ITEMS).setRequest(CreateShardKey.newBuilder().setShardKey(key)).build();
    step("create shard key", () -> client.createShardKeyAsync(create), done -> "answered");
    var delete = DeleteShardKeyRequest.newBuilder()
        .setCollectionName(ITEMS).setRequest(DeleteShardKey.newBuilder().setShardKey(key)).build();
    step("delete shard key", () -> client.deleteShardKeyAsync(delete), done -> "answered");
    step("list shard keys", () -> client.listShardKeysAsync(ITEMS), found -> "answered");
  }

  void lastSteps() {
    missingSteps();
    new SnapshotSteps(client).steps();
    var dense = CreateVectorNameRequest.newBuilder()
        .setCollectionName("plain").setWait(true).setVectorName("extra")
        .setDenseConfig(DenseVectorCreationConfig.newBuilder().setSize(5).setDistance(Distance.Dot)).build();
    step("create vector name, dense", () -> client.createVectorNameAsync(dense), Canonical::update);
    var sparse = CreateVectorNameRequest.newBuilder()
        .setCollectionName("plain").setWait(true).setVectorName("terms")
        .setSparseConfig(SparseVectorCreationConfig.newBuilder().setModifier(Modifier.Idf)).build();
    step("create vector name, sparse", () -> client.createVectorNameAsync(sparse), Canonical::update);
    var gone = DeleteVectorNameRequest.newBuilder()
        .setCollectionName("plain").setWait(true).setVectorName("terms").build();
    step("delete vector name", () -> client.deleteVectorNameAsync(gone), Canonical::update);
    for (String name : List.of("create newest", "info of newest", "delete newest"))
      skip(name, "io.qdrant:client 1.18 has no placement in memory");
    step("delete configured", () -> client.deleteCollectionAsync("configured", Duration.ofSeconds(30)),
        CollectionSteps::done);
    step("delete plain", () -> client.deleteCollectionAsync("plain"), CollectionSteps::done);
    step("list aliases: gone with their collection", () -> client.listAliasesAsync(), Canonical::aliases);
    // The client's own method makes an exception of `false`: whether there was one to delete tells its stub.
    var nothing = DeleteCollection.newBuilder().setCollectionName("nothing").build();
    step("delete what is not there", () -> client.grpcClient().collections().delete(nothing), CollectionSteps::done);
    names("list collections: items");
  }
}
