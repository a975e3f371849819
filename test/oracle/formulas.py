"""Random formulas, as REST has them."""

from typing import Any

from differences import avoids
from filters import make_condition
from ground import Ground, moment, number, place

Expression = Any


def constant(ground: Ground) -> float:
    return number(ground.choose, -3, 3)


def unindexed(ground: Ground, key: str) -> list[str]:
    """A key that may hold a null, where it can be read as it stands."""
    avoids("null-in-an-indexed-variable")
    return [] if key in ground.indexes else [key]


def leaf(ground: Ground, prefetches: int) -> Expression:
    choose = ground.choose
    chance = choose.random()
    if chance < 0.35:
        return choose.choice(["$score", "$score[0]", f"$score[{choose.randrange(prefetches + 1)}]"])
    if chance < 0.55:
        return choose.choice(["rank", "rank", "größe", "obj.a.b", "items[0].price", *unindexed(ground, "float")])
    if chance < 0.7:
        return make_condition(ground, 2)
    return constant(ground)


def decay(ground: Ground, x: Expression) -> Expression:
    choose = ground.choose
    params: dict[str, Any] = {"x": x}
    if choose.random() < 0.6:
        params["target"] = choose.choice([constant(ground), 50.0, "rank", "$score"])
    if choose.random() < 0.8:
        params["scale"] = number(choose, 0.5, 60)
    if choose.random() < 0.6:
        params["midpoint"] = number(choose, 0.1, 0.9)
    return {choose.choice(["lin_decay", "exp_decay", "gauss_decay"]): params}


def far(ground: Ground) -> Expression:
    """Metres through a decay, so that they weigh as much as the rest."""
    distance = {"geo_distance": {"origin": place(ground.choose), "to": "geo"}}
    return {"exp_decay": {"x": distance, "scale": 5e6}}


def old(ground: Ground) -> Expression:
    target = {"datetime": moment(ground.choose)}
    return {"gauss_decay": {"x": {"datetime_key": "when"}, "target": target, "scale": 3e7}}


def expression(ground: Ground, prefetches: int, depth: int) -> Expression:
    choose = ground.choose

    def inner() -> Expression:
        return expression(ground, prefetches, depth - 1)

    if depth == 0 or choose.random() < 0.15:
        return leaf(ground, prefetches)
    kind = choose.choice(
        ["mult", "sum", "sum", "neg", "abs", "div", "sqrt", "pow", "exp", "log10", "ln", "decay", "decay", "far", "old"]
    )
    if kind in ("far", "old") and not unindexed(ground, "geo" if kind == "far" else "when"):
        kind = "sum"
    if kind in ("mult", "sum"):
        return {kind: [inner() for _ in range(choose.randint(1, 3))]}
    if kind in ("neg", "abs"):
        return {kind: inner()}
    if kind == "div":
        params = {"left": inner(), "right": choose.choice([inner(), number(choose, 0.5, 4), "rank"])}
        if choose.random() < 0.5:
            params["by_zero_default"] = constant(ground)
        return {"div": params}
    if kind == "pow":
        return {"pow": {"base": {"abs": inner()}, "exponent": choose.choice([2.0, 0.5, 1.5])}}
    if kind == "exp":
        return {"exp": {"div": {"left": inner(), "right": 50.0}}}
    if kind in ("sqrt", "log10", "ln"):
        # Mostly of what is positive for certain.
        return {kind: inner() if choose.random() < 0.1 else {"sum": [{"abs": inner()}, 1.0]}}
    if kind == "decay":
        return decay(ground, inner())
    return far(ground) if kind == "far" else old(ground)


def make_formula(ground: Ground, prefetches: int) -> dict[str, Any]:
    choose = ground.choose
    query: dict[str, Any] = {"formula": expression(ground, prefetches, choose.randint(0, 3))}
    if choose.random() < 0.9:
        defaults: dict[str, Any] = {
            "größe": 40.0,
            "float": 1.5,
            "obj.a.b": 2.0,
            "items[0].price": 3.5,
            "geo": {"lon": 10.0, "lat": 50.0},
            "when": "2020-02-02T00:00:00Z",
        }
        if choose.random() < 0.5:
            defaults[choose.choice(["$score", "$score[0]", "$score[1]"])] = constant(ground)
        query["defaults"] = defaults
    return query
