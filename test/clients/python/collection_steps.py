"""Collections: made, described, changed."""

from qdrant_client import grpc, models as m

import canonical as c
from session import BIG, ITEMS, client, raw_collections, step


def create_items() -> bool:
    return client.create_collection(
        ITEMS,
        vectors_config={
            "dense": m.VectorParams(size=4, distance=m.Distance.COSINE),
            "rows": m.VectorParams(
                size=2,
                distance=m.Distance.DOT,
                multivector_config=m.MultiVectorConfig(comparator=m.MultiVectorComparator.MAX_SIM),
            ),
        },
        sparse_vectors_config={"words": m.SparseVectorParams(modifier=m.Modifier.IDF)},
    )


def create_configured() -> bool:
    """Every section of a collection's configuration."""
    return client.create_collection(
        "configured",
        vectors_config={
            "scalar": m.VectorParams(
                size=8,
                distance=m.Distance.COSINE,
                hnsw_config=m.HnswConfigDiff(
                    m=8, ef_construct=32, full_scan_threshold=100, max_indexing_threads=1, on_disk=False
                ),
                quantization_config=m.ScalarQuantization(
                    scalar=m.ScalarQuantizationConfig(type=m.ScalarType.INT8, quantile=0.99, always_ram=True)
                ),
                on_disk=True,
                datatype=m.Datatype.FLOAT16,
            ),
            "product": m.VectorParams(
                size=8,
                distance=m.Distance.MANHATTAN,
                quantization_config=m.ProductQuantization(
                    product=m.ProductQuantizationConfig(compression=m.CompressionRatio.X8, always_ram=False)
                ),
            ),
            "binary": m.VectorParams(
                size=8,
                distance=m.Distance.DOT,
                quantization_config=m.BinaryQuantization(
                    binary=m.BinaryQuantizationConfig(
                        always_ram=True,
                        encoding=m.BinaryQuantizationEncoding.TWO_BITS,
                        query_encoding=m.BinaryQuantizationQueryEncoding.SCALAR8BITS,
                    )
                ),
            ),
            "multi": m.VectorParams(
                size=3,
                distance=m.Distance.EUCLID,
                datatype=m.Datatype.UINT8,
                multivector_config=m.MultiVectorConfig(comparator=m.MultiVectorComparator.MAX_SIM),
            ),
        },
        sparse_vectors_config={
            "sparse": m.SparseVectorParams(
                index=m.SparseIndexParams(full_scan_threshold=100, on_disk=False, datatype=m.Datatype.FLOAT16),
                modifier=m.Modifier.IDF,
            )
        },
        shard_number=1,
        replication_factor=1,
        write_consistency_factor=1,
        on_disk_payload=True,
        hnsw_config=m.HnswConfigDiff(
            m=24, ef_construct=64, full_scan_threshold=5000, max_indexing_threads=1, on_disk=False, payload_m=8
        ),
        wal_config=m.WalConfigDiff(wal_capacity_mb=16, wal_segments_ahead=1, wal_retain_closed=2),
        optimizers_config=m.OptimizersConfigDiff(
            deleted_threshold=0.25,
            vacuum_min_vector_number=2000,
            default_segment_number=2,
            max_segment_size=50000,
            memmap_threshold=60000,
            indexing_threshold=15000,
            flush_interval_sec=7,
            max_optimization_threads=2,
        ),
        quantization_config=m.ScalarQuantization(
            scalar=m.ScalarQuantizationConfig(type=m.ScalarType.INT8, quantile=0.95, always_ram=False)
        ),
        strict_mode_config=m.StrictModeConfig(
            enabled=True,
            max_query_limit=50,
            max_timeout=60,
            unindexed_filtering_retrieve=True,
            unindexed_filtering_update=False,
            search_max_hnsw_ef=256,
            search_allow_exact=True,
            search_max_oversampling=4.5,
            upsert_max_batchsize=100,
            max_collection_vector_size_bytes=1000000,
            read_rate_limit=10000,
            write_rate_limit=10000,
            max_collection_payload_size_bytes=2000000,
            max_points_count=5000,
            filter_max_conditions=30,
            condition_max_size=40,
            max_payload_index_count=9,
            multivector_config={"multi": m.StrictModeMultivector(max_vectors=16)},
            sparse_config={"sparse": m.StrictModeSparse(max_length=64)},
        ),
        metadata={"owner": "team Ω", "count": BIG, "ratio": 0.5, "nested": {"list": [1, None, True], "empty": {}}},
        timeout=30,
    )


def update_configured() -> bool:
    """Everything that may be changed of a collection."""
    return client.update_collection(
        "configured",
        vectors_config={
            "scalar": m.VectorParamsDiff(
                hnsw_config=m.HnswConfigDiff(m=12), quantization_config=m.Disabled.DISABLED, on_disk=False
            ),
            "product": m.VectorParamsDiff(
                quantization_config=m.BinaryQuantization(binary=m.BinaryQuantizationConfig(always_ram=True))
            ),
        },
        sparse_vectors_config={"sparse": m.SparseVectorParams(index=m.SparseIndexParams(full_scan_threshold=200))},
        collection_params=m.CollectionParamsDiff(
            replication_factor=1, write_consistency_factor=1, read_fan_out_factor=2, on_disk_payload=False
        ),
        hnsw_config=m.HnswConfigDiff(ef_construct=80),
        optimizers_config=m.OptimizersConfigDiff(indexing_threshold=12000, flush_interval_sec=9),
        quantization_config=m.ProductQuantization(
            product=m.ProductQuantizationConfig(compression=m.CompressionRatio.X16, always_ram=True)
        ),
        strict_mode_config=m.StrictModeConfig(max_query_limit=40),
        metadata={"owner": None, "added": "later"},
        timeout=30,
    )


def info_of(name: str) -> grpc.CollectionInfo:
    """Asks twice: the client's own answer has to be readable, the message has every field."""
    client.get_collection(name)
    return raw_collections.Get(grpc.GetCollectionInfoRequest(collection_name=name)).result


def health() -> dict[str, str]:
    found = client.info()
    return {"title": found.title, "version": found.version}


def names() -> list[str]:
    return [collection.name for collection in client.get_collections().collections]


def steps() -> None:
    step("health check", health)
    step("list collections: none", names)
    step("create items", create_items)
    step(
        "create plain",
        lambda: client.create_collection("plain", vectors_config=m.VectorParams(size=3, distance=m.Distance.EUCLID)),
    )
    step("create configured", create_configured)
    step("create items again", create_items)
    step("list collections", names)
    step("items exists", lambda: client.collection_exists(ITEMS))
    step("nothing exists", lambda: client.collection_exists("nothing"))
    step("info of configured", lambda: c.info(info_of("configured")))
    step("update configured", update_configured)
    step("info of configured, updated", lambda: c.info(info_of("configured")))
    step("info of plain, empty", lambda: c.info(info_of("plain")))
