"""Changes of payloads, vectors and points."""

from typing import Any

from qdrant_client import grpc, models as m
from qdrant_client.conversions.conversion import GrpcToRest

import canonical as c
from collection_steps import info_of
from filters import match, only
from point_steps import upsert
from query_steps import query
from read_steps import scroll
from search_steps import wire_id
from session import ITEMS, LARGEST, client, raw_points, step

PARIS = only(match("city", m.MatchValue(value="Paris")))


def number_is(value: int) -> m.Filter:
    return only(match("number", m.MatchValue(value=value)))


def vectors_of(point_id: int, **given: Any) -> m.PointVectors:
    return m.PointVectors(id=point_id, vector=given)


def older_batch() -> list[Any]:
    """Two fields that older clients send."""
    one, others = ([wire_id(50)], [wire_id(51), wire_id(7)])
    answer = raw_points.UpdateBatch(
        grpc.UpdateBatchPoints(
            collection_name=ITEMS,
            wait=True,
            operations=[
                grpc.PointsUpdateOperation(
                    clear_payload_deprecated=grpc.PointsSelector(points=grpc.PointsIdsList(ids=one))
                ),
                grpc.PointsUpdateOperation(
                    delete_deprecated=grpc.PointsSelector(points=grpc.PointsIdsList(ids=others))
                ),
            ],
        )
    )
    return [c.update(GrpcToRest.convert_update_result(done)) for done in answer.result]


def older_vectors() -> dict[str, Any]:
    """Vectors as older clients send them: without the oneof of kinds."""
    older = {
        80: {"dense": grpc.Vector(data=[0.7, 0.1, 0.1, 0.7])},
        81: {"words": grpc.Vector(data=[1.5, 0.5], indices=grpc.SparseIndices(data=[9, 2]))},
        82: {"rows": grpc.Vector(data=[0.5, 0.25, 0.125, 1], vectors_count=2)},
    }
    points = [
        grpc.PointStruct(id=wire_id(point_id), vectors=grpc.Vectors(vectors=grpc.NamedVectors(vectors=vectors)))
        for point_id, vectors in older.items()
    ]
    answer = raw_points.Upsert(grpc.UpsertPoints(collection_name=ITEMS, wait=True, points=points))
    return c.update(GrpcToRest.convert_update_result(answer.result))


def document(text: str, **options: Any) -> m.Document:
    return m.Document(text=text, model="qdrant/bm25", options=options)


def steps() -> None:
    step(
        "set payload",
        lambda: c.update(
            client.set_payload(ITEMS, {"city": "Rome", "number": 88, "fresh": [1, 2.0, "three"]}, points=[8, 7])
        ),
    )
    step(
        "set payload under a key",
        lambda: c.update(client.set_payload(ITEMS, {"e": -(2**63)}, points=[2], key="nested.a")),
    )
    step("set payload by filter", lambda: c.update(client.set_payload(ITEMS, {"country": "France"}, points=PARIS)))
    step(
        "overwrite payload",
        lambda: c.update(client.overwrite_payload(ITEMS, {"city": "Genève", "nothing": None}, points=[3])),
    )
    step("delete payload", lambda: c.update(client.delete_payload(ITEMS, ["mixed", "nested.a.b[].d"], points=[1])))
    step("clear payload", lambda: c.update(client.clear_payload(ITEMS, number_is(12))))
    step("clear payload of ids", lambda: c.update(client.clear_payload(ITEMS, [4])))
    step(
        "update vectors",
        lambda: c.update(
            client.update_vectors(
                ITEMS,
                [
                    vectors_of(8, words=m.SparseVector(indices=[3, 1], values=[0.5, 0.25]), rows=[[0.1, 0.2]]),
                    vectors_of(1, dense=[0.25, 0.25, 0.5, 0.5]),
                ],
            )
        ),
    )
    step(
        "update vectors with filter",
        lambda: c.update(
            client.update_vectors(
                ITEMS,
                [vectors_of(1, dense=[1, 0, 0, 0]), vectors_of(2, dense=[0, 1, 0, 0])],
                update_filter=number_is(5),
            )
        ),
    )
    step("delete vectors", lambda: c.update(client.delete_vectors(ITEMS, ["words", "rows"], points=[3])))
    step(
        "delete vectors by filter",
        lambda: c.update(client.delete_vectors(ITEMS, ["rows"], points=only(m.HasIdCondition(has_id=[7])))),
    )
    step(
        "upsert with filter",
        lambda: upsert(
            m.PointStruct(id=1, vector={"dense": [0, 0, 1, 0]}, payload={"city": "never"}),
            m.PointStruct(id=8, vector={"dense": [0, 0, 0, 1]}, payload={"city": "Napoli"}),
            update_filter=number_is(88),
        ),
    )
    step(
        "insert only",
        lambda: upsert(
            m.PointStruct(id=1, vector={}, payload={"city": "never"}),
            m.PointStruct(id=50, vector={"dense": [0.5, 0.5, 0.1, 0.2]}, payload={"city": "Bern"}),
            update_mode=m.UpdateMode.INSERT_ONLY,
        ),
    )
    step(
        "update only",
        lambda: upsert(
            m.PointStruct(id=50, vector={"dense": [0.6, 0.1, 0.1, 0.2]}, payload={"city": "Basel"}),
            m.PointStruct(id=51, vector={}, payload={"city": "never"}),
            update_mode=m.UpdateMode.UPDATE_ONLY,
        ),
    )
    step(
        "update batch",
        lambda: [
            c.update(done)
            for done in client.batch_update_points(
                ITEMS,
                [
                    m.UpsertOperation(
                        upsert=m.PointsList(
                            points=[
                                m.PointStruct(
                                    id=60,
                                    vector={"dense": [0.4, 0.3, 0.2, 0.1]},
                                    payload={"city": "Oslo", "number": 60},
                                ),
                                m.PointStruct(id=61, vector={}, payload={"city": "Bergen"}),
                            ]
                        )
                    ),
                    m.SetPayloadOperation(
                        set_payload=m.SetPayload(points=[60], payload={"price": 6.5, "gone": "soon"})
                    ),
                    m.OverwritePayloadOperation(
                        overwrite_payload=m.SetPayload(points=[61], payload={"city": "Tromsø", "inner": {"kept": 1}})
                    ),
                    m.SetPayloadOperation(set_payload=m.SetPayload(points=[61], key="inner", payload={"added": 2})),
                    m.DeletePayloadOperation(delete_payload=m.DeletePayload(points=[60], keys=["gone"])),
                    m.UpdateVectorsOperation(
                        update_vectors=m.UpdateVectors(
                            points=[
                                vectors_of(
                                    61, dense=[0.1, 0.1, 0.7, 0.7], words=m.SparseVector(indices=[7], values=[1.5])
                                )
                            ]
                        )
                    ),
                    m.DeleteVectorsOperation(delete_vectors=m.DeleteVectors(points=[61], vector=["words"])),
                    m.ClearPayloadOperation(
                        clear_payload=m.FilterSelector(filter=only(match("city", m.MatchValue(value="Wien"))))
                    ),
                    m.DeleteOperation(delete=m.PointIdsList(points=[6])),
                ],
            )
        ],
    )
    step("update batch, older forms", older_batch)
    step("upsert of older vectors", older_vectors)
    step(
        "upsert of documents",
        lambda: upsert(
            m.PointStruct(id=91, vector={"words": document("brown foxes jump")}),
            m.PointStruct(id=92, vector={"words": document("the lazy dog", language="german", avg_len=4)}),
        ),
    )
    step(
        "upsert without waiting",
        lambda: upsert(m.PointStruct(id=90, vector={}, payload={"city": "Riga"}), wait=False),
    )
    step("delete points", lambda: c.update(client.delete(ITEMS, [LARGEST, 999])))
    step(
        "delete points by filter",
        lambda: c.update(client.delete(ITEMS, only(match("city", m.MatchValue(value="Tromsø"))))),
    )
    step("everything that is left", lambda: scroll(limit=100, with_payload=True, with_vectors=True))
    step("query: a document", lambda: query(query=document("foxes"), using="words", limit=3))
    step("count what is left", lambda: client.count(ITEMS, exact=True).count)
    step("delete index", lambda: c.update(client.delete_payload_index(ITEMS, "owner")))
    step("payload indexes that are left", lambda: c.schema(info_of(ITEMS)))
