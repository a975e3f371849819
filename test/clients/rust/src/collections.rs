use crate::canonical::{aliases, updated};
use crate::info::info;
use crate::{snapshots, step, BIG, ITEMS};
use ::qdrant_client::qdrant::quantization_config::Quantization;
use ::qdrant_client::qdrant::*;
use ::qdrant_client::Qdrant;
use serde_json::{json, Value as Json};
use std::collections::HashMap;

fn multi() -> MultiVectorConfigBuilder {
    MultiVectorConfigBuilder::new(MultiVectorComparator::MaxSim)
}

fn items() -> CreateCollectionBuilder {
    let mut vectors = VectorsConfigBuilder::default();
    vectors.add_named_vector_params("dense", VectorParamsBuilder::new(4, Distance::Cosine));
    vectors.add_named_vector_params("rows", VectorParamsBuilder::new(2, Distance::Dot).multivector_config(multi()));
    let mut sparse = SparseVectorsConfigBuilder::default();
    sparse.add_named_vector_params("words", SparseVectorParamsBuilder::default().modifier(Modifier::Idf));
    CreateCollectionBuilder::new(ITEMS).vectors_config(vectors).sparse_vectors_config(sparse)
}

fn metadata(given: Json) -> HashMap<String, Value> {
    ::qdrant_client::Payload::try_from(given).expect("an object").into()
}

fn configured_vectors() -> VectorsConfigBuilder {
    let mut vectors = VectorsConfigBuilder::default();
    let hnsw = HnswConfigDiffBuilder::default()
        .m(8)
        .ef_construct(32)
        .full_scan_threshold(100)
        .max_indexing_threads(1)
        .on_disk(false);
    let scalar = ScalarQuantizationBuilder::default().quantile(0.99).always_ram(true);
    vectors.add_named_vector_params(
        "scalar",
        VectorParamsBuilder::new(8, Distance::Cosine)
            .hnsw_config(hnsw)
            .quantization_config(scalar)
            .on_disk(true)
            .datatype(Datatype::Float16),
    );
    let product = ProductQuantizationBuilder::new(CompressionRatio::X8 as i32).always_ram(false);
    vectors.add_named_vector_params(
        "product",
        VectorParamsBuilder::new(8, Distance::Manhattan).quantization_config(product),
    );
    let binary = BinaryQuantization {
        always_ram: Some(true),
        encoding: Some(BinaryQuantizationEncoding::TwoBits as i32),
        query_encoding: Some(BinaryQuantizationQueryEncoding {
            variant: Some(binary_quantization_query_encoding::Variant::Setting(
                binary_quantization_query_encoding::Setting::Scalar8Bits as i32,
            )),
        }),
        ..Default::default()
    };
    vectors.add_named_vector_params(
        "binary",
        VectorParamsBuilder::new(8, Distance::Dot).quantization_config(Quantization::Binary(binary)),
    );
    vectors.add_named_vector_params(
        "multi",
        VectorParamsBuilder::new(3, Distance::Euclid).datatype(Datatype::Uint8).multivector_config(multi()),
    );
    vectors
}

/// Every section of a collection's configuration.
fn configured() -> CreateCollection {
    let index =
        SparseIndexConfigBuilder::default().full_scan_threshold(100u64).on_disk(false).datatype(Datatype::Float16);
    let mut sparse = SparseVectorsConfigBuilder::default();
    sparse.add_named_vector_params("sparse", SparseVectorParamsBuilder::default().index(index).modifier(Modifier::Idf));
    let strict_mode = StrictModeConfig {
        enabled: Some(true),
        max_query_limit: Some(50),
        max_timeout: Some(60),
        unindexed_filtering_retrieve: Some(true),
        unindexed_filtering_update: Some(false),
        search_max_hnsw_ef: Some(256),
        search_allow_exact: Some(true),
        search_max_oversampling: Some(4.5),
        upsert_max_batchsize: Some(100),
        max_collection_vector_size_bytes: Some(1000000),
        read_rate_limit: Some(10000),
        write_rate_limit: Some(10000),
        max_collection_payload_size_bytes: Some(2000000),
        max_points_count: Some(5000),
        filter_max_conditions: Some(30),
        condition_max_size: Some(40),
        max_payload_index_count: Some(9),
        multivector_config: Some(StrictModeMultivectorConfig {
            multivector_config: HashMap::from([("multi".into(), StrictModeMultivector { max_vectors: Some(16) })]),
        }),
        sparse_config: Some(StrictModeSparseConfig {
            sparse_config: HashMap::from([("sparse".into(), StrictModeSparse { max_length: Some(64) })]),
        }),
        ..Default::default()
    };
    let optimizers = OptimizersConfigDiff {
        deleted_threshold: Some(0.25),
        vacuum_min_vector_number: Some(2000),
        default_segment_number: Some(2),
        max_segment_size: Some(50000),
        memmap_threshold: Some(60000),
        indexing_threshold: Some(15000),
        flush_interval_sec: Some(7),
        max_optimization_threads: Some(MaxOptimizationThreads {
            variant: Some(max_optimization_threads::Variant::Value(2)),
        }),
        ..Default::default()
    };
    let mut request = CreateCollectionBuilder::new("configured")
        .timeout(30)
        .vectors_config(configured_vectors())
        .sparse_vectors_config(sparse)
        .shard_number(1)
        .replication_factor(1)
        .write_consistency_factor(1)
        .on_disk_payload(true)
        .hnsw_config(
            HnswConfigDiffBuilder::default()
                .m(24)
                .ef_construct(64)
                .full_scan_threshold(5000)
                .max_indexing_threads(1)
                .on_disk(false)
                .payload_m(8),
        )
        .wal_config(WalConfigDiff {
            wal_capacity_mb: Some(16),
            wal_segments_ahead: Some(1),
            wal_retain_closed: Some(2),
        })
        .optimizers_config(optimizers)
        .quantization_config(ScalarQuantizationBuilder::default().quantile(0.95).always_ram(false))
        .strict_mode_config(strict_mode)
        .build();
    request.metadata = metadata(json!({
        "owner": "team Ω", "count": BIG, "ratio": 0.5, "nested": {"list": [1, null, true], "empty": {}},
    }));
    request
}

/// What came with Qdrant 1.18 and 1.19.
fn newest() -> CreateCollectionBuilder {
    let turbo = TurboQuantization {
        bits: Some(TurboQuantBitSize::Bits2 as i32),
        memory: Some(Memory::Pinned as i32),
        ..Default::default()
    };
    let mut vectors = VectorsConfigBuilder::default();
    vectors.add_named_vector_params(
        "dense",
        VectorParamsBuilder::new(4, Distance::Dot)
            .memory(Memory::Cold)
            .hnsw_config(HnswConfigDiff { m: Some(4), memory: Some(Memory::Cached as i32), ..Default::default() })
            .quantization_config(Quantization::Turboquant(turbo)),
    );
    let mut sparse = SparseVectorsConfigBuilder::default();
    let index = SparseIndexConfig { memory: Some(Memory::Pinned as i32), ..Default::default() };
    sparse.add_named_vector_params("words", SparseVectorParamsBuilder::default().index(index));
    let scalar = ScalarQuantization {
        r#type: QuantizationType::Int8 as i32,
        memory: Some(Memory::Cached as i32),
        ..Default::default()
    };
    CreateCollectionBuilder::new("newest")
        .vectors_config(vectors)
        .sparse_vectors_config(sparse)
        .payload(PayloadStorageParams { memory: Some(Memory::Cold as i32) })
        .quantization_config(Quantization::Scalar(scalar))
        .optimizers_config(OptimizersConfigDiff { prevent_unoptimized: Some(true), ..Default::default() })
        .strict_mode_config(StrictModeConfig { search_max_batchsize: Some(5), ..Default::default() })
}

/// Everything that may be changed of a collection.
fn changed() -> UpdateCollection {
    let vectors = HashMap::from([
        (
            "scalar".to_string(),
            VectorParamsDiffBuilder::default()
                .hnsw_config(HnswConfigDiffBuilder::default().m(12))
                .quantization_config(Disabled {})
                .on_disk(false)
                .build(),
        ),
        (
            "product".to_string(),
            VectorParamsDiffBuilder::default().quantization_config(BinaryQuantizationBuilder::new(true)).build(),
        ),
    ]);
    let mut sparse = SparseVectorsConfigBuilder::default();
    let index = SparseIndexConfigBuilder::default().full_scan_threshold(200u64);
    sparse.add_named_vector_params("sparse", SparseVectorParamsBuilder::default().index(index));
    let mut request = UpdateCollectionBuilder::new("configured")
        .timeout(30)
        .vectors_config(vectors_config_diff::Config::ParamsMap(vectors.into()))
        .sparse_vectors_config(sparse)
        .params(
            CollectionParamsDiffBuilder::default()
                .replication_factor(1)
                .write_consistency_factor(1)
                .read_fan_out_factor(2)
                .on_disk_payload(false),
        )
        .hnsw_config(HnswConfigDiffBuilder::default().ef_construct(80))
        .optimizers_config(OptimizersConfigDiffBuilder::default().indexing_threshold(12000).flush_interval_sec(9))
        .quantization_config(ProductQuantizationBuilder::new(CompressionRatio::X16 as i32).always_ram(true))
        .strict_mode_config(StrictModeConfigBuilder::default().max_query_limit(40))
        .build();
    request.metadata = metadata(json!({"owner": null, "added": "later"}));
    request
}

pub fn done(response: CollectionOperationResponse) -> Json {
    json!(response.result)
}

fn names(response: ListCollectionsResponse) -> Json {
    response.collections.into_iter().map(|collection| collection.name).collect()
}

pub async fn first_steps(client: &Qdrant) {
    step("health check", client.health_check().await, |reply| json!({"title": reply.title, "version": reply.version}));
    step("list collections: none", client.list_collections().await, names);
    step("create items", client.create_collection(items()).await, done);
    let plain = CreateCollectionBuilder::new("plain").vectors_config(VectorParamsBuilder::new(3, Distance::Euclid));
    step("create plain", client.create_collection(plain).await, done);
    step("create configured", client.create_collection(configured()).await, done);
    step("create items again", client.create_collection(items()).await, done);
    step("list collections", client.list_collections().await, names);
    step("items exists", client.collection_exists(ITEMS).await, |exists| json!(exists));
    step("nothing exists", client.collection_exists("nothing").await, |exists| json!(exists));
    step("info of configured", client.collection_info("configured").await, info);
    step("update configured", client.update_collection(changed()).await, done);
    step("info of configured, updated", client.collection_info("configured").await, info);
    step("info of plain, empty", client.collection_info("plain").await, info);
}

/// What takes a cluster, which the server does not have: the code alone counts.
async fn missing_steps(client: &Qdrant) {
    fn answered<T>(_: T) -> Json {
        json!("answered")
    }
    step("cluster info", client.collection_cluster_info(ITEMS).await, answered);
    let drop = UpdateCollectionClusterSetupRequestBuilder::new(ITEMS, ReplicaBuilder::new(0, 1).build());
    step("update cluster setup", client.update_collection_cluster_setup(drop).await, answered);
    let key = || ShardKey::from("key");
    let create = CreateShardKeyRequest {
        collection_name: ITEMS.into(),
        request: Some(CreateShardKey { shard_key: Some(key()), ..Default::default() }),
        timeout: None,
    };
    step("create shard key", client.create_shard_key(create).await, answered);
    let delete = DeleteShardKeyRequest {
        collection_name: ITEMS.into(),
        request: Some(DeleteShardKey { shard_key: Some(key()) }),
        timeout: None,
    };
    step("delete shard key", client.delete_shard_key(delete).await, answered);
    step("list shard keys", client.list_shard_keys(ITEMS).await, answered);
}

pub async fn last_steps(client: &Qdrant) {
    missing_steps(client).await;
    snapshots::steps(client).await;
    let dense = DenseVectorCreationConfigBuilder::new(5, Distance::Dot);
    let request = CreateVectorNameRequestBuilder::new("plain", "extra", dense).wait(true);
    step("create vector name, dense", client.create_vector_name(request).await, updated);
    let sparse = SparseVectorCreationConfigBuilder::new().modifier(Modifier::Idf as i32);
    let request = CreateVectorNameRequestBuilder::new("plain", "terms", sparse).wait(true);
    step("create vector name, sparse", client.create_vector_name(request).await, updated);
    let request = DeleteVectorNameRequestBuilder::new("plain", "terms").wait(true);
    step("delete vector name", client.delete_vector_name(request).await, updated);
    step("create newest", client.create_collection(newest()).await, done);
    step("info of newest", client.collection_info("newest").await, info);
    step("delete newest", client.delete_collection("newest").await, done);
    let request = DeleteCollectionBuilder::new("configured").timeout(30);
    step("delete configured", client.delete_collection(request).await, done);
    step("delete plain", client.delete_collection("plain").await, done);
    step("list aliases: gone with their collection", client.list_aliases().await, aliases);
    step("delete what is not there", client.delete_collection("nothing").await, done);
    step("list collections: items", client.list_collections().await, names);
}
