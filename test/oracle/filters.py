"""Random filters, as REST has them."""

from typing import Any, Callable

from differences import avoids
from ground import Ground, integer, keyword, moment, number, place, uid, word

PATHS = [
    *["kw", "int", "float", "flag", "when", "geo", "uid", "text", "mixed", "mixed[]", "mixed[0]", "mixed.a"],
    *["mixed[].a", "obj", "obj.a", "obj.a.b", "obj.list", "obj.list[].x", "obj.list[1].x", "items", "items[]"],
    *["items[].price", "items[0].tags", "items[].tags", "items[].in", '"odd.key"', "größe", "rank", "missing", "kw.x"],
]
# Arrays that hold a null: local mode calls them null in every form.
MAY_HOLD_NULL = {"mixed", "mixed[]", "mixed[0]"}

Condition = dict[str, Any]


def path(ground: Ground) -> str:
    return ground.choose.choice(PATHS)


def match_value(ground: Ground) -> Condition:
    choose = ground.choose
    key, value = choose.choice(
        [
            ("kw", keyword(choose)),
            ("int", integer(choose)),
            ("flag", choose.random() < 0.5),
            ("uid", uid(choose)),
            ("obj.a.b", choose.randint(0, 5)),
            ("items[].tags", word(choose)),
            ("items[].in", choose.random() < 0.5),
            ('"odd.key"', keyword(choose)),
            ("größe", choose.randint(30, 50)),
            ("text", word(choose)),
            (path(ground), choose.choice([1, 5, "5", "red", True, ""])),
        ]
    )
    return {"key": key, "match": {"value": value}}


def match_list(ground: Ground) -> Condition:
    choose = ground.choose
    key, make = choose.choice([("kw", keyword), ("int", integer), ("uid", uid), ("mixed", integer), ("mixed[]", word)])
    kind = choose.choice(["any", "except"])
    return {"key": key, "match": {kind: [make(choose) for _ in range(choose.randint(0, 4))]}}


def match_words(ground: Ground) -> Condition:
    avoids("words-of-texts-without-index")  # one word, lower case, none a part of another: both readings say the same
    choose = ground.choose
    kind = choose.choice(["text", "text_any", "phrase"])
    count = {"text": 1, "text_any": 2, "phrase": 2}[kind]
    return {"key": "text", "match": {kind: " ".join(word(choose) for _ in range(count))}}


def match_prefix(ground: Ground) -> Condition:
    return {"key": ground.choose.choice(["kw", "mixed[]"]), "match": {"prefix": word(ground.choose)[:2]}}


def bounds(ground: Ground, make: Callable[[], Any]) -> dict[str, Any]:
    """One bound at each side at most: of two, an index takes one and a payload both."""
    avoids("two-bounds-of-a-side")
    choose = ground.choose
    given = {choose.choice(["gt", "gte"]): make()} if choose.random() < 0.7 else {}
    if not given or choose.random() < 0.5:
        given[choose.choice(["lt", "lte"])] = make()
    return given


def in_range(ground: Ground) -> Condition:
    choose = ground.choose
    key = choose.choice(["int", "float", "größe", "obj.a.b", "items[].price", "mixed", path(ground)])
    return {"key": key, "range": bounds(ground, lambda: choose.choice([choose.randint(-5, 12) + 0.0, 0.5, 40.0, 1e15]))}


def in_time(ground: Ground) -> Condition:
    choose = ground.choose
    return {"key": choose.choice(["when", "when", "mixed", "kw"]), "range": bounds(ground, lambda: moment(choose))}


def in_box(ground: Ground) -> Condition:
    choose = ground.choose
    one, other = place(choose), place(choose)
    north, south = max(one["lat"], other["lat"]), min(one["lat"], other["lat"])
    return {
        "key": choose.choice(["geo", "geo", "mixed"]),
        "geo_bounding_box": {
            "top_left": {"lon": one["lon"], "lat": north},
            "bottom_right": {"lon": other["lon"], "lat": south},
        },
    }


def in_circle(ground: Ground) -> Condition:
    radius = ground.choose.choice([1e5, 2e6, 1e7])
    return {"key": "geo", "geo_radius": {"center": place(ground.choose), "radius": radius}}


def in_polygon(ground: Ground) -> Condition:
    choose = ground.choose

    def ring(size: float) -> dict[str, Any]:
        lon, lat = choose.uniform(-100, 100), choose.uniform(-40, 40)
        corners = [(-1, -1), (1, -0.8), (0.7, 1), (-0.9, 0.6), (-1, -1)]
        return {"points": [{"lon": lon + size * x, "lat": lat + size * y / 2} for x, y in corners]}

    polygon = {"exterior": ring(75)}
    if choose.random() < 0.5:
        polygon["interiors"] = [ring(20)]
    return {"key": "geo", "geo_polygon": polygon}


def counted(ground: Ground) -> Condition:
    choose = ground.choose
    return {"key": path(ground), "values_count": bounds(ground, lambda: choose.randint(0, 3))}


def is_empty(ground: Ground) -> Condition:
    key = path(ground)
    whole = {"is_empty": {"key": key}}
    if "[]" in key:
        avoids("empty-or-null-of-several-values")
        return whole
    return ground.choose.choice([whole, {"key": key, "is_empty": ground.choose.random() < 0.5}])


def is_null(ground: Ground) -> Condition:
    key = path(ground)
    whole, field = {"is_null": {"key": key}}, {"key": key, "is_null": ground.choose.random() < 0.5}
    if "[]" in key:
        avoids("empty-or-null-of-several-values")
        return in_range(ground) if key in MAY_HOLD_NULL else whole
    if key in MAY_HOLD_NULL:
        avoids("null-in-an-array")
        return field
    return ground.choose.choice([whole, field])


def has_id(ground: Ground) -> Condition:
    return {"has_id": [ground.id() for _ in range(ground.choose.choice([0, 1, 5, 40]))]}


def has_vector(ground: Ground) -> Condition:
    return {"has_vector": ground.choose.choice([ground.name().name, "unknown"])}


def sliced(ground: Ground) -> Condition:
    total = ground.choose.randint(1, 5)
    return {"slice": {"total": total, "index": ground.choose.randrange(total)}}


def nested(ground: Ground) -> Condition:
    avoids("slice-of-an-element")
    choose = ground.choose
    inner: list[Condition] = [
        {"key": "price", "range": bounds(ground, lambda: number(choose, 0, 10))},
        {"key": "tags", "match": {"value": word(choose)}},
        {"key": "tags", "match": {"any": [word(choose), word(choose)]}},
        {"key": "in", "match": {"value": choose.random() < 0.5}},
        {"is_null": {"key": "in"}},
        {"is_empty": {"key": "tags"}},
        {"key": "tags", "values_count": {"gt": choose.randint(0, 2)}},
        {"has_id": [ground.id()]},
    ]
    clauses = {clause: choose.sample(inner, choose.randint(1, 2)) for clause in clause_names(ground)}
    key = choose.choice(["items", "items[]", "obj.list", "mixed", "obj"])
    return {"nested": {"key": key, "filter": clauses}}


LEAVES: list[Callable[[Ground], Condition]] = [
    *[match_value, match_value, match_list, match_words, match_prefix, in_range, in_range, in_time, in_box, in_circle],
    *[in_polygon, counted, is_empty, is_null, has_id, has_vector, sliced, nested],
]


def clause_names(ground: Ground) -> list[str]:
    return ground.choose.sample(["must", "should", "must_not"], ground.choose.choice([1, 1, 2]))


def make_condition(ground: Ground, depth: int = 0) -> Condition:
    if depth < 3 and ground.choose.random() < 0.25:
        return make_filter(ground, depth + 1)
    return ground.choose.choice(LEAVES)(ground)


def make_filter(ground: Ground, depth: int = 0) -> Condition:
    choose = ground.choose
    given: Condition = {}
    for clause in clause_names(ground):
        conditions = [make_condition(ground, depth) for _ in range(choose.choice([0, 1, 1, 2, 3]))]
        given[clause] = conditions[0] if len(conditions) == 1 and choose.random() < 0.3 else conditions
    if choose.random() < 0.15:
        conditions = [make_condition(ground, depth) for _ in range(choose.randint(1, 4))]
        given["min_should"] = {"conditions": conditions, "min_count": choose.randint(1, 3)}
    return given


def maybe_filter(ground: Ground, chance: float = 0.5) -> Condition | None:
    return make_filter(ground) if ground.choose.random() < chance else None
