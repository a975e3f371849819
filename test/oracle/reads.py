"""Random reads that are no queries, as REST has them. Each answers with its route, its kind and its body."""

from typing import Any

from differences import avoids
from filters import maybe_filter
from ground import Ground
from queries import make_order, orders_of, selectors
from steps import EVERYTHING, Body

Read = tuple[str, str, Body]


def with_filter(ground: Ground, body: Body, chance: float) -> Body:
    given = maybe_filter(ground, chance)
    return body if given is None else {**body, "filter": given}


def count(ground: Ground) -> Read:
    return "count", "count", with_filter(ground, {}, 0.95)


def scroll(ground: Ground) -> Read:
    choose = ground.choose
    body = with_filter(ground, {"limit": choose.choice([1, 3, 10, 50, EVERYTHING]), **selectors(ground)}, 0.6)
    orders = orders_of(ground)
    if orders and choose.random() < 0.4:
        return "scroll", "scroll by value", {**body, "order_by": make_order(ground, choose.choice(orders))}
    if choose.random() < 0.4:
        body["offset"] = ground.id()
    return "scroll", "scroll", body


def facet(ground: Ground) -> Read:
    """Of a field that has an index on our side."""
    avoids("order-without-index")
    fields = ("kw", "int", "flag", "uid", "obj.a.b", "items[].tags", '"odd.key"')
    keys = [key for key in fields if key in ground.indexes]
    if not keys:
        return count(ground)
    body = {"key": ground.choose.choice(keys), "limit": ground.choose.choice([1, 3, 10, 100])}
    return "facet", "facet", with_filter(ground, body, 0.5)


def points(ground: Ground) -> Read:
    ids: list[Any] = list(dict.fromkeys(ground.id() for _ in range(ground.choose.randint(1, 8))))
    return "points", "points", {"ids": ids, "with_payload": True, "with_vector": True, **selectors(ground)}


def matrix(ground: Ground) -> Read:
    """Of all points, so that nothing is left to chance."""
    choose = ground.choose
    body: Body = {"sample": EVERYTHING, "limit": choose.randint(1, 6)}
    names = [one.name for one in ground.names if not one.is_coarse]
    if not names:
        return count(ground)  # a matrix has no parameters that could ask for an exact search
    name = choose.choice(names)
    if name != "" or choose.random() < 0.5:
        body["using"] = name
    return choose.choice(["pairs", "offsets"]), "matrix", with_filter(ground, body, 0.8)
