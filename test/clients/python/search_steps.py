"""The older methods (search, recommend, discover), which only the client's stubs have."""

from typing import Any

from qdrant_client import grpc
from qdrant_client.conversions.conversion import RestToGrpc

import canonical as c
from filters import CHEAPER
from session import ITEMS, QUERY, UUID, raw_points, step

WIRE_CHEAPER = RestToGrpc.convert_filter(CHEAPER)


def wire_id(given: int | str) -> grpc.PointId:
    return RestToGrpc.convert_extended_point_id(given)


def dense(*values: float) -> grpc.Vector:
    return grpc.Vector(dense=grpc.DenseVector(data=values))


def example(given: Any) -> grpc.VectorExample:
    return (
        grpc.VectorExample(vector=dense(*given)) if isinstance(given, list) else grpc.VectorExample(id=wire_id(given))
    )


def pair(positive: Any, negative: Any) -> grpc.ContextExamplePair:
    return grpc.ContextExamplePair(positive=example(positive), negative=example(negative))


def target(given: Any) -> grpc.TargetVector:
    return grpc.TargetVector(single=example(given))


ALL = grpc.WithPayloadSelector(enable=True)
ALL_VECTORS = grpc.WithVectorsSelector(enable=True)
CITY = grpc.WithPayloadSelector(include=grpc.PayloadIncludeSelector(fields=["city"]))
NEAR = {"collection_name": ITEMS, "vector": QUERY, "vector_name": "dense"}
BY_CITY = {"group_by": "city", "group_size": 2, "limit": 3}

LOOKUP = grpc.WithLookup(
    collection="plain",
    with_payload=grpc.WithPayloadSelector(include=grpc.PayloadIncludeSelector(fields=["name"])),
    with_vectors=ALL_VECTORS,
)

LIKE = {"collection_name": ITEMS, "using": "dense"}
CONTEXT = [pair(1, 2), pair(QUERY, 3)]


def search(**request: Any) -> list[Any]:
    return c.wire_points(raw_points.Search(grpc.SearchPoints(**request)).result)


def recommend(**request: Any) -> list[Any]:
    return c.wire_points(raw_points.Recommend(grpc.RecommendPoints(collection_name=ITEMS, **request)).result)


def discover(**request: Any) -> list[Any]:
    return c.wire_points(raw_points.Discover(grpc.DiscoverPoints(context=CONTEXT, limit=5, **LIKE, **request)).result)


def batched(answer: Any) -> list[Any]:
    return [c.wire_points(one.result) for one in answer.result]


def steps() -> None:
    step("search", lambda: search(**NEAR, limit=4, with_payload=ALL, with_vectors=ALL_VECTORS))
    step(
        "search with everything",
        lambda: search(
            **NEAR,
            limit=3,
            offset=1,
            filter=WIRE_CHEAPER,
            score_threshold=0.1,
            with_payload=CITY,
            with_vectors=grpc.WithVectorsSelector(include=grpc.VectorsSelector(names=["words"])),
            params=grpc.SearchParams(
                hnsw_ef=64,
                exact=True,
                indexed_only=False,
                quantization=grpc.QuantizationSearchParams(ignore=False, rescore=True, oversampling=2),
            ),
            timeout=10,
            read_consistency=grpc.ReadConsistency(factor=1),
        ),
    )
    step(
        "search of default vectors",
        lambda: search(collection_name="plain", vector=[1, 1, 1], limit=2, with_vectors=ALL_VECTORS),
    )
    step(
        "search sparse",
        lambda: search(
            collection_name=ITEMS,
            vector=[1, 0.5],
            sparse_indices=grpc.SparseIndices(data=[1, 5]),
            vector_name="words",
            limit=10,
        ),
    )
    step(
        "search batch",
        lambda: batched(
            raw_points.SearchBatch(
                grpc.SearchBatchPoints(
                    collection_name=ITEMS,
                    search_points=[
                        grpc.SearchPoints(**NEAR, limit=2),
                        grpc.SearchPoints(**NEAR, limit=2, filter=WIRE_CHEAPER),
                    ],
                )
            )
        ),
    )
    step(
        "search groups",
        lambda: c.wire_groups(
            raw_points.SearchGroups(grpc.SearchPointGroups(**NEAR, **BY_CITY, with_payload=CITY)).result
        ),
    )
    step(
        "search groups with lookup",
        lambda: c.wire_groups(
            raw_points.SearchGroups(
                grpc.SearchPointGroups(**NEAR, group_by="owner", group_size=2, limit=4, with_lookup=LOOKUP)
            ).result
        ),
    )
    step(
        "recommend",
        lambda: recommend(positive=[wire_id(1), wire_id(UUID)], negative=[wire_id(3)], using="dense", limit=4),
    )
    step(
        "recommend by best score",
        lambda: recommend(
            positive=[wire_id(1)],
            positive_vectors=[dense(*QUERY)],
            negative_vectors=[dense(0.1, -0.2, 0.3, 0.4)],
            strategy=grpc.RecommendStrategy.BestScore,
            using="dense",
            limit=4,
        ),
    )
    step(
        "recommend from another collection",
        lambda: recommend(
            positive=[wire_id(2)],
            using="rows",
            limit=3,
            lookup_from=grpc.LookupLocation(collection_name=ITEMS, vector_name="rows"),
        ),
    )
    step(
        "recommend batch",
        lambda: batched(
            raw_points.RecommendBatch(
                grpc.RecommendBatchPoints(
                    collection_name=ITEMS,
                    recommend_points=[
                        grpc.RecommendPoints(**LIKE, positive=[wire_id(1)], limit=2),
                        grpc.RecommendPoints(
                            **LIKE,
                            positive=[wire_id(2)],
                            negative=[wire_id(1)],
                            strategy=grpc.RecommendStrategy.SumScores,
                            limit=3,
                        ),
                    ],
                )
            )
        ),
    )
    step(
        "recommend groups",
        lambda: c.wire_groups(
            raw_points.RecommendGroups(
                grpc.RecommendPointGroups(**LIKE, positive=[wire_id(1)], negative=[wire_id(4)], **BY_CITY)
            ).result
        ),
    )
    step("discover", lambda: discover(target=target(4)))
    step("discover by context", lambda: discover())
    step(
        "discover batch",
        lambda: batched(
            raw_points.DiscoverBatch(
                grpc.DiscoverBatchPoints(
                    collection_name=ITEMS,
                    discover_points=[
                        grpc.DiscoverPoints(**LIKE, target=target(QUERY), context=[pair(1, 2)], limit=2),
                        grpc.DiscoverPoints(**LIKE, target=target(1), limit=2),
                    ],
                )
            )
        ),
    )
