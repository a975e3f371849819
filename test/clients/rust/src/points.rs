use crate::canonical::{facet, id, offsets, page, pairs, records, updated};
use crate::filters::{cheap, filters};
use crate::info::schema;
use crate::{step, BIG, ITEMS, LARGEST, UUID};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::{Payload, Qdrant};
use serde_json::{json, Value as Json};

fn data(list: &str) -> Vec<Json> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data.json");
    let text = std::fs::read_to_string(path).expect("data.json");
    let data: Json = serde_json::from_str(&text).expect("JSON");
    data[list].as_array().expect("a list").clone()
}

fn data_id(given: &Json) -> PointId {
    let text = given.as_str().expect("a string");
    text.parse::<u64>().map_or_else(|_| PointId::from(text), PointId::from)
}

fn floats(given: &Json) -> Vec<f32> {
    given.as_array().expect("a list").iter().map(|one| one.as_f64().expect("a number") as f32).collect()
}

fn data_vector(given: &Json) -> Vector {
    if let Some(indices) = given["indices"].as_array() {
        let indices: Vec<u32> = indices.iter().map(|one| one.as_u64().expect("an index") as u32).collect();
        return Vector::new_sparse(indices, floats(&given["values"]));
    }
    let list = given.as_array().expect("a list");
    if list[0].is_array() {
        return Vector::new_multi(list.iter().map(floats).collect::<Vec<_>>());
    }
    Vector::new_dense(floats(given))
}

fn data_point(given: &Json) -> PointStruct {
    let payload = Payload::try_from(given["payload"].clone()).expect("an object");
    let vectors: Vectors = match given["vectors"].as_object() {
        Some(named) => {
            let all: Vec<_> = named.iter().map(|(name, vector)| (name.clone(), data_vector(vector))).collect();
            NamedVectors::from(all).into()
        }
        None => floats(&given["vector"]).into(),
    };
    PointStruct::new(data_id(&given["id"]), vectors, payload)
}

pub async fn upsert(client: &Qdrant, name: &str, request: UpsertPointsBuilder) {
    step(name, client.upsert_points(request.wait(true)).await, updated);
}

async fn index(client: &Qdrant, field: &str, kind: FieldType, params: Option<payload_index_params::IndexParams>) {
    let mut request = CreateFieldIndexCollectionBuilder::new(ITEMS, field, kind).wait(true);
    if let Some(params) = params {
        request = request.field_index_params(params);
    }
    step(&format!("index {field}"), client.create_field_index(request).await, updated);
}

pub async fn write_steps(client: &Qdrant) {
    let items: Vec<_> = data("items").iter().map(data_point).collect();
    let ordering = WriteOrdering { r#type: WriteOrderingType::Strong as i32 };
    upsert(client, "upsert items", UpsertPointsBuilder::new(ITEMS, items).ordering(ordering)).await;
    let plain: Vec<_> = data("plain").iter().map(data_point).collect();
    upsert(client, "upsert plain", UpsertPointsBuilder::new("plain", plain)).await;

    let keyword = KeywordIndexParamsBuilder::default().is_tenant(true).on_disk(false);
    index(client, "city", FieldType::Keyword, Some(keyword.into())).await;
    let integer = IntegerIndexParamsBuilder::new(true, true).is_principal(true).on_disk(false);
    index(client, "number", FieldType::Integer, Some(integer.into())).await;
    let float = FloatIndexParamsBuilder::default().is_principal(false).on_disk(true);
    index(client, "price", FieldType::Float, Some(float.into())).await;
    index(client, "place", FieldType::Geo, Some(GeoIndexParamsBuilder::default().on_disk(false).into())).await;
    let text = TextIndexParams {
        tokenizer: TokenizerType::Word as i32,
        lowercase: Some(true),
        min_token_len: Some(2),
        max_token_len: Some(20),
        phrase_matching: Some(true),
        ascii_folding: Some(true),
        stopwords: Some(StopwordsSet { languages: vec!["english".into()], custom: vec!["zzz".into()] }),
        stemmer: Some(StemmingAlgorithm {
            stemming_params: Some(stemming_algorithm::StemmingParams::Snowball(SnowballParams {
                language: "english".into(),
            })),
        }),
        on_disk: Some(false),
        ..Default::default()
    };
    index(client, "text", FieldType::Text, Some(text.into())).await;
    index(client, "flag", FieldType::Bool, Some(BoolIndexParamsBuilder::new().on_disk(false).into())).await;
    let datetime = DatetimeIndexParamsBuilder::default().is_principal(false).on_disk(false);
    index(client, "when", FieldType::Datetime, Some(datetime.into())).await;
    let uuid = UuidIndexParamsBuilder::default().is_tenant(false).on_disk(false);
    index(client, "reference", FieldType::Uuid, Some(uuid.into())).await;
    index(client, "owner", FieldType::Integer, None).await;
    step("payload indexes", client.collection_info(ITEMS).await, schema);
}

pub fn include(fields: &[&str]) -> PayloadIncludeSelector {
    PayloadIncludeSelector::new(fields.iter().map(|field| field.to_string()).collect::<Vec<_>>())
}

pub fn exclude(fields: &[&str]) -> PayloadExcludeSelector {
    PayloadExcludeSelector::new(fields.iter().map(|field| field.to_string()).collect::<Vec<_>>())
}

pub fn include_vectors(names: &[&str]) -> VectorsSelector {
    VectorsSelector { names: names.iter().map(|name| name.to_string()).collect() }
}

pub async fn get(client: &Qdrant, name: &str, request: GetPointsBuilder) {
    step(name, client.get_points(request).await, |found| records(&found.result));
}

pub async fn scroll(client: &Qdrant, name: &str, request: ScrollPointsBuilder) {
    step(name, client.scroll(request).await, page);
}

pub async fn count(client: &Qdrant, name: &str, request: CountPointsBuilder) {
    step(name, client.count(request).await, |found| json!(found.result.map(|result| result.count)));
}

async fn get_steps(client: &Qdrant) {
    let some: Vec<PointId> = vec![1.into(), BIG.into(), UUID.into(), 999.into()];
    get(client, "get", GetPointsBuilder::new(ITEMS, some).with_payload(true).with_vectors(true)).await;
    let request = GetPointsBuilder::new(ITEMS, vec![2.into(), 4.into()])
        .with_payload(include(&["city", "nested.a"]))
        .with_vectors(include_vectors(&["dense", "words"]))
        .read_consistency(read_consistency::Value::Type(ReadConsistencyType::Majority as i32));
    get(client, "get with parts of payload and vectors", request).await;
    let request = GetPointsBuilder::new(ITEMS, vec![3.into()]).with_payload(exclude(&["nested", "text"])).timeout(5);
    get(client, "get without parts of the payload", request).await;
    let request = GetPointsBuilder::new("plain", vec![2.into(), 1.into()]).with_payload(true).with_vectors(true);
    get(client, "get of default vectors", request).await;
}

async fn scroll_steps(client: &Qdrant) {
    let from = || ScrollPointsBuilder::new(ITEMS);
    scroll(client, "scroll, first page", from().limit(5).with_payload(true).with_vectors(true)).await;
    scroll(client, "scroll, next page", from().limit(5).offset(6).with_payload(include(&["city"]))).await;
    scroll(client, "scroll, last page", from().limit(5).offset(LARGEST).with_payload(false)).await;
    let by_price = OrderBy { key: "price".into(), direction: Some(Direction::Desc as i32), start_from: None };
    let request = from()
        .limit(6)
        .order_by(by_price)
        .filter(Filter::must_not([Condition::has_id([1])]))
        .with_payload(include(&["price"]));
    scroll(client, "scroll by price", request).await;
    let by_number =
        OrderByBuilder::new("number").direction(Direction::Asc as i32).start_from(start_from::Value::Integer(5));
    scroll(client, "scroll by number", from().limit(20).order_by(by_number).with_payload(false)).await;
    let by_time = OrderByBuilder::new("when").start_from(start_from::Value::Datetime("2021-01-01T00:00:00Z".into()));
    scroll(client, "scroll by time", from().limit(3).order_by(by_time).with_payload(include(&["when"]))).await;
}

pub async fn read_steps(client: &Qdrant) {
    get_steps(client).await;
    scroll_steps(client).await;
    for (name, filter) in filters() {
        let request = ScrollPointsBuilder::new(ITEMS).filter(filter).limit(100).with_payload(false);
        step(&format!("filter: {name}"), client.scroll(request).await, |found| {
            found.result.iter().map(|point| id(&point.id)).collect()
        });
    }
    count(client, "count", CountPointsBuilder::new(ITEMS)).await;
    count(client, "count with filter", CountPointsBuilder::new(ITEMS).filter(cheap()).exact(true)).await;
    let city = FacetCountsBuilder::new(ITEMS, "city").exact(true).limit(20);
    step("facet", client.facet(city).await, facet);
    let numbers = FacetCountsBuilder::new(ITEMS, "number").exact(true).limit(20).filter(cheap()).timeout(5);
    step("facet with filter", client.facet(numbers).await, facet);
    step("facet of bools", client.facet(FacetCountsBuilder::new(ITEMS, "flag").exact(true)).await, facet);
    let matrix = || SearchMatrixPointsBuilder::new(ITEMS).sample(100).limit(2).using("dense");
    step("matrix of pairs", client.search_matrix_pairs(matrix()).await, pairs);
    let filtered = matrix().filter(cheap()).timeout(5);
    step("matrix of offsets", client.search_matrix_offsets(filtered).await, offsets);
}
