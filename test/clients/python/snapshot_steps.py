"""Snapshots of a collection and of the whole storage; what is made is deleted."""

from typing import Any, Callable

from qdrant_client import models as m

import canonical as c
from session import ITEMS, client, step


def steps_of(
    kind: str,
    create: Callable[[], m.SnapshotDescription | None],
    found: Callable[[], list[m.SnapshotDescription]],
    delete: Callable[[str], bool | None],
) -> None:
    made = ""

    def created() -> dict[str, Any]:
        nonlocal made
        description = create()
        made = description.name if description else ""
        return c.snapshot(description)

    step(f"create {kind}", created)
    step(f"list {kind}s", lambda: c.snapshots(found()))
    step(f"delete {kind}", lambda: delete("none"))
    step(f"delete the {kind}", lambda: delete(made))


def steps() -> None:
    steps_of(
        "snapshot",
        lambda: client.create_snapshot(ITEMS),
        lambda: client.list_snapshots(ITEMS),
        lambda name: client.delete_snapshot(ITEMS, name),
    )
    steps_of("full snapshot", client.create_full_snapshot, client.list_full_snapshots, client.delete_full_snapshot)
