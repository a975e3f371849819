"""Random trees of prefetches, and groups of what they find, as REST has them."""

from differences import avoids
from filters import make_filter, maybe_filter
from formulas import make_formula
from ground import Ground, number
from queries import KINDS, Holders, leaf_step, ordered_step, paging, plain_query, selectors, vector_step
from steps import EVERYTHING, Body, kind_of, steps


def fusion(ground: Ground, prefetches: int) -> Body:
    choose = ground.choose
    kind = choose.choice(["fusion", "rrf", "dbsf"])
    if kind == "dbsf":
        return {"fusion": "dbsf"}
    if kind == "fusion":
        return {"fusion": "rrf"}
    rrf: Body = {}
    if choose.random() < 0.7:
        rrf["k"] = choose.choice([1, 2, 10, 60])
    if choose.random() < 0.5:
        rrf["weights"] = [choose.choice([0.0, 0.5, 1.0, number(choose, 0.1, 4)]) for _ in range(prefetches)]
    return {"rrf": rrf}


def tree(ground: Ground, holders: Holders, depth: int) -> Body:
    """A step with prefetches up to `depth` below it."""
    choose = ground.choose
    whole = ground.shards > 1
    prefetch = []
    for _ in range(choose.choice([1, 2, 2, 3])):
        if depth > 1 and choose.random() < 0.4 and not whole:
            inner = tree(ground, holders, depth - 1)
        else:
            inner = leaf_step(ground, holders)
        inner["limit"] = choose.choice([1, 3, 10, 10, 30, EVERYTHING])
        if choose.random() < 0.4:
            inner["filter"] = make_filter(ground)
        prefetch.append(inner)
    kind = choose.choice(["fusion", "fusion", "formula", "vectors", "ordered"])
    ordered = ordered_step(ground) if kind == "ordered" else None
    if kind == "fusion":
        step: Body = {"query": fusion(ground, len(prefetch))}
    elif kind == "formula":
        step = {"query": make_formula(ground, len(prefetch))}
    elif ordered is not None:
        step = ordered
    else:
        step = vector_step(ground, holders, KINDS)[1]
    if whole and kind != "fusion":
        avoids("prefetches-by-shard")
        for inner in prefetch:
            inner["limit"] = EVERYTHING
    step["prefetch"] = prefetch[0] if len(prefetch) == 1 and choose.random() < 0.5 else prefetch
    return step


def tree_query(ground: Ground, holders: Holders) -> tuple[str, Body]:
    body = tree(ground, holders, ground.choose.randint(1, 3))
    body.update(paging(ground))
    body.update(selectors(ground))
    given = maybe_filter(ground, 0.4)
    if given is not None:
        body["filter"] = given
    return f"{kind_of(body)} of prefetches", body


def group_query(ground: Ground, holders: Holders) -> tuple[str, Body]:
    choose = ground.choose
    if choose.random() < 0.6:
        _, body = plain_query(ground, holders, [kind for kind in KINDS if kind != "mmr"])
    else:
        _, body = tree_query(ground, holders)
        if any(kind_of(step) in ("mmr", "rrf", "dbsf", "order_by", "by id") for step in steps(body)):
            avoids("groups-of-fusions")
            _, body = plain_query(ground, holders, ["nearest"])
    avoids("prefetches-of-groups")
    for step in steps(body)[1:]:
        step["limit"] = EVERYTHING
    body.pop("offset", None)
    keys = ["kw", "int", "uid", "items[].tags", "mixed", "mixed[]", "flag", "float", "obj.a.b", "größe", '"odd.key"']
    body["group_by"] = choose.choice(keys)
    body["limit"] = choose.choice([1, 3, 10, 40])
    body["group_size"] = choose.choice([1, 2, 3, 10])
    if ground.beside is not None and choose.random() < 0.3:
        lookup: Body = {"collection": ground.beside.collection}
        if choose.random() < 0.5:
            lookup["with_payload"] = choose.choice([True, False, ["kw"]])
            lookup["with_vectors"] = choose.random() < 0.5
        body["with_lookup"] = choose.choice([lookup, ground.beside.collection])
    return "groups", body
