use crate::{step, ITEMS};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::{Qdrant, QdrantError};
use serde_json::{json, Value as Json};

/// A peer and a time: they differ from name to name.
fn without_digits(name: &str) -> String {
    let mut answer = String::new();
    for part in name.split_inclusive(|character: char| !character.is_ascii_digit()) {
        let word = part.trim_start_matches(|character: char| character.is_ascii_digit());
        if word.len() < part.len() {
            answer.push('N');
        }
        answer.push_str(word);
    }
    answer
}

/// Its size and time are there or not.
fn described(found: &SnapshotDescription) -> Json {
    json!({
        "name": without_digits(&found.name),
        "has_size": found.size > 0,
        "checksum_length": found.checksum().len(),
        "has_creation_time": found.creation_time.is_some(),
    })
}

/// The name of what was made.
fn created(name: &str, answer: Result<CreateSnapshotResponse, QdrantError>) -> String {
    let mut made = String::new();
    step(name, answer, |response| {
        let found = response.snapshot_description.unwrap_or_default();
        made = found.name.clone();
        described(&found)
    });
    made
}

/// The first alone.
fn listed(response: ListSnapshotsResponse) -> Json {
    response.snapshot_descriptions.iter().take(1).map(described).collect()
}

fn deleted(_: DeleteSnapshotResponse) -> Json {
    json!(true)
}

/// Snapshots of a collection and of the whole storage; what is made is deleted.
pub async fn steps(client: &Qdrant) {
    let made = created("create snapshot", client.create_snapshot(ITEMS).await);
    step("list snapshots", client.list_snapshots(ITEMS).await, listed);
    let delete = |name: &str| client.delete_snapshot(DeleteSnapshotRequestBuilder::new(ITEMS, name));
    step("delete snapshot", delete("none").await, deleted);
    step("delete the snapshot", delete(&made).await, deleted);

    let made = created("create full snapshot", client.create_full_snapshot().await);
    step("list full snapshots", client.list_full_snapshots().await, listed);
    step("delete full snapshot", client.delete_full_snapshot("none").await, deleted);
    step("delete the full snapshot", client.delete_full_snapshot(made).await, deleted);
}
