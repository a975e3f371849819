"""From the answers of qdrant-client to the canonical form of ../README.md."""

import json
import re
from typing import Any, Iterable

import grpc as transport
from google.protobuf.json_format import MessageToDict
from qdrant_client import grpc, models
from qdrant_client.conversions.conversion import GrpcToRest, grpc_to_payload


def point(found: models.ScoredPoint | models.Record) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": str(found.id), "payload": found.payload or {}}
    if isinstance(found, models.ScoredPoint):
        answer |= {"version": found.version, "score": found.score}
    if found.vector is not None:
        answer["vector"] = vectors(found.vector)
    if found.order_value is not None:
        answer["order_value"] = found.order_value
    return answer


def vectors(given: Any) -> Any:
    if isinstance(given, dict):
        return {name: vectors(vector) for name, vector in given.items()}
    return given.model_dump() if isinstance(given, models.SparseVector) else given


def points(found: Iterable[models.ScoredPoint | models.Record]) -> list[Any]:
    return [point(one) for one in found]


def wire_points(found: Iterable[grpc.ScoredPoint]) -> list[Any]:
    """Of the older methods, which only the client's raw stubs have."""
    return points(GrpcToRest.convert_scored_point(one) for one in found)


def ids(found: Iterable[models.ScoredPoint | models.Record]) -> list[str]:
    return [str(one.id) for one in found]


def page(scrolled: tuple[list[models.Record], Any]) -> dict[str, Any]:
    found, following = scrolled
    return {"points": points(found), "next": None if following is None else str(following)}


def groups(found: models.GroupsResult) -> list[Any]:
    answer = []
    for group in found.groups:
        one = {"id": group.id, "hits": points(group.hits)}
        if group.lookup is not None:
            one["lookup"] = point(group.lookup)
        answer.append(one)
    return answer


def wire_groups(found: grpc.GroupsResult) -> list[Any]:
    return groups(GrpcToRest.convert_groups_result(found))


def update(done: models.UpdateResult) -> dict[str, Any]:
    return {"operation_id": done.operation_id, "status": done.status.value}


def facet(found: models.FacetResponse) -> list[Any]:
    return [[hit.value, hit.count] for hit in found.hits]


def pairs(found: models.SearchMatrixPairsResponse) -> list[Any]:
    return [[str(pair.a), str(pair.b), pair.score] for pair in found.pairs]


def offsets(found: models.SearchMatrixOffsetsResponse) -> dict[str, Any]:
    return found.model_dump() | {"ids": [str(one) for one in found.ids]}


def info(message: grpc.CollectionInfo) -> dict[str, Any]:
    """The fields that are set, by their names in the messages."""
    answer = MessageToDict(message, preserving_proto_field_name=True)
    answer["config"].pop("metadata", None)
    return {
        "status": answer["status"],
        "optimizer_status": answer["optimizer_status"],
        "segments_count": message.segments_count,
        "points_count": message.points_count,
        "indexed_vectors_count": message.indexed_vectors_count,
        "config": answer["config"],
        "metadata": grpc_to_payload(message.config.metadata),
    }


def schema(message: grpc.CollectionInfo) -> dict[str, Any]:
    answer = MessageToDict(message, preserving_proto_field_name=True)
    return {"points_count": message.points_count, "payload_schema": answer["payload_schema"]}


def aliases(found: models.CollectionsAliasesResponse) -> list[tuple[str, str]]:
    return sorted((alias.alias_name, alias.collection_name) for alias in found.aliases)


def snapshot(found: models.SnapshotDescription | None) -> dict[str, Any]:
    """The digits of its name, a peer and a time, differ; its size and time are there or not."""
    assert found is not None
    return {
        "name": re.sub(r"\d+", "N", found.name),
        "has_size": found.size > 0,
        "checksum_length": len(found.checksum or ""),
        "has_creation_time": found.creation_time is not None,
    }


def snapshots(found: list[models.SnapshotDescription]) -> list[Any]:
    """The first alone."""
    return [snapshot(one) for one in found[:1]]


def error(failure: transport.RpcError) -> dict[str, Any]:
    return {"error": {"code": failure.code().name, "message": failure.details()}}


def written(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)
