"""Random queries and trees of prefetches, as REST has them."""

from typing import Any, Callable

from differences import avoids
from filters import make_filter, maybe_filter
from formulas import make_formula
from ground import Ground, Name, dense, number

Body = dict[str, Any]
EVERYTHING = 1000  # more than any collection holds


class Examples:
    """Vectors and ids that stand for them, of one name; of another collection where `lookup` is set."""

    def __init__(self, ground: Ground, name: Name, holders: "Holders") -> None:
        self.ground, self.name = ground, name
        self.lookup: Body | None = None
        self.ids = holders(ground, name.name)
        self.id_chance = 0.4
        beside = ground.beside
        if beside is not None and ground.choose.random() < 0.12:
            fitting = [one for one in beside.names if (one.kind, one.size) == (name.kind, name.size)]
            if fitting:
                there = ground.choose.choice(fitting)
                self.ids = holders(beside, there.name)
                self.id_chance = 0.9
                self.lookup = {"collection": beside.collection}
                if there.name != name.name or ground.choose.random() < 0.5:
                    self.lookup["vector"] = there.name

    def one(self) -> Any:
        choose = self.ground.choose
        if choose.random() < 0.01:
            return self.ground.id()  # which may have no such vector, or be deleted
        if self.ids and choose.random() < self.id_chance:
            return choose.choice(self.ids)
        return self.ground.vector(self.name)

    def some(self, least: int, most: int) -> list[Any]:
        return [self.one() for _ in range(self.ground.choose.randint(least, most))]

    def pair(self) -> Body:
        return {"positive": self.one(), "negative": self.one()}

    def query(self, kind: str) -> Any:
        """What stands in the field `query`."""
        choose = self.ground.choose
        if kind == "nearest":
            example = self.one()
            return example if choose.random() < 0.5 else {"nearest": example}
        if kind == "mmr":
            given = {"diversity": choose.choice([0.0, 0.3, 0.5, 1.0])} if choose.random() < 0.8 else {}
            if choose.random() < 0.7:
                given["candidates_limit"] = choose.randint(1, 60)
            return {"nearest": self.one(), "mmr": given}
        if kind in STRATEGIES:
            given = {"positive": self.some(1, 3), "negative": self.some(0, 3)}
            if kind != "average_vector" and choose.random() < 0.3:
                given = {"negative": given["positive"]}
            if kind != "average_vector" or choose.random() < 0.5:
                given["strategy"] = kind
            return {"recommend": given}
        if kind == "discover":
            return {"discover": {"target": self.one(), "context": [self.pair() for _ in range(choose.randint(0, 4))]}}
        if kind == "context":
            return {"context": [self.pair() for _ in range(choose.randint(1, 4))]}
        feedback = [{"example": one, "score": number(choose, -1, 1)} for one in self.some(1, 4)]
        strategy = {"naive": {"a": number(choose, 0, 1), "b": number(choose, 0, 2), "c": number(choose, 0, 1)}}
        return {"relevance_feedback": {"target": self.one(), "feedback": feedback, "strategy": strategy}}


Holders = Callable[[Ground, str], list[Any]]
STRATEGIES = ["average_vector", "best_score", "sum_scores"]
KINDS = ["nearest", "nearest", "nearest", *STRATEGIES, "discover", "context", "feedback", "mmr"]


def vector_step(ground: Ground, holders: Holders, kinds: list[str]) -> tuple[str, Body]:
    """A query that compares vectors, with `using` and `lookup_from`."""
    choose = ground.choose
    kind = choose.choice(kinds)
    name = ground.name("dense") if kind == "feedback" else ground.name()
    if kind == "feedback":
        avoids("feedback-of-other-than-dense")
    if kind == "mmr" and name.idf:
        avoids("mmr-without-rarity")
        kind = "nearest"
    examples = Examples(ground, name, holders)
    if kind == "feedback" and examples.lookup is not None:
        avoids("feedback-looked-up")
        examples = Examples(ground, name, lambda *_: [])
        examples.lookup = None
    step: Body = {"query": examples.query(kind)}
    if name.name != "" or choose.random() < 0.3:
        step["using"] = name.name
    if examples.lookup is not None:
        step["lookup_from"] = examples.lookup
    params: Body = {}
    if choose.random() < 0.3:
        params["exact"] = choose.random() < 0.5
    if choose.random() < 0.2:
        params["hnsw_ef"] = choose.choice([1, 64, 512])
    if name.idf and choose.random() < 0.4:
        params["idf"] = {"corpus": make_filter(ground)}
    if params:
        step["params"] = params
    return kind, step


def ordered_step(ground: Ground) -> Body | None:
    """Order by a field that has an index on our side."""
    orders = [key for key in ("int", "float", "when", "obj.a.b", "items[].price") if key in ground.indexes]
    if not orders:
        return None
    avoids("order-without-index")
    return {"query": {"order_by": make_order(ground, ground.choose.choice(orders))}}


def make_order(ground: Ground, key: str) -> Any:
    choose = ground.choose
    if choose.random() < 0.2:
        return key
    order: Body = {"key": key}
    if choose.random() < 0.7:
        order["direction"] = choose.choice(["asc", "desc"])
    if choose.random() < 0.3:
        order["start_from"] = "2018-06-01T00:00:00Z" if key == "when" else choose.choice([0, 2, 1.5, -4])
    return order


def leaf_step(ground: Ground, holders: Holders) -> Body:
    kinds = KINDS
    if ground.shards > 1:
        avoids("prefetches-by-shard")  # each shard chooses by mmr for itself
        kinds = [kind for kind in KINDS if kind != "mmr"]
    chance = ground.choose.random()
    ordered = ordered_step(ground) if chance < 0.1 else None
    if ordered is not None:
        return ordered
    if chance < 0.15:
        return {}
    return vector_step(ground, holders, kinds)[1]


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


def selectors(ground: Ground) -> Body:
    choose = ground.choose
    given: Body = {}
    if choose.random() < 0.4:
        keys = choose.sample(["kw", "int", "obj.a", "items[].price", "mixed", '"odd.key"', "missing", "items"], 3)
        given["with_payload"] = choose.choice([True, False, keys, {"include": keys[:1]}, {"exclude": keys}])
    if choose.random() < 0.3:
        names = [one.name for one in ground.names]
        given["with_vector"] = choose.choice([True, False, choose.sample(names, choose.randint(1, len(names)))])
    return given


def paging(ground: Ground) -> Body:
    choose = ground.choose
    given: Body = {"limit": choose.choice([1, 2, 5, 10, 20, EVERYTHING])} if choose.random() < 0.8 else {}
    if choose.random() < 0.25:
        given["offset"] = choose.randint(0, 12)
    return given


def plain_query(ground: Ground, holders: Holders, kinds: list[str]) -> tuple[str, Body]:
    """One step. Answers with its kind too."""
    kind, step = vector_step(ground, holders, kinds)
    body = {**step, **paging(ground), **selectors(ground)}
    given = maybe_filter(ground)
    if given is not None:
        body["filter"] = given
    return kind, body


def other_query(ground: Ground) -> tuple[str, Body]:
    """Without vectors: by id, by value, by chance."""
    chance = ground.choose.random()
    ordered = ordered_step(ground) if chance < 0.4 else None
    given = maybe_filter(ground)
    body = {**(ordered or {}), **paging(ground), **selectors(ground), **({} if given is None else {"filter": given})}
    if ordered is not None:
        return "order_by", body
    if chance < 0.7:
        return "by id", body
    body.pop("offset", None)
    return "sample", {**body, "query": {"sample": "random"}}


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


def is_comparable(ground: Ground, body: Body) -> bool:
    """Whether nothing in a request depends on how points lie in shards."""
    inner = steps(body)[1:]
    if ground.shards == 1 or not inner:
        return True
    whole = all(step.get("limit") == EVERYTHING for step in inner)
    flat = len(inner) == len(below(body))
    return flat and all(kind_of(step) != "mmr" for step in inner) and (whole or kind_of(body) in ("rrf", "dbsf"))


def steps(step: Body) -> list[Body]:
    """A step and all below it."""
    return [step, *(one for inner in below(step) for one in steps(inner))]


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


def wrong_query(ground: Ground, holders: Holders) -> tuple[str, Body]:
    """One that both have to refuse."""
    avoids("min-count-zero")
    choose = ground.choose
    _, body = plain_query(ground, holders, ["nearest"])
    _, hybrid = tree_query(ground, holders)
    leaf = {"query": dense(choose, ground.names[0].size), "using": ground.names[0].name}
    wrongs: list[Body] = [
        {**body, "limit": 0},
        {**body, "using": "unknown"},
        {**body, "query": dense(choose, 77)},
        {**body, "query": 2**60 + 12345},
        {**body, "query": {"recommend": {"negative": [ground.vector(ground.names[0])]}}, "using": ground.names[0].name},
        {**body, "query": {"recommend": {"strategy": "best_score"}}},
        {**body, "lookup_from": {"collection": "unknown"}, "query": ground.id()},
        {**body, "query": {"fusion": "rrf"}},
        {**body, "query": {"fusion": "dbsf"}, "using": "x", "prefetch": [leaf]},
        {**body, "query": {"formula": 1.0}, "prefetch": []},
        {**body, "query": None, "prefetch": [leaf]},
        {**body, "query": {"rrf": {"weights": [1.0, 2.0, 3.0, 4.0, 5.0]}}, "prefetch": [leaf], "using": None},
        {**body, "query": {"rrf": {"k": 0}}, "prefetch": [leaf], "using": None},
        {**body, "query": {"nearest": leaf["query"], "mmr": {"candidates_limit": 16385}}},
        {**body, "query": {"nearest": leaf["query"], "mmr": {"diversity": 1.5}}, **{"using": leaf["using"]}},
        {**body, "query": None, "score_threshold": 0.5},
        {**body, "filter": {"must": [{"slice": {"total": 2, "index": 2}}]}},
        {**body, "filter": {"must": [{"key": "a[", "match": {"value": 1}}]}},
        {**hybrid, "prefetch": [{**leaf, "limit": 0}]},
        {**hybrid, "prefetch": [{**leaf, "using": "unknown"}]},
        {**body, "query": {"formula": {"ln": -1.0}}, "prefetch": [leaf]},
        {**body, "query": {"formula": "missing.value"}, "prefetch": [leaf]},
        {**body, "query": {"formula": "$score[x]"}, "prefetch": [leaf]},
        {**body, "query": {"formula": {"lin_decay": {"x": 1.0, "scale": 0.0}}}, "prefetch": [leaf]},
        {**body, "query": {"formula": {"exp_decay": {"x": 1.0, "midpoint": 1.0}}}, "prefetch": [leaf]},
    ]
    return "refused", choose.choice(wrongs)
