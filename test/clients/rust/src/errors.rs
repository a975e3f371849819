use crate::canonical::{facet, points as found_points, update, updated};
use crate::info::info;
use crate::points::{count, get, scroll, upsert};
use crate::query::{dense, from, near, near_dense, query, query_groups};
use crate::{step, ITEMS};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::{Payload, Qdrant};
use serde_json::json;

async fn collection_errors(client: &Qdrant) {
    count(client, "error: no such collection", CountPointsBuilder::new("nothing")).await;
    step("error: info of no such collection", client.collection_info("nothing").await, info);
    let request = UpdateCollectionBuilder::new("nothing").hnsw_config(HnswConfigDiffBuilder::default().m(8));
    step("error: update of no such collection", client.update_collection(request).await, |done| json!(done.result));
    let request = CreateCollectionBuilder::new("a:b").vectors_config(VectorParamsBuilder::new(1, Distance::Dot));
    step("error: bad collection name", client.create_collection(request).await, |done| json!(done.result));
    for (name, vector) in [("wrong dimension", "dense"), ("unknown vector in a point", "unknown")] {
        let vectors = NamedVectors::default().add_vector(vector, Vector::new_dense(vec![1.0, 2.0, 3.0]));
        let point = PointStruct::new(70, vectors, Payload::new());
        upsert(client, &format!("error: {name}"), UpsertPointsBuilder::new(ITEMS, vec![point])).await;
    }
}

async fn query_errors(client: &Qdrant) {
    let asked = |name: &'static str, request: QueryPointsBuilder| async move {
        query(client, &format!("error: {name}"), request).await;
    };
    asked("unknown vector in a query", from().query(near()).using("unknown")).await;
    asked("wrong dimension of a query", from().query(vec![1.0, 2.0]).using("dense")).await;
    asked("dense query of sparse vectors", from().query(near()).using("words")).await;
    asked("limit 0", dense(near(), 0)).await;
    asked("ef 0", dense(near(), 10).params(SearchParamsBuilder::default().hnsw_ef(0))).await;
    scroll(client, "error: scroll with limit 0", ScrollPointsBuilder::new(ITEMS).limit(0)).await;
    asked("no such point", dense(PointId::from(999), 10)).await;
    let payload = Payload::try_from(json!({"a": 1})).expect("an object");
    let request = SetPayloadPointsBuilder::new(ITEMS, payload).points_selector([999]).wait(true);
    step("error: payload of no such point", client.set_payload(request).await, updated);
    asked("no index to order by", from().query(Query::new_order_by("tiny"))).await;
    step("error: no index for a facet", client.facet(FacetCountsBuilder::new(ITEMS, "tags")).await, facet);
    asked("fusion without prefetches", from().query(Fusion::Rrf)).await;
    asked("prefetches without a query", from().add_prefetch(near_dense())).await;
    asked("threshold without a query", from().score_threshold(0.5)).await;
    let request = RecommendPointsBuilder::new(ITEMS, 3).add_negative(1).using("dense");
    step("error: average of nothing", client.recommend(request).await, |found| found_points(&found.result));
    let request = dense(PointId::from(1), 10).lookup_from(LookupLocationBuilder::new("nothing"));
    asked("lookup in no such collection", request).await;
}

pub async fn steps(client: &Qdrant) {
    collection_errors(client).await;
    query_errors(client).await;
    let request = dense(near(), 10).shard_key_selector("key".to_string());
    query(client, "error: unknown shard key", request).await;
    let foxes = Query::new_nearest(Document::new("foxes", "other/model"));
    query(client, "error: no inference service", dense(foxes, 10)).await;
    get(client, "error: bad UUID", GetPointsBuilder::new(ITEMS, vec![PointId::from("no-uuid")])).await;
    get(client, "error: empty point id", GetPointsBuilder::new(ITEMS, vec![PointId::default()])).await;
    let nothing = DeletePoints { collection_name: ITEMS.into(), wait: Some(true), ..Default::default() };
    step("error: no selector", client.delete_points(nothing).await, updated);
    let payload = Payload::from(std::collections::HashMap::from([("a".to_string(), Value::from(f64::NAN))]));
    let request = SetPayloadPointsBuilder::new(ITEMS, payload).points_selector([1]).wait(true);
    step("error: not a number in a payload", client.set_payload(request).await, updated);
    let bad_path = Filter::must([Condition::matches("a[", 1)]);
    scroll(client, "error: bad path", ScrollPointsBuilder::new(ITEMS).filter(bad_path)).await;
    query(client, "error: timeout 0", dense(near(), 10).timeout(0)).await;
    let answer = client.update_points_batch(UpdateBatchPointsBuilder::new(ITEMS, vec![])).await;
    step("error: empty batch", answer, |done| done.result.iter().map(update).collect());
    let request = QueryPointGroupsBuilder::new(ITEMS, "").query(near()).using("dense");
    query_groups(client, "error: no key to group by", request).await;
}
