//! Megabytes in one message each way, and many calls at once.

use crate::canonical::id;
use crate::points::upsert;
use crate::step;
use ::qdrant_client::qdrant::*;
use ::qdrant_client::{Payload, Qdrant, QdrantError};
use serde_json::{json, Value as Json};

const LARGE: &str = "large";
const COUNT: u32 = 3000;
const SIZE: u64 = 256;
const CALLS: u64 = 100;

fn vector_of(point: u64) -> Vec<f32> {
    let value = |at: u64| ((point * 7919 + at * 104729 + point * at * 31) % 10007) as f64 / 10007.0;
    (0..SIZE).map(|at| value(at) as f32).collect()
}

/// Of each call the ids that it found.
async fn many_at_once(client: &Qdrant) -> Result<Vec<Json>, QdrantError> {
    let begin = |call: u64| {
        let client = client.clone();
        let request = QueryPointsBuilder::new(LARGE)
            .query(vector_of(call * 29))
            .params(SearchParamsBuilder::default().exact(true))
            .limit(3);
        tokio::spawn(async move { client.query(request).await })
    };
    let calls: Vec<_> = (0..CALLS).map(begin).collect();
    let mut answers = Vec::new();
    for call in calls {
        let found = call.await.expect("a call that ends")?;
        answers.push(found.result.iter().map(|point| id(&point.id)).collect());
    }
    Ok(answers)
}

fn summed(found: ScrollResponse) -> Json {
    use vector_output::Vector::Dense;
    use vectors_output::VectorsOptions::Vector;
    let mut sum = 0.0;
    for point in &found.result {
        let options = point.vectors.as_ref().and_then(|vectors| vectors.vectors_options.as_ref());
        if let Some(Vector(VectorOutput { vector: Some(Dense(dense)), .. })) = options {
            sum += dense.data.iter().map(|value| f64::from(*value)).sum::<f64>();
        }
    }
    json!({"count": found.result.len(), "sum": sum})
}

pub async fn steps(client: &Qdrant) {
    let create = CreateCollectionBuilder::new(LARGE).vectors_config(VectorParamsBuilder::new(SIZE, Distance::Euclid));
    step("create large", client.create_collection(create).await, |done| json!(done.result));
    let points: Vec<_> = (0..u64::from(COUNT)).map(|at| PointStruct::new(at, vector_of(at), Payload::new())).collect();
    upsert(client, "upsert large", UpsertPointsBuilder::new(LARGE, points)).await;
    let request = ScrollPointsBuilder::new(LARGE).limit(COUNT).with_vectors(true).with_payload(false);
    step("scroll large", client.scroll(request).await, summed);
    step("many at once", many_at_once(client).await, |answers| json!(answers));
    step("delete large", client.delete_collection(LARGE).await, |done| json!(done.result));
}
