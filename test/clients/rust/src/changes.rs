use crate::canonical::{update, updated};
use crate::info::schema;
use crate::points::{count, scroll, upsert};
use crate::query::{from, query};
use crate::{step, ITEMS, LARGEST};
use ::qdrant_client::qdrant::points_selector::PointsSelectorOneOf;
use ::qdrant_client::qdrant::points_update_operation::{self as change, Operation};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::{Payload, Qdrant};
use serde_json::{json, Value as Json};
use std::collections::HashMap;

fn payload(given: Json) -> Payload {
    Payload::try_from(given).expect("an object")
}

fn number_is(value: i64) -> Filter {
    Filter::must([Condition::matches("number", value)])
}

fn city_is(value: &str) -> Filter {
    Filter::must([Condition::matches("city", value.to_string())])
}

fn vectors_of(id: u64, named: Vec<(&str, Vector)>) -> PointVectors {
    PointVectors { id: Some(id.into()), vectors: Some(NamedVectors::from(named).into()) }
}

fn dense(values: [f32; 4]) -> Vec<(&'static str, Vector)> {
    vec![("dense", Vector::new_dense(values))]
}

fn point(id: u64, named: Vec<(&'static str, Vector)>, given: Json) -> PointStruct {
    PointStruct::new(id, NamedVectors::from(named), payload(given))
}

async fn payload_steps(client: &Qdrant) {
    let set = |name: &'static str, given: Json, selector: PointsSelectorOneOf, key: Option<&'static str>| async move {
        let mut request = SetPayloadPointsBuilder::new(ITEMS, payload(given)).points_selector(selector).wait(true);
        if let Some(key) = key {
            request = request.key(key);
        }
        step(name, client.set_payload(request).await, updated);
    };
    let rome = json!({"city": "Rome", "number": 88, "fresh": [1, 2.0, "three"]});
    set("set payload", rome, [8, 7].into(), None).await;
    set("set payload under a key", json!({"e": i64::MIN}), [2].into(), Some("nested.a")).await;
    set("set payload by filter", json!({"country": "France"}), city_is("Paris").into(), None).await;
    let geneva = payload(json!({"city": "Genève", "nothing": null}));
    let request = SetPayloadPointsBuilder::new(ITEMS, geneva).points_selector([3]).wait(true);
    step("overwrite payload", client.overwrite_payload(request).await, updated);
    let keys = vec!["mixed".to_string(), "nested.a.b[].d".to_string()];
    let request = DeletePayloadPointsBuilder::new(ITEMS, keys).points_selector([1]).wait(true);
    step("delete payload", client.delete_payload(request).await, updated);
    let request = ClearPayloadPointsBuilder::new(ITEMS).points(number_is(12)).wait(true);
    step("clear payload", client.clear_payload(request).await, updated);
    let request = ClearPayloadPointsBuilder::new(ITEMS).points([4]).wait(true);
    step("clear payload of ids", client.clear_payload(request).await, updated);
}

async fn vector_steps(client: &Qdrant) {
    let changed = vec![
        vectors_of(
            8,
            vec![("words", Vector::new_sparse([3, 1], [0.5, 0.25])), ("rows", Vector::new_multi(vec![vec![0.1, 0.2]]))],
        ),
        vectors_of(1, dense([0.25, 0.25, 0.5, 0.5])),
    ];
    let request = UpdatePointVectorsBuilder::new(ITEMS, changed).wait(true);
    step("update vectors", client.update_vectors(request).await, updated);
    let changed = vec![vectors_of(1, dense([1.0, 0.0, 0.0, 0.0])), vectors_of(2, dense([0.0, 1.0, 0.0, 0.0]))];
    let request = UpdatePointVectorsBuilder::new(ITEMS, changed).update_filter(number_is(5)).wait(true);
    step("update vectors with filter", client.update_vectors(request).await, updated);
    let names = |names: &[&str]| VectorsSelector { names: names.iter().map(|name| name.to_string()).collect() };
    let request = DeletePointVectorsBuilder::new(ITEMS).points_selector([3]).vectors(names(&["words", "rows"]));
    step("delete vectors", client.delete_vectors(request.wait(true)).await, updated);
    let seven = Filter::must([Condition::has_id([7])]);
    let request = DeletePointVectorsBuilder::new(ITEMS).points_selector(seven).vectors(names(&["rows"]));
    step("delete vectors by filter", client.delete_vectors(request.wait(true)).await, updated);
}

async fn conditional_upserts(client: &Qdrant) {
    let points = vec![
        point(1, dense([0.0, 0.0, 1.0, 0.0]), json!({"city": "never"})),
        point(8, dense([0.0, 0.0, 0.0, 1.0]), json!({"city": "Napoli"})),
    ];
    let request = UpsertPointsBuilder::new(ITEMS, points).update_filter(number_is(88));
    upsert(client, "upsert with filter", request).await;
    let points = vec![
        point(1, vec![], json!({"city": "never"})),
        point(50, dense([0.5, 0.5, 0.1, 0.2]), json!({"city": "Bern"})),
    ];
    let request = UpsertPointsBuilder::new(ITEMS, points).update_mode(UpdateMode::InsertOnly);
    upsert(client, "insert only", request).await;
    let points = vec![
        point(50, dense([0.6, 0.1, 0.1, 0.2]), json!({"city": "Basel"})),
        point(51, vec![], json!({"city": "never"})),
    ];
    let request = UpsertPointsBuilder::new(ITEMS, points).update_mode(UpdateMode::UpdateOnly);
    upsert(client, "update only", request).await;
}

fn ids<const N: usize>(given: [u64; N]) -> Option<PointsSelector> {
    Some(PointsSelectorOneOf::from(given).into())
}

fn map(given: Json) -> HashMap<String, Value> {
    payload(given).into()
}

/// Every kind of operation.
fn operations() -> Vec<Operation> {
    vec![
        Operation::Upsert(change::PointStructList {
            points: vec![
                point(60, dense([0.4, 0.3, 0.2, 0.1]), json!({"city": "Oslo", "number": 60})),
                point(61, vec![], json!({"city": "Bergen"})),
            ],
            ..Default::default()
        }),
        Operation::SetPayload(change::SetPayload {
            payload: map(json!({"price": 6.5, "gone": "soon"})),
            points_selector: ids([60]),
            ..Default::default()
        }),
        Operation::OverwritePayload(change::OverwritePayload {
            payload: map(json!({"city": "Tromsø", "inner": {"kept": 1}})),
            points_selector: ids([61]),
            ..Default::default()
        }),
        Operation::SetPayload(change::SetPayload {
            payload: map(json!({"added": 2})),
            points_selector: ids([61]),
            key: Some("inner".into()),
            ..Default::default()
        }),
        Operation::DeletePayload(change::DeletePayload {
            keys: vec!["gone".into()],
            points_selector: ids([60]),
            ..Default::default()
        }),
        Operation::UpdateVectors(change::UpdateVectors {
            points: vec![vectors_of(
                61,
                vec![("dense", Vector::new_dense([0.1, 0.1, 0.7, 0.7])), ("words", Vector::new_sparse([7], [1.5]))],
            )],
            ..Default::default()
        }),
        Operation::DeleteVectors(change::DeleteVectors {
            points_selector: ids([61]),
            vectors: Some(VectorsSelector { names: vec!["words".into()] }),
            ..Default::default()
        }),
        Operation::ClearPayload(change::ClearPayload {
            points: Some(PointsSelectorOneOf::from(city_is("Wien")).into()),
            ..Default::default()
        }),
        Operation::DeletePoints(change::DeletePoints { points: ids([6]), ..Default::default() }),
    ]
}

/// Two fields that older clients send.
#[allow(deprecated)]
fn older_operations() -> Vec<Operation> {
    vec![
        Operation::ClearPayloadDeprecated(ids([50]).unwrap_or_default()),
        Operation::DeleteDeprecated(ids([51, 7]).unwrap_or_default()),
    ]
}

/// Vectors as older clients send them: without the oneof of kinds.
async fn older_vectors(client: &Qdrant) {
    let dense = Vector { data: vec![0.7, 0.1, 0.1, 0.7], ..Default::default() };
    let indices = Some(SparseIndices { data: vec![9, 2] });
    let words = Vector { data: vec![1.5, 0.5], indices, ..Default::default() };
    let rows = Vector { data: vec![0.5, 0.25, 0.125, 1.0], vectors_count: Some(2), ..Default::default() };
    let points = vec![
        point(80, vec![("dense", dense)], json!({})),
        point(81, vec![("words", words)], json!({})),
        point(82, vec![("rows", rows)], json!({})),
    ];
    upsert(client, "upsert of older vectors", UpsertPointsBuilder::new(ITEMS, points)).await;
}

fn document(text: &str, options: Json) -> NamedVectors {
    let document = Document { text: text.into(), model: "qdrant/bm25".into(), options: map(options) };
    NamedVectors::default().add_vector("words", document)
}

async fn batch(client: &Qdrant, name: &str, operations: Vec<Operation>) {
    let operations: Vec<_> = operations.into_iter().map(|one| PointsUpdateOperation { operation: Some(one) }).collect();
    let request = UpdateBatchPointsBuilder::new(ITEMS, operations).wait(true);
    step(name, client.update_points_batch(request).await, |done| done.result.iter().map(update).collect());
}

pub async fn steps(client: &Qdrant) {
    payload_steps(client).await;
    vector_steps(client).await;
    conditional_upserts(client).await;
    batch(client, "update batch", operations()).await;
    batch(client, "update batch, older forms", older_operations()).await;
    older_vectors(client).await;
    let documents = vec![
        PointStruct::new(91, document("brown foxes jump", json!({})), Payload::new()),
        PointStruct::new(92, document("the lazy dog", json!({"language": "german", "avg_len": 4})), Payload::new()),
    ];
    upsert(client, "upsert of documents", UpsertPointsBuilder::new(ITEMS, documents)).await;
    let riga = vec![point(90, vec![], json!({"city": "Riga"}))];
    step("upsert without waiting", client.upsert_points(UpsertPointsBuilder::new(ITEMS, riga)).await, updated);
    let request = DeletePointsBuilder::new(ITEMS).points([LARGEST, 999]).wait(true);
    step("delete points", client.delete_points(request).await, updated);
    let request = DeletePointsBuilder::new(ITEMS).points(city_is("Tromsø")).wait(true);
    step("delete points by filter", client.delete_points(request).await, updated);
    let request = ScrollPointsBuilder::new(ITEMS).limit(100).with_payload(true).with_vectors(true);
    scroll(client, "everything that is left", request).await;
    let foxes = Query::new_nearest(Document::new("foxes", "qdrant/bm25"));
    query(client, "query: a document", from().query(foxes).using("words").limit(3)).await;
    count(client, "count what is left", CountPointsBuilder::new(ITEMS).exact(true)).await;
    let request = DeleteFieldIndexCollectionBuilder::new(ITEMS, "owner").wait(true);
    step("delete index", client.delete_field_index(request).await, updated);
    step("payload indexes that are left", client.collection_info(ITEMS).await, schema);
}
