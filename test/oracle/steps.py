"""Steps of a query, as REST has them."""

from typing import Any

from ground import Ground

Body = dict[str, Any]
EVERYTHING = 1000  # more than any collection holds


def kind_of(step: Body) -> str:
    """The kind of a step's query, by its key."""
    query = step.get("query")
    if query is None:
        return "by id"
    if not isinstance(query, dict) or "indices" in query:
        return "nearest"
    if query.get("mmr") is not None:
        return "mmr"
    return "rrf" if query == {"fusion": "rrf"} else query.get("fusion") or next(iter(query))


def below(step: Body) -> list[Body]:
    prefetch = step.get("prefetch") or []
    return prefetch if isinstance(prefetch, list) else [prefetch]


def steps(step: Body) -> list[Body]:
    """A step and all below it."""
    return [step, *(one for inner in below(step) for one in steps(inner))]


def is_exact(ground: Ground, step: Body) -> bool:
    coarse = {name.name for name in ground.names if name.is_coarse}
    params = step.get("params") or {}
    ignored = (params.get("quantization") or {}).get("ignore", False)
    return step.get("using", "") not in coarse or params.get("exact", False) or ignored


def is_comparable(ground: Ground, body: Body) -> bool:
    """Whether nothing in a request depends on how points lie in shards, or on codes."""
    if not all(is_exact(ground, step) for step in steps(body)):
        return False
    inner = steps(body)[1:]
    if ground.shards == 1 or not inner:
        return True
    whole = all(step.get("limit") == EVERYTHING for step in inner)
    flat = len(inner) == len(below(body))
    return flat and all(kind_of(step) != "mmr" for step in inner) and (whole or kind_of(body) in ("rrf", "dbsf"))
