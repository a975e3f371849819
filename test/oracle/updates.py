"""Random changes of a collection, as a batch of REST has them."""

from typing import Any

from differences import avoids
from filters import make_filter
from ground import Ground, item, keyword, payload, word

Body = dict[str, Any]


def targets(ground: Ground, there: list[Any]) -> Body:
    """Points by id, or by a filter. Of ids that are missing Qdrant has changed some of the others before it refuses."""
    choose = ground.choose
    if there and choose.random() < 0.7:
        return {"points": choose.sample(there, min(len(there), choose.randint(1, 6)))}
    return {"filter": make_filter(ground)}


def upsert(ground: Ground, there: list[Any]) -> Body:
    choose = ground.choose
    count = choose.randint(1, 12)
    ids = [choose.choice(there) if there and choose.random() < 0.5 else ground.new_id() for _ in range(count)]
    conditions: Body = {}
    if choose.random() < 0.3:
        conditions["update_filter"] = make_filter(ground)
    if choose.random() < 0.3:
        conditions["update_mode"] = choose.choice(["upsert", "insert_only", "update_only"])
    if conditions:
        avoids("same-point-twice-under-a-condition")
        ids = list(dict.fromkeys(ids))
    return {"upsert": {"points": [ground.point(point_id) for point_id in ids], **conditions}}


def set_payload(ground: Ground, there: list[Any]) -> Body:
    choose = ground.choose
    given: Body
    whole = payload(choose)
    key, given = choose.choice(
        [
            (None, {name: whole[name] for name in choose.sample(list(whole), min(len(whole), 3))}),
            (None, {"kw": None, "rank": choose.randint(1, 100)}),
            ("obj.a", {"b": choose.randint(0, 5)}),
            ("obj", {"list": [{"x": 1}], "note": None}),
            ("items[]", item(choose)),
            ("items[0]", item(choose)),
            ("mixed", {"a": word(choose)}),
            ("mixed[].a", {"b": keyword(choose)}),
        ]
    )
    body: Body = {"payload": given, **targets(ground, there)}
    if key is not None:
        body["key"] = key
    return {"set_payload": body}


def delete_payload(ground: Ground, there: list[Any]) -> Body:
    paths = ["kw", "int", "obj.a", "obj.list[]", "items[].price", "mixed[0]", "mixed[]", "mixed.a", '"odd.key"', "none"]
    return {"delete_payload": {"keys": ground.choose.sample(paths, 2), **targets(ground, there)}}


def update_vectors(ground: Ground, there: list[Any]) -> Body:
    choose = ground.choose
    points = []
    for point_id in choose.sample(there, min(len(there), choose.randint(1, 6))):
        name = ground.name()
        points.append({"id": point_id, "vector": {name.name: ground.vector(name), **ground.vectors()}})
    return {"update_vectors": {"points": points}}


def delete_vectors(ground: Ground, there: list[Any]) -> Body:
    return {"delete_vectors": {"vector": [ground.name().name], **targets(ground, there)}}


def make_operation(ground: Ground, there: list[Any]) -> Body:
    choose = ground.choose
    kind = choose.choice(
        ["upsert", "upsert", "upsert", "delete", "set", "set", "overwrite", "unset", "clear", "vectors", "no vectors"]
    )
    if kind == "upsert" or not there:
        return upsert(ground, there)
    if kind == "set":
        return set_payload(ground, there)
    if kind == "unset":
        return delete_payload(ground, there)
    if kind == "overwrite":
        return {"overwrite_payload": {"payload": payload(choose), **targets(ground, there)}}
    if kind == "vectors":
        return update_vectors(ground, there)
    if kind == "no vectors":
        return delete_vectors(ground, there)
    some = choose.sample(there, min(len(there), choose.randint(1, 4)))
    if kind == "clear":
        return {"clear_payload": choose.choice([{"points": some}, {"filter": {"must": [{"has_id": some}]}}])}
    narrow = {"must": [{"has_id": choose.sample(there, len(there) // 3)}, make_filter(ground)]}
    return {"delete": choose.choice([{"points": some}, {"filter": narrow}])}


def wrong_updates(ground: Ground) -> Body:
    """A batch of one operation that both have to refuse, and that changes nothing."""
    choose = ground.choose
    missing = [2**61 + choose.randrange(2**60)]
    first = ground.names[0]
    point = {"id": 1, "payload": {}}
    operations: list[Body] = [
        {"set_payload": {"payload": {"kw": "red"}, "points": missing}},
        {"overwrite_payload": {"payload": {}, "points": missing}},
        {"delete_payload": {"keys": ["kw"], "points": missing}},
        {"clear_payload": {"points": missing}},
        {"delete_vectors": {"vector": [first.name], "points": missing}},
        {"delete_vectors": {"vector": ["unknown"], "points": [ground.id()]}},
        {"delete_vectors": {"vector": [], "points": [ground.id()]}},
        {"update_vectors": {"points": [{"id": missing[0], "vector": {first.name: ground.vector(first)}}]}},
        {"update_vectors": {"points": []}},
        {"upsert": {"points": []}},
        {"upsert": {"points": [{**point, "vector": {"unknown": [1.5]}}]}},
        {"upsert": {"points": [{**point, "vector": {first.name: [1.5] * 77}}]}},
        {"upsert": {"points": [{**point, "vector": {first.name: {"indices": [1], "values": [1.5]}}}]}},
        {"delete": {"points": []}},
    ]
    return {"operations": [choose.choice(operations)]}


def make_updates(ground: Ground, there: list[Any]) -> Body:
    operations: list[Body] = []
    for _ in range(ground.choose.choice([1, 1, 1, 2, 3])):
        if operations and "delete" in operations[-1]:
            break  # what is there after a deletion by filter is not known before it is done
        operations.append(make_operation(ground, there))
    return {"operations": operations}
