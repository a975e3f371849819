"""What takes a cluster, which the server does not have (the code alone counts), snapshots, and the end."""

from qdrant_client import models as m

import alias_steps
import canonical as c
import snapshot_steps
from collection_steps import info_of, names
from session import ITEMS, client, step

DROP = m.DropReplicaOperation(drop_replica=m.Replica(shard_id=0, peer_id=1))


def steps() -> None:
    step("cluster info", lambda: client.collection_cluster_info(ITEMS))
    step("update cluster setup", lambda: client.cluster_collection_update(ITEMS, DROP))
    step("create shard key", lambda: client.create_shard_key(ITEMS, "key"))
    step("delete shard key", lambda: client.delete_shard_key(ITEMS, "key"))
    step("list shard keys", lambda: client.list_shard_keys(ITEMS))
    snapshot_steps.steps()
    step(
        "create vector name, dense",
        lambda: c.update(
            client.create_vector_name(
                "plain", "extra", m.DenseVectorNameConfig(dense=m.DenseVectorConfig(size=5, distance=m.Distance.DOT))
            )
        ),
    )
    step(
        "create vector name, sparse",
        lambda: c.update(
            client.create_vector_name(
                "plain", "terms", m.SparseVectorNameConfig(sparse=m.SparseVectorConfig(modifier=m.Modifier.IDF))
            )
        ),
    )
    step("delete vector name", lambda: c.update(client.delete_vector_name("plain", "terms")))
    step(
        "create newest",
        lambda: client.create_collection(
            "newest",
            vectors_config={
                "dense": m.VectorParams(
                    size=4,
                    distance=m.Distance.DOT,
                    memory=m.Memory.COLD,
                    hnsw_config=m.HnswConfigDiff(m=4, memory=m.Memory.CACHED),
                    quantization_config=m.TurboQuantization(
                        turbo=m.TurboQuantQuantizationConfig(bits=m.TurboQuantBitSize.BITS2, memory=m.Memory.PINNED)
                    ),
                )
            },
            sparse_vectors_config={"words": m.SparseVectorParams(index=m.SparseIndexParams(memory=m.Memory.PINNED))},
            payload=m.PayloadStorageParams(memory=m.Memory.COLD),
            quantization_config=m.ScalarQuantization(
                scalar=m.ScalarQuantizationConfig(type=m.ScalarType.INT8, memory=m.Memory.CACHED)
            ),
            optimizers_config=m.OptimizersConfigDiff(prevent_unoptimized=True),
            strict_mode_config=m.StrictModeConfig(search_max_batchsize=5),
        ),
    )
    step("info of newest", lambda: c.info(info_of("newest")))
    step("delete newest", lambda: client.delete_collection("newest"))
    step("delete configured", lambda: client.delete_collection("configured", timeout=30))
    step("delete plain", lambda: client.delete_collection("plain"))
    alias_steps.listed("list aliases: gone with their collection")
    step("delete what is not there", lambda: client.delete_collection("nothing"))
    step("list collections: items", names)
