"""Other names of collections."""

from qdrant_client import models as m

import canonical as c
from session import ITEMS, client, step


def create(alias: str, collection: str) -> m.CreateAliasOperation:
    return m.CreateAliasOperation(create_alias=m.CreateAlias(collection_name=collection, alias_name=alias))


def rename(old: str, new: str) -> m.RenameAliasOperation:
    return m.RenameAliasOperation(rename_alias=m.RenameAlias(old_alias_name=old, new_alias_name=new))


def delete(alias: str) -> m.DeleteAliasOperation:
    return m.DeleteAliasOperation(delete_alias=m.DeleteAlias(alias_name=alias))


def changed(name: str, *actions: m.AliasOperations) -> None:
    step(name, lambda: client.update_collection_aliases(list(actions)))


def listed(name: str) -> None:
    step(name, lambda: c.aliases(client.get_aliases()))


def steps() -> None:
    changed("create two aliases", create("today", ITEMS), create("best", ITEMS))
    step("list aliases of a collection", lambda: c.aliases(client.get_collection_aliases(ITEMS)))
    listed("list aliases")
    step("count through an alias", lambda: client.count("today").count)
    step("info through an alias", lambda: client.get_collection("best").points_count)
    step("alias exists", lambda: client.collection_exists("today"))
    changed("rename an alias", rename("today", "yesterday"))
    changed("create over an alias", create("best", "plain"))
    step(
        "names of the aliases of a collection",
        lambda: [alias for alias, _ in c.aliases(client.get_collection_aliases(ITEMS))],
    )
    listed("list aliases, changed")
    step("count through a changed alias", lambda: client.count("best").count)
    step("error: count through an old name", lambda: client.count("today").count)
    changed("delete an alias and an unknown one", delete("best"), delete("unknown"))
    changed("error: alias of no such collection", create("best", "nothing"))
    changed("error: alias of an alias", create("best", "yesterday"))
    changed("error: alias with a collection's name", create("plain", ITEMS))
    changed("error: rename of an unknown alias", rename("unknown", "best"))
    step(
        "error: collection with an alias's name",
        lambda: client.create_collection("yesterday", vectors_config=m.VectorParams(size=1, distance=m.Distance.DOT)),
    )
    step("delete a collection by its alias", lambda: client.delete_collection("yesterday"))
    changed("error: the second of three actions", create("kept", "plain"), create("lost", "nothing"), delete("kept"))
    listed("list aliases, after an error")
    changed("delete an alias", delete("yesterday"))
    step("list aliases of a collection: none", lambda: c.aliases(client.get_collection_aliases(ITEMS)))
