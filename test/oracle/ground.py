"""Random collections: their vector names, their points and the payload indexes that our side has."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

WORDS = ["red", "green", "blue", "black", "white", "pink", "amber", "violet"]  # none is a part of another
MARKS = ["", "é", "ß", "日本", '"quoted"', "a\\b"]
METRICS = ["Cosine", "Dot", "Euclid", "Manhattan"]


@dataclass
class Name:
    """A vector name. kind: dense, sparse, multi. is_coarse: quantised on our side, so that only exact searches are."""

    name: str
    kind: str
    size: int = 0
    metric: str = "Dot"
    idf: bool = False
    is_coarse: bool = False
    on_disk: bool = False


@dataclass
class Ground:
    """What is known of a collection by those who make requests for it."""

    choose: random.Random
    collection: str
    names: list[Name]
    shards: int
    indexes: dict[str, Any]
    ids: list[int | str] = field(default_factory=list)  # that were ever written, deleted ones too
    beside: "Ground | None" = None  # another collection, to look vectors and groups up in
    many: int = 0  # points at most
    walks: bool = False  # whether our side builds graphs, and searches by them where they are large enough

    def name(self, *kinds: str) -> Name:
        fitting = [one for one in self.names if not kinds or one.kind in kinds]
        return self.choose.choice(fitting or self.names)

    def body(self, ours: bool = False) -> dict[str, Any]:
        """The collection, as REST has it; with what local mode knows nothing of where it is `ours`."""
        vectors: dict[str, Any] = {}
        sparse: dict[str, Any] = {}
        for one in self.names:
            if one.kind == "sparse":
                sparse[one.name] = {"modifier": "idf"} if one.idf else {}
            else:
                vectors[one.name] = {"size": one.size, "distance": one.metric}
                if one.kind == "multi":
                    vectors[one.name]["multivector_config"] = {"comparator": "max_sim"}
                if ours:
                    vectors[one.name]["on_disk"] = one.on_disk
                if ours and one.is_coarse:
                    vectors[one.name]["quantization_config"] = {"scalar": {"type": "int8"}}
        return {"vectors": vectors, "sparse_vectors": sparse}

    def vector(self, name: Name) -> Any:
        choose = self.choose
        if name.kind == "sparse":
            indices = choose.sample(range(30), choose.randint(1, 8))
            return {"indices": indices, "values": [number(choose, 0.1, 2) for _ in indices]}
        if name.kind == "multi":
            return [dense(choose, name.size) for _ in range(choose.randint(1, 4))]
        return dense(choose, name.size)

    def vectors(self) -> dict[str, Any]:
        """Of a point: some names may be missing."""
        return {one.name: self.vector(one) for one in self.names if self.choose.random() < 0.85}

    def new_id(self) -> int | str:
        choose = self.choose
        if choose.random() < 0.25:
            return str(uuid.UUID(int=choose.getrandbits(128)))
        return choose.choice([choose.randrange(self.many * 2), choose.randrange(2**64), choose.randrange(2**53)])

    def id(self) -> int | str:
        """Of a point that is or was there."""
        return self.choose.choice(self.ids) if self.ids else self.new_id()

    def point(self, point_id: int | str) -> dict[str, Any]:
        if point_id not in self.ids:
            self.ids.append(point_id)
        return {"id": point_id, "vector": self.vectors(), "payload": payload(self.choose)}


def number(choose: random.Random, low: float, high: float) -> float:
    """Never an integer in the answer of JSON: local mode tells 1 from 1.0 in vectors.

    Six decimals: with three, sums of differences are often equal, and the sign of a discovery's pair is then f32's noise.
    """
    return round(choose.uniform(low, high), 6) + 0.00048828125


def dense(choose: random.Random, size: int) -> list[float]:
    return [number(choose, -1, 1) for _ in range(size)]


def make_ground(choose: random.Random, collection: str, beside: Ground | None) -> Ground:
    shards = choose.choice([1, 1, 1, 2, 3])
    names = [Name(choose.choice(["", "plain"]), "dense", choose.randint(2, 9), choose.choice(METRICS))]
    for name in ["second", "third"][: choose.choice([0, 1, 1, 2])]:
        # Now and then of the size of the first, so that vectors can be looked up in the other one.
        size = names[0].size if choose.random() < 0.6 else choose.randint(2, 40)
        names.append(Name(name, "dense", size, choose.choice(METRICS)))
    if choose.random() < 0.7:
        # Rarity is counted by shard, as in Qdrant: only one shard can be compared.
        names.append(Name("words", "sparse", idf=shards == 1 and choose.random() < 0.4))
    if choose.random() < 0.6:
        names.append(Name("rows", "multi", choose.randint(2, 6), choose.choice(METRICS)))
    ground = Ground(choose, collection, names, shards, indexes(choose), beside=beside)
    ground.many = choose.choice([30, 60, 120, 300])
    for name in names:
        name.on_disk = choose.random() < 0.2
        name.is_coarse = name.kind != "sparse" and choose.random() < 0.15
    ground.walks = ground.many == 300 and choose.random() < 0.5
    return ground


def indexes(choose: random.Random) -> dict[str, Any]:
    """Schemas by path: about half of the fields that can have one."""
    schemas = {
        "kw": ["keyword", {"type": "keyword", "prefix": True}, {"type": "keyword", "is_tenant": True}],
        "int": ["integer", {"type": "integer", "lookup": True, "range": True}],
        "float": ["float"],
        "flag": ["bool"],
        "when": ["datetime"],
        "geo": ["geo"],
        "uid": ["uuid", "keyword"],
        "text": [{"type": "text", "phrase_matching": True}],
        "obj.a.b": ["integer"],
        "items[].price": ["float"],
        "items[].tags": ["keyword"],
        '"odd.key"': ["keyword"],
    }
    return {path: choose.choice(given) for path, given in schemas.items() if choose.random() < 0.5}


def word(choose: random.Random) -> str:
    return choose.choice(WORDS)


def keyword(choose: random.Random) -> str:
    return word(choose) + (choose.choice(MARKS) if choose.random() < 0.2 else "")


def integer(choose: random.Random) -> int:
    return choose.choice([choose.randint(-4, 12), choose.randint(-4, 12), 2**53 + 1, -(2**62), 10**15])


def moment(choose: random.Random) -> str:
    day = f"20{choose.randint(10, 25)}-{choose.randint(1, 12):02}-{choose.randint(1, 28):02}"
    time = f"{choose.randint(0, 23):02}:{choose.randint(0, 59):02}:{choose.randint(0, 59):02}"
    fraction = f".{choose.randrange(1000):03}"
    return choose.choice(
        [f"{day}T{time}Z", f"{day}T{time}{fraction}Z", f"{day}T{time}+02:00", f"{day} {time}", f"{day}T{time}", day]
    )


def place(choose: random.Random) -> dict[str, float]:
    return {"lon": round(choose.uniform(-179, 179), 4), "lat": round(choose.uniform(-85, 85), 4)}


def uid(choose: random.Random) -> str:
    return str(uuid.UUID(int=choose.randrange(12) + 2**100))


def some(choose: random.Random, make: Any) -> list[Any]:
    """Of pairwise different values: whether Qdrant lists a point twice for one value that it has twice is not known."""
    given: list[Any] = []
    for _ in range(choose.randint(0, 4)):
        value = make(choose)
        if value not in given:
            given.append(value)
    return given


def item(choose: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {"price": round(choose.uniform(0, 10), 1)}
    if choose.random() < 0.6:
        given["tags"] = some(choose, word)
    if choose.random() < 0.5:
        given["in"] = choose.choice([True, False, None])
    return given


MIXED: list[Any] = [
    *[0, 1, 5, 5.0, 1.5, "5", "red", "", True, False, None, [], {}, [None], [1, "red", None, True, {"a": 1}]],
    *[[[1, 2], [3]], [[]], [{}], {"a": None}, {"a": [1, 2]}, {"a": {"b": 1}}, [{"a": 1}, {"a": "red"}], [1, 5], ["x"]],
    *[{"lon": 1}, {"lon": "1", "lat": 2}, {"lon": 1, "lat": 2}, "2020-01-01", "2020-01-01T00:00:00Z", "日本", -1, 1e20],
]


def payload(choose: random.Random) -> dict[str, Any]:
    """A field of each type: mostly one value, sometimes several, [], null or missing."""
    given: dict[str, Any] = {}
    makers: dict[str, Any] = {
        "kw": keyword,
        "int": integer,
        "float": lambda by: round(by.uniform(-5, 5), 2),
        "flag": lambda by: by.random() < 0.5,
        "when": moment,
        "geo": place,
        "uid": uid,
        "odd.key": keyword,
        "größe": lambda by: by.randint(30, 50),
    }
    for key, make in makers.items():
        chance = choose.random()
        if chance < 0.65:
            given[key] = make(choose)
        elif chance < 0.8:
            given[key] = some(choose, make)
        elif chance < 0.85:
            given[key] = None
    if choose.random() < 0.7:
        given["text"] = " ".join(word(choose) for _ in range(choose.randint(1, 5)))
    if choose.random() < 0.7:
        given["mixed"] = choose.choice(MIXED)
    if choose.random() < 0.7:
        given["obj"] = choose.choice([{}, {"a": {}}, {"a": {"b": choose.randint(0, 5)}}, {"a": {"b": [1, 2]}}])
        if choose.random() < 0.5:
            given["obj"]["list"] = [{"x": choose.randint(0, 3)} for _ in range(choose.randint(0, 3))]
    if choose.random() < 0.7:
        given["items"] = [item(choose) for _ in range(choose.randint(0, 3))] if choose.random() < 0.9 else item(choose)
    given["rank"] = choose.randint(1, 100)  # formulas need one that every point has
    return given
