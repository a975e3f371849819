"""Random queries of one step, as REST has them."""

from typing import Any, Callable

from differences import avoids
from filters import make_filter, maybe_filter
from ground import Ground, Name, number
from steps import EVERYTHING, Body


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
    if ground.walks:
        params["hnsw_ef"] = 512  # more than there are points
    if name.is_coarse:
        params.update(choose.choice([{"exact": True}, {"quantization": {"ignore": True}}]))
    if name.idf and choose.random() < 0.4:
        params["idf"] = {"corpus": make_filter(ground)}
    if params:
        step["params"] = params
    return kind, step


def ordered_step(ground: Ground) -> Body | None:
    """Order by a field that has an index on our side."""
    orders = orders_of(ground)
    return {"query": {"order_by": make_order(ground, ground.choose.choice(orders))}} if orders else None


def orders_of(ground: Ground) -> list[str]:
    avoids("order-without-index")
    return [key for key in ("int", "float", "when", "obj.a.b", "items[].price") if key in ground.indexes]


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
