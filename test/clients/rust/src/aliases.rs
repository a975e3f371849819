use crate::canonical::aliases;
use crate::collections::done;
use crate::points::count;
use crate::{step, ITEMS};
use ::qdrant_client::qdrant::alias_operations::Action;
use ::qdrant_client::qdrant::collections_client::CollectionsClient;
use ::qdrant_client::qdrant::*;
use ::qdrant_client::Qdrant;
use serde_json::json;

fn create(alias: &str, collection: &str) -> CreateAlias {
    CreateAliasBuilder::new(collection, alias).build()
}

fn rename(old: &str, new: &str) -> RenameAlias {
    RenameAliasBuilder::new(old, new).build()
}

/// The client's own methods send one action each: lists go by its stub.
async fn changed(url: &str, name: &str, actions: Vec<Action>) {
    let mut stub = CollectionsClient::connect(url.to_string()).await.expect("a connection");
    let actions = actions.into_iter().map(AliasOperations::from).collect();
    let answer = stub.update_aliases(ChangeAliases { actions, timeout: None }).await;
    step(name, answer.map(|response| response.into_inner()).map_err(Into::into), done);
}

async fn used_steps(client: &Qdrant, url: &str) {
    changed(url, "create two aliases", vec![create("today", ITEMS).into(), create("best", ITEMS).into()]).await;
    step("list aliases of a collection", client.list_collection_aliases(ITEMS).await, aliases);
    step("list aliases", client.list_aliases().await, aliases);
    count(client, "count through an alias", CountPointsBuilder::new("today")).await;
    let found = client.collection_info("best").await;
    step("info through an alias", found, |found| json!(found.result.unwrap_or_default().points_count));
    step("alias exists", client.collection_exists("today").await, |exists| json!(exists));
    step("rename an alias", client.rename_alias(rename("today", "yesterday")).await, done);
    step("create over an alias", client.create_alias(create("best", "plain")).await, done);
    step("names of the aliases of a collection", client.list_collection_aliases(ITEMS).await, |found| {
        found.aliases.into_iter().map(|alias| alias.alias_name).collect()
    });
    step("list aliases, changed", client.list_aliases().await, aliases);
    count(client, "count through a changed alias", CountPointsBuilder::new("best")).await;
    count(client, "error: count through an old name", CountPointsBuilder::new("today")).await;
    let gone = ["best", "unknown"].map(|alias| DeleteAlias::from(alias).into());
    changed(url, "delete an alias and an unknown one", gone.into()).await;
}

pub async fn steps(client: &Qdrant, url: &str) {
    used_steps(client, url).await;
    step("error: alias of no such collection", client.create_alias(create("best", "nothing")).await, done);
    step("error: alias of an alias", client.create_alias(create("best", "yesterday")).await, done);
    step("error: alias with a collection's name", client.create_alias(create("plain", ITEMS)).await, done);
    step("error: rename of an unknown alias", client.rename_alias(rename("unknown", "best")).await, done);
    let request = CreateCollectionBuilder::new("yesterday").vectors_config(VectorParamsBuilder::new(1, Distance::Dot));
    step("error: collection with an alias's name", client.create_collection(request).await, done);
    step("delete a collection by its alias", client.delete_collection("yesterday").await, done);
    let actions =
        vec![create("kept", "plain").into(), create("lost", "nothing").into(), DeleteAlias::from("kept").into()];
    changed(url, "error: the second of three actions", actions).await;
    step("list aliases, after an error", client.list_aliases().await, aliases);
    step("delete an alias", client.delete_alias("yesterday").await, done);
    step("list aliases of a collection: none", client.list_collection_aliases(ITEMS).await, aliases);
}
