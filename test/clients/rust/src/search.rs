//! The older methods: Search, Recommend, Discover.

use crate::canonical::{batch, groups, points};
use crate::filters::cheaper;
use crate::points::{include, include_vectors};
use crate::{step, ITEMS, QUERY, UUID};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::Qdrant;

fn near(limit: u64) -> SearchPointsBuilder {
    SearchPointsBuilder::new(ITEMS, QUERY, limit).vector_name("dense")
}

pub fn lookup() -> WithLookupBuilder {
    WithLookupBuilder::new("plain").with_payload(include(&["name"])).with_vectors(true)
}

async fn searches(client: &Qdrant) {
    let search = |name: &'static str, request: SearchPointsBuilder| async move {
        step(name, client.search_points(request).await, |found| points(&found.result));
    };
    search("search", near(4).with_payload(true).with_vectors(true)).await;
    let params = SearchParams {
        hnsw_ef: Some(64),
        exact: Some(true),
        indexed_only: Some(false),
        quantization: Some(QuantizationSearchParams {
            ignore: Some(false),
            rescore: Some(true),
            oversampling: Some(2.0),
        }),
        ..Default::default()
    };
    let request = near(3)
        .offset(1)
        .filter(cheaper())
        .score_threshold(0.1)
        .with_payload(include(&["city"]))
        .with_vectors(include_vectors(&["words"]))
        .params(params)
        .timeout(10)
        .read_consistency(read_consistency::Value::Factor(1));
    search("search with everything", request).await;
    let request = SearchPointsBuilder::new("plain", [1.0, 1.0, 1.0], 2).with_vectors(true);
    search("search of default vectors", request).await;
    let request = SearchPointsBuilder::new(ITEMS, [1.0, 0.5], 10).sparse_indices(vec![1, 5]).vector_name("words");
    search("search sparse", request).await;
    let both = vec![near(2).build(), near(2).filter(cheaper()).build()];
    let answer = client.search_batch_points(SearchBatchPointsBuilder::new(ITEMS, both)).await;
    step("search batch", answer, |found| batch(&found.result));
    let request =
        SearchPointGroupsBuilder::new(ITEMS, QUERY, 3, "city", 2).vector_name("dense").with_payload(include(&["city"]));
    step("search groups", client.search_groups(request).await, |found| groups(found.result));
    let request = SearchPointGroupsBuilder::new(ITEMS, QUERY, 4, "owner", 2).vector_name("dense").with_lookup(lookup());
    step("search groups with lookup", client.search_groups(request).await, |found| groups(found.result));
}

fn like(limit: u64) -> RecommendPointsBuilder {
    RecommendPointsBuilder::new(ITEMS, limit).using("dense")
}

async fn recommendations(client: &Qdrant) {
    let recommend = |name: &'static str, request: RecommendPointsBuilder| async move {
        step(name, client.recommend(request).await, |found| points(&found.result));
    };
    recommend("recommend", like(4).add_positive(1).add_positive(UUID).add_negative(3)).await;
    let request = like(4)
        .add_positive(1)
        .add_positive(QUERY.to_vec())
        .add_negative(vec![0.1, -0.2, 0.3, 0.4])
        .strategy(RecommendStrategy::BestScore);
    recommend("recommend by best score", request).await;
    let request = RecommendPointsBuilder::new(ITEMS, 3)
        .add_positive(2)
        .using("rows")
        .lookup_from(LookupLocationBuilder::new(ITEMS).vector_name("rows"));
    recommend("recommend from another collection", request).await;
    let both = vec![
        like(2).add_positive(1).build(),
        like(3).add_positive(2).add_negative(1).strategy(RecommendStrategy::SumScores).build(),
    ];
    let answer = client.recommend_batch(RecommendBatchPointsBuilder::new(ITEMS, both)).await;
    step("recommend batch", answer, |found| batch(&found.result));
    let request = RecommendPointGroupsBuilder::new(ITEMS, "city", 2, 3).add_positive(1).add_negative(4).using("dense");
    step("recommend groups", client.recommend_groups(request).await, |found| groups(found.result));
}

fn example(id: u64) -> vector_example::Example {
    PointId::from(id).into()
}

fn example_vector(values: &[f32]) -> vector_example::Example {
    Vector::new_dense(values.to_vec()).into()
}

fn pair(positive: vector_example::Example, negative: vector_example::Example) -> ContextExamplePair {
    ContextExamplePair {
        positive: Some(VectorExample { example: Some(positive) }),
        negative: Some(VectorExample { example: Some(negative) }),
    }
}

fn target(given: vector_example::Example) -> target_vector::Target {
    target_vector::Target::Single(VectorExample { example: Some(given) })
}

async fn discoveries(client: &Qdrant) {
    let context = || vec![pair(example(1), example(2)), pair(example_vector(&QUERY), example(3))];
    let discover =
        |context: Vec<ContextExamplePair>, limit: u64| DiscoverPointsBuilder::new(ITEMS, context, limit).using("dense");
    let request = discover(context(), 5).target(target(example(4)));
    step("discover", client.discover(request).await, |found| points(&found.result));
    step("discover by context", client.discover(discover(context(), 5)).await, |found| points(&found.result));
    let both = vec![
        discover(vec![pair(example(1), example(2))], 2).target(target(example_vector(&QUERY))).build(),
        discover(vec![], 2).target(target(example(1))).build(),
    ];
    let request = DiscoverBatchPointsBuilder::new(ITEMS, both).build();
    step("discover batch", client.discover_batch(&request).await, |found| batch(&found.result));
}

pub async fn steps(client: &Qdrant) {
    searches(client).await;
    recommendations(client).await;
    discoveries(client).await;
}
