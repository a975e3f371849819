"""Makes a failing request smaller as long as it fails in the same way."""

import re
from typing import Any, Callable, Iterator


def sort_of(different: str) -> str:
    """A difference without its numbers and names."""
    return re.sub(r"[0-9a-f-]{36}|[\d.e+-]+|'[^']*'|\[.*\]|\(.*\)|\{.*\}", "#", different)[:60]


def smaller(value: Any) -> Iterator[Any]:
    """The value with one thing left out, large things first."""
    if isinstance(value, dict):
        for key in value:
            yield {other: value[other] for other in value if other != key}
        for key, inner in value.items():
            for less in smaller(inner):
                yield {**value, key: less}
    elif isinstance(value, list):
        if len(value) > 3:
            yield value[: len(value) // 2]
            yield value[len(value) // 2 :]
        for place in range(len(value)):
            yield value[:place] + value[place + 1 :]
        for place, inner in enumerate(value):
            for less in smaller(inner):
                yield [*value[:place], less, *value[place + 1 :]]


def shrink(body: Any, fails: Callable[[Any], str | None], different: str, tries: int = 400) -> Any:
    """fails: what is different for a body; raises where it is no request."""
    wanted = sort_of(different)
    left = tries
    progress = True
    while progress and left > 0:
        progress = False
        for less in smaller(body):
            left -= 1
            if left <= 0:
                break
            try:
                found = fails(less)
            except Exception:  # no request at all
                continue
            if found is not None and sort_of(found) == wanted:
                body = less
                progress = True
                break
    return body
