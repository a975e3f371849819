//! From the answers of qdrant-client to the canonical form of ../README.md.

use ::qdrant_client::qdrant::*;
use ::qdrant_client::QdrantError;
use serde_json::{json, Value as Json};
use std::collections::HashMap;

pub fn id(given: &Option<PointId>) -> Json {
    use point_id::PointIdOptions;
    match given.as_ref().and_then(|id| id.point_id_options.as_ref()) {
        Some(PointIdOptions::Num(number)) => json!(number.to_string()),
        Some(PointIdOptions::Uuid(uuid)) => json!(uuid),
        None => Json::Null,
    }
}

fn vector(given: &VectorOutput) -> Json {
    use vector_output::Vector;
    match &given.vector {
        Some(Vector::Dense(dense)) => json!(dense.data),
        Some(Vector::Sparse(sparse)) => json!({"indices": sparse.indices, "values": sparse.values}),
        Some(Vector::MultiDense(rows)) => rows.vectors.iter().map(|row| json!(row.data)).collect(),
        None => Json::Null,
    }
}

fn vectors(given: &VectorsOutput) -> Json {
    use vectors_output::VectorsOptions;
    match &given.vectors_options {
        Some(VectorsOptions::Vector(one)) => vector(one),
        Some(VectorsOptions::Vectors(named)) => {
            named.vectors.iter().map(|(name, each)| (name.clone(), vector(each))).collect()
        }
        None => json!({}),
    }
}

fn common(
    point_id: &Option<PointId>,
    payload: &HashMap<String, Value>,
    vectors_given: &Option<VectorsOutput>,
    order: &Option<OrderValue>,
) -> Json {
    use order_value::Variant;
    let mut answer = json!({"id": id(point_id), "payload": payload});
    if let Some(given) = vectors_given {
        answer["vector"] = vectors(given);
    }
    match order.as_ref().and_then(|order| order.variant.as_ref()) {
        Some(Variant::Int(whole)) => answer["order_value"] = json!(whole),
        Some(Variant::Float(double)) => answer["order_value"] = json!(double),
        None => {}
    }
    answer
}

pub fn scored(found: &ScoredPoint) -> Json {
    let mut answer = common(&found.id, &found.payload, &found.vectors, &found.order_value);
    answer["version"] = json!(found.version);
    answer["score"] = json!(found.score);
    answer
}

pub fn retrieved(found: &RetrievedPoint) -> Json {
    common(&found.id, &found.payload, &found.vectors, &found.order_value)
}

pub fn points(found: &[ScoredPoint]) -> Json {
    found.iter().map(scored).collect()
}

pub fn records(found: &[RetrievedPoint]) -> Json {
    found.iter().map(retrieved).collect()
}

pub fn batch(found: &[BatchResult]) -> Json {
    found.iter().map(|one| points(&one.result)).collect()
}

pub fn page(found: ScrollResponse) -> Json {
    json!({"points": records(&found.result), "next": id(&found.next_page_offset)})
}

pub fn groups(found: Option<GroupsResult>) -> Json {
    use group_id::Kind;
    let group = |group: &PointGroup| {
        let mut answer = json!({"hits": points(&group.hits)});
        answer["id"] = match group.id.as_ref().and_then(|id| id.kind.as_ref()) {
            Some(Kind::UnsignedValue(number)) => json!(number),
            Some(Kind::IntegerValue(number)) => json!(number),
            Some(Kind::StringValue(text)) => json!(text),
            None => Json::Null,
        };
        if let Some(lookup) = &group.lookup {
            answer["lookup"] = retrieved(lookup);
        }
        answer
    };
    found.unwrap_or_default().groups.iter().map(group).collect()
}

pub fn update(done: &UpdateResult) -> Json {
    json!({"operation_id": done.operation_id, "status": done.status().as_str_name().to_lowercase()})
}

pub fn updated(response: PointsOperationResponse) -> Json {
    response.result.as_ref().map(update).unwrap_or_default()
}

pub fn facet(found: FacetResponse) -> Json {
    use facet_value::Variant;
    let hit = |hit: &FacetHit| {
        let value = match hit.value.as_ref().and_then(|value| value.variant.as_ref()) {
            Some(Variant::StringValue(text)) => json!(text),
            Some(Variant::IntegerValue(number)) => json!(number),
            Some(Variant::BoolValue(bool)) => json!(bool),
            None => Json::Null,
        };
        json!([value, hit.count])
    };
    found.hits.iter().map(hit).collect()
}

pub fn pairs(found: SearchMatrixPairsResponse) -> Json {
    let pair = |pair: &SearchMatrixPair| json!([id(&pair.a), id(&pair.b), pair.score]);
    found.result.unwrap_or_default().pairs.iter().map(pair).collect()
}

pub fn offsets(found: SearchMatrixOffsetsResponse) -> Json {
    let SearchMatrixOffsets { offsets_row, offsets_col, scores, ids } = found.result.unwrap_or_default();
    let ids: Json = ids.into_iter().map(|one| id(&Some(one))).collect();
    json!({"offsets_row": offsets_row, "offsets_col": offsets_col, "scores": scores, "ids": ids})
}

/// Pairs of an alias and its collection, by the alias.
pub fn aliases(found: ListAliasesResponse) -> Json {
    let mut pairs: Vec<[String; 2]> =
        found.aliases.into_iter().map(|alias| [alias.alias_name, alias.collection_name]).collect();
    pairs.sort();
    json!(pairs)
}

/// The name of a gRPC code, as the protocol writes it.
pub fn failure(error: QdrantError) -> Json {
    let status = match error {
        QdrantError::ResponseError { status } => status,
        QdrantError::ResourceExhaustedError { status, .. } => status,
        other => return json!({"error": {"code": "OUTSIDE_OF_GRPC", "message": other.to_string()}}),
    };
    let mut code = String::new();
    for letter in format!("{:?}", status.code()).chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    json!({"error": {"code": code, "message": status.message()}})
}
