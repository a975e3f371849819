//! A collection's info as an object of the fields that are set, by their names in the messages. The generated types
//! know no names: each field is named here.

use ::qdrant_client::qdrant::*;
use serde_json::{json, Map, Value as Json};
use std::collections::HashMap;

/// Of fields that may be absent.
macro_rules! set {
    ($from:expr; $($field:ident)*) => {{
        let mut answer = Map::new();
        $(if let Some(value) = &$from.$field { answer.insert(stringify!($field).into(), json!(value)); })*
        answer
    }};
}

fn put(answer: &mut Map<String, Json>, key: &str, value: Option<Json>) {
    if let Some(value) = value {
        answer.insert(key.into(), value);
    }
}

fn map<T>(given: &HashMap<String, T>, each: impl Fn(&T) -> Json) -> Json {
    given.iter().map(|(name, one)| (name.clone(), each(one))).collect()
}

fn datatype(given: Option<i32>) -> Option<Json> {
    given.map(|value| json!(Datatype::try_from(value).unwrap_or_default().as_str_name()))
}

fn memory(given: Option<i32>) -> Option<Json> {
    given.map(|value| json!(Memory::try_from(value).unwrap_or_default().as_str_name()))
}

fn hnsw(given: &HnswConfigDiff) -> Json {
    let mut answer =
        set!(given; m ef_construct full_scan_threshold max_indexing_threads on_disk payload_m inline_storage);
    put(&mut answer, "memory", memory(given.memory));
    json!(answer)
}

fn quantization(given: &QuantizationConfig) -> Json {
    use quantization_config::Quantization;
    let (name, answer) = match &given.quantization {
        Some(Quantization::Scalar(scalar)) => {
            let mut answer = set!(scalar; quantile always_ram);
            answer.insert("type".into(), json!(scalar.r#type().as_str_name()));
            put(&mut answer, "memory", memory(scalar.memory));
            ("scalar", answer)
        }
        Some(Quantization::Product(product)) => {
            let mut answer = set!(product; always_ram);
            // x4 is the first value of its enum: as such it is not written.
            let compression = (product.compression != 0).then(|| json!(product.compression().as_str_name()));
            put(&mut answer, "compression", compression);
            put(&mut answer, "memory", memory(product.memory));
            ("product", answer)
        }
        Some(Quantization::Binary(binary)) => {
            let mut answer = set!(binary; always_ram);
            put(&mut answer, "encoding", binary.encoding.map(|_| json!(binary.encoding().as_str_name())));
            put(&mut answer, "query_encoding", binary.query_encoding.as_ref().map(query_encoding));
            put(&mut answer, "memory", memory(binary.memory));
            ("binary", answer)
        }
        Some(Quantization::Turboquant(turbo)) => {
            let mut answer = set!(turbo; always_ram);
            put(&mut answer, "bits", turbo.bits.map(|_| json!(turbo.bits().as_str_name())));
            put(&mut answer, "memory", memory(turbo.memory));
            ("turboquant", answer)
        }
        None => return json!({}),
    };
    json!({name: answer})
}

fn query_encoding(given: &BinaryQuantizationQueryEncoding) -> Json {
    use binary_quantization_query_encoding::{Setting, Variant};
    match given.variant {
        Some(Variant::Setting(setting)) => {
            json!({"setting": Setting::try_from(setting).unwrap_or_default().as_str_name()})
        }
        _ => json!({}),
    }
}

fn vector_params(given: &VectorParams) -> Json {
    let mut answer = set!(given; on_disk);
    answer.insert("size".into(), json!(given.size));
    answer.insert("distance".into(), json!(given.distance().as_str_name()));
    put(&mut answer, "hnsw_config", given.hnsw_config.as_ref().map(hnsw));
    put(&mut answer, "quantization_config", given.quantization_config.as_ref().map(quantization));
    put(&mut answer, "datatype", datatype(given.datatype));
    // MaxSim is the only comparator, and the first value of its enum.
    put(&mut answer, "multivector_config", given.multivector_config.as_ref().map(|_| json!({})));
    put(&mut answer, "memory", memory(given.memory));
    json!(answer)
}

fn sparse_params(given: &SparseVectorParams) -> Json {
    let mut answer = Map::new();
    let index = |index: &SparseIndexConfig| {
        let mut answer = set!(index; full_scan_threshold on_disk);
        put(&mut answer, "datatype", datatype(index.datatype));
        put(&mut answer, "memory", memory(index.memory));
        json!(answer)
    };
    put(&mut answer, "index", given.index.as_ref().map(index));
    put(&mut answer, "modifier", given.modifier.map(|_| json!(given.modifier().as_str_name())));
    json!(answer)
}

fn params(given: &CollectionParams) -> Json {
    use vectors_config::Config;
    let mut answer = set!(given; replication_factor write_consistency_factor read_fan_out_factor read_fan_out_delay_ms);
    answer.insert("shard_number".into(), json!(given.shard_number));
    put(&mut answer, "on_disk_payload", given.on_disk_payload.then(|| json!(true)));
    put(&mut answer, "sharding_method", given.sharding_method.map(|_| json!(given.sharding_method().as_str_name())));
    let vectors = match given.vectors_config.as_ref().and_then(|vectors| vectors.config.as_ref()) {
        Some(Config::Params(one)) => Some(json!({"params": vector_params(one)})),
        Some(Config::ParamsMap(all)) => Some(json!({"params_map": {"map": map(&all.map, vector_params)}})),
        None => None,
    };
    put(&mut answer, "vectors_config", vectors);
    let payload = |payload: &PayloadStorageParams| memory(payload.memory).map(|memory| json!({"memory": memory}));
    put(&mut answer, "payload", given.payload.as_ref().and_then(payload));
    let sparse = given.sparse_vectors_config.as_ref();
    put(&mut answer, "sparse_vectors_config", sparse.map(|all| json!({"map": map(&all.map, sparse_params)})));
    json!(answer)
}

fn optimizers(given: &OptimizersConfigDiff) -> Json {
    use max_optimization_threads::Variant;
    let mut answer = set!(given;
        deleted_threshold vacuum_min_vector_number default_segment_number max_segment_size memmap_threshold
        indexing_threshold flush_interval_sec deprecated_max_optimization_threads prevent_unoptimized);
    let threads = given.max_optimization_threads.as_ref().and_then(|threads| threads.variant.as_ref());
    let threads = threads.map(|variant| match variant {
        Variant::Value(number) => json!({"value": number}),
        Variant::Setting(_) => json!({"setting": "Auto"}),
    });
    put(&mut answer, "max_optimization_threads", threads);
    json!(answer)
}

fn strict_mode(given: &StrictModeConfig) -> Json {
    let mut answer = set!(given;
        enabled max_query_limit max_timeout unindexed_filtering_retrieve unindexed_filtering_update search_max_hnsw_ef
        search_allow_exact search_max_oversampling upsert_max_batchsize search_max_batchsize
        max_collection_vector_size_bytes read_rate_limit write_rate_limit max_collection_payload_size_bytes
        filter_max_conditions condition_max_size max_points_count max_payload_index_count max_resident_memory_percent);
    let multi = given.multivector_config.as_ref().map(
        |limits| json!({"multivector_config": map(&limits.multivector_config, |one| json!(set!(one; max_vectors)))}),
    );
    put(&mut answer, "multivector_config", multi);
    let sparse = given
        .sparse_config
        .as_ref()
        .map(|limits| json!({"sparse_config": map(&limits.sparse_config, |one| json!(set!(one; max_length)))}));
    put(&mut answer, "sparse_config", sparse);
    json!(answer)
}

pub fn info(response: GetCollectionInfoResponse) -> Json {
    let found = response.result.unwrap_or_default();
    let config = found.config.clone().unwrap_or_default();
    let mut settings = Map::new();
    put(&mut settings, "params", config.params.as_ref().map(params));
    put(&mut settings, "hnsw_config", config.hnsw_config.as_ref().map(hnsw));
    put(&mut settings, "optimizer_config", config.optimizer_config.as_ref().map(optimizers));
    let wal = config.wal_config.as_ref();
    put(
        &mut settings,
        "wal_config",
        wal.map(|wal| json!(set!(wal; wal_capacity_mb wal_segments_ahead wal_retain_closed))),
    );
    put(&mut settings, "quantization_config", config.quantization_config.as_ref().map(quantization));
    put(&mut settings, "strict_mode_config", config.strict_mode_config.as_ref().map(strict_mode));
    let optimizer = found.optimizer_status.clone().unwrap_or_default();
    json!({
        "status": found.status().as_str_name(),
        "optimizer_status": if optimizer.ok { json!({"ok": true}) } else { json!({"error": optimizer.error}) },
        "segments_count": found.segments_count,
        "points_count": found.points_count,
        "indexed_vectors_count": found.indexed_vectors_count,
        "config": settings,
        "metadata": config.metadata,
    })
}

fn index_params(given: &PayloadIndexParams) -> Json {
    use payload_index_params::IndexParams;
    let (name, answer) = match given.index_params.as_ref() {
        Some(IndexParams::KeywordIndexParams(one)) => {
            ("keyword_index_params", set!(one; is_tenant on_disk enable_hnsw))
        }
        Some(IndexParams::IntegerIndexParams(one)) => {
            ("integer_index_params", set!(one; lookup range is_principal on_disk enable_hnsw))
        }
        Some(IndexParams::FloatIndexParams(one)) => ("float_index_params", set!(one; on_disk is_principal enable_hnsw)),
        Some(IndexParams::GeoIndexParams(one)) => ("geo_index_params", set!(one; on_disk enable_hnsw)),
        Some(IndexParams::TextIndexParams(one)) => ("text_index_params", text_params(one)),
        Some(IndexParams::BoolIndexParams(one)) => ("bool_index_params", set!(one; on_disk enable_hnsw)),
        Some(IndexParams::DatetimeIndexParams(one)) => {
            ("datetime_index_params", set!(one; on_disk is_principal enable_hnsw))
        }
        Some(IndexParams::UuidIndexParams(one)) => ("uuid_index_params", set!(one; is_tenant on_disk enable_hnsw)),
        None => return json!({}),
    };
    json!({name: answer})
}

fn text_params(given: &TextIndexParams) -> Map<String, Json> {
    use stemming_algorithm::StemmingParams;
    let mut answer =
        set!(given; lowercase min_token_len max_token_len on_disk phrase_matching ascii_folding enable_hnsw);
    answer.insert("tokenizer".into(), json!(given.tokenizer().as_str_name()));
    let stopwords = given.stopwords.as_ref();
    put(&mut answer, "stopwords", stopwords.map(|words| json!({"languages": words.languages, "custom": words.custom})));
    let stemmer = given.stemmer.as_ref().and_then(|stemmer| stemmer.stemming_params.as_ref());
    let stemmer = stemmer.map(|params| match params {
        StemmingParams::Snowball(snowball) => json!({"snowball": {"language": snowball.language}}),
        StemmingParams::Disabled(_) => json!({"disabled": {}}),
    });
    put(&mut answer, "stemmer", stemmer);
    answer
}

pub fn schema(response: GetCollectionInfoResponse) -> Json {
    let found = response.result.unwrap_or_default();
    let indexes = map(&found.payload_schema, |index| {
        let mut answer = set!(index; points);
        answer.insert("data_type".into(), json!(index.data_type().as_str_name()));
        put(&mut answer, "params", index.params.as_ref().map(index_params));
        json!(answer)
    });
    json!({"points_count": found.points_count, "payload_schema": indexes})
}
