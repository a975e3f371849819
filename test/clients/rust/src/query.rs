use crate::canonical::{batch, groups, id, points};
use crate::filters::{cheaper, flag};
use crate::points::{exclude, include, include_vectors};
use crate::search::lookup;
use crate::{step, BIG, ITEMS, QUERY, UUID};
use ::qdrant_client::qdrant::*;
use ::qdrant_client::Qdrant;
use serde_json::{json, Value as Json};

pub fn near() -> Query {
    QUERY.to_vec().into()
}

fn words() -> Query {
    vec![(1, 1.0), (5, 0.5)].into()
}

fn rows(given: &[[f32; 2]]) -> Query {
    given.iter().map(|row| row.to_vec()).collect::<Vec<_>>().into()
}

pub fn near_dense() -> PrefetchQueryBuilder {
    PrefetchQueryBuilder::default().query(near()).using("dense").limit(6u64)
}

fn near_words() -> PrefetchQueryBuilder {
    PrefetchQueryBuilder::default().query(words()).using("words").limit(6u64)
}

pub fn from() -> QueryPointsBuilder {
    QueryPointsBuilder::new(ITEMS)
}

/// A query of the vectors named `dense`.
pub fn dense(query: impl Into<Query>, limit: u64) -> QueryPointsBuilder {
    from().query(query).using("dense").limit(limit)
}

/// A query over both prefetches.
fn over(query: impl Into<Query>, limit: u64) -> QueryPointsBuilder {
    from().add_prefetch(near_dense()).add_prefetch(near_words()).query(query).limit(limit)
}

fn first() -> QueryPointsBuilder {
    dense(near(), 4).with_payload(include(&["city"])).with_vectors(include_vectors(&["dense"]))
}

fn average() -> Query {
    Query::new_recommend(
        RecommendInputBuilder::default().add_positive(1).add_positive(QUERY.to_vec()).add_negative(3).build(),
    )
}

fn simple_formula() -> FormulaBuilder {
    FormulaBuilder::new(Expression::sum_with([
        Expression::score(),
        Expression::mult_with([Expression::constant(0.5), Expression::condition(flag())]),
        Expression::neg(Expression::abs(Expression::variable("price"))),
    ]))
    .add_default("price", 1)
}

fn rich_formula() -> FormulaBuilder {
    let berlin = GeoPoint { lon: 13.4, lat: 52.52 };
    FormulaBuilder::new(Expression::sum_with([
        Expression::score_idx(0),
        Expression::exp_decay(
            DecayParamsExpressionBuilder::new(Expression::geo_distance_with(berlin, "place"))
                .scale(100000.0)
                .midpoint(0.25),
        ),
        Expression::gauss_decay(
            DecayParamsExpressionBuilder::new(Expression::variable("number"))
                .target(Expression::constant(5.0))
                .scale(10.0),
        ),
        Expression::lin_decay(
            DecayParamsExpressionBuilder::new(Expression::datetime_key("when"))
                .target(Expression::datetime("2022-01-01T00:00:00Z"))
                .scale(31536000.0),
        ),
        Expression::div_with(Expression::constant(1.0), Expression::variable("price"), Some(0.5)),
        Expression::pow_with(Expression::constant(2.0), Expression::constant(0.5)),
        Expression::sqrt(Expression::abs(Expression::variable("price"))),
        Expression::log10(Expression::constant(100.0)),
        Expression::ln(Expression::exp(Expression::constant(0.5))),
    ]))
    .add_default("price", 4)
    .add_default("number", 3)
    .add_default("place", Value::from(json!({"lon": 0, "lat": 0})))
    .add_default("when", "2020-01-01T00:00:00Z")
}

fn vector_queries() -> Vec<(&'static str, QueryPointsBuilder)> {
    let recommend = |positive: Vec<VectorInput>, negative: Vec<VectorInput>, strategy: RecommendStrategy| {
        Query::new_recommend(RecommendInput { positive, negative, strategy: Some(strategy as i32) })
    };
    let pair = |positive: u64, negative: u64| ContextInputPair {
        positive: Some(positive.into()),
        negative: Some(negative.into()),
    };
    let discover =
        DiscoverInput { target: Some(QUERY.to_vec().into()), context: Some(ContextInput { pairs: vec![pair(1, 2)] }) };
    let mmr = MmrBuilder::new().diversity(0.4).candidates_limit(8);
    let feedback = RelevanceFeedbackInputBuilder::new(QUERY.to_vec())
        .add_feedback(FeedbackItemBuilder::new(1, 0.9))
        .add_feedback(FeedbackItemBuilder::new(3, 0.2))
        .strategy(FeedbackStrategyBuilder::naive(1.0, 0.5, 0.25));
    vec![
        ("dense", first()),
        ("sparse", from().query(words()).using("words").limit(6)),
        ("multi", from().query(rows(&[[0.5, 0.5], [0.25, -0.5]])).using("rows").limit(5)),
        ("a point", dense(PointId::from(1), 3)),
        ("a point by UUID", dense(PointId::from(UUID), 3)),
        ("a large id", dense(PointId::from(BIG), 3)),
        ("nearest, spelt out", dense(Query::new_nearest(QUERY.to_vec()), 3)),
        ("maximal marginal relevance", dense(Query::new_nearest_with_mmr(QUERY.to_vec(), mmr), 4)),
        ("recommend", dense(average(), 4)),
        (
            "recommend by best score",
            dense(recommend(vec![1.into(), QUERY.to_vec().into()], vec![3.into()], RecommendStrategy::BestScore), 4),
        ),
        (
            "recommend by sum of scores",
            dense(recommend(vec![1.into()], vec![3.into(), 4.into()], RecommendStrategy::SumScores), 4),
        ),
        ("discover", dense(Query::new_discover(discover), 4)),
        ("context", dense(Query::new_context(ContextInput { pairs: vec![pair(1, 2), pair(4, 3)] }), 4)),
        (
            "order by",
            from()
                .query(Query::new_order_by(OrderByBuilder::new("price").direction(Direction::Desc as i32)))
                .limit(4)
                .with_payload(include(&["price"])),
        ),
        (
            "order by number",
            from()
                .query(Query::new_order_by(OrderByBuilder::new("number").start_from(start_from::Value::Integer(12))))
                .limit(4),
        ),
        ("rrf", over(Fusion::Rrf, 3)),
        ("dbsf", over(Fusion::Dbsf, 8)),
        ("rrf with weights", over(Query::new_rrf(Rrf { k: Some(60), weights: vec![1.0, 3.0] }), 3)),
        ("formula", from().add_prefetch(near_dense()).query(simple_formula()).limit(6)),
        ("formula with everything", from().add_prefetch(near_dense()).query(rich_formula()).limit(6)),
        ("relevance feedback", dense(Query::new_relevance_feedback(feedback), 4)),
    ]
}

fn shaped_queries() -> Vec<(&'static str, QueryPointsBuilder)> {
    let inner = PrefetchQueryBuilder::default()
        .add_prefetch(near_dense())
        .add_prefetch(near_words().filter(cheaper()))
        .query(rows(&[[0.5, 0.5]]))
        .using("rows")
        .limit(5u64);
    let from_items = || LookupLocationBuilder::new(ITEMS).vector_name("dense");
    let everything = PrefetchQueryBuilder::default()
        .query(near())
        .using("dense")
        .limit(8u64)
        .score_threshold(0.1)
        .filter(cheaper())
        .params(SearchParamsBuilder::default().exact(true))
        .lookup_from(from_items());
    let params = SearchParams {
        hnsw_ef: Some(32),
        exact: Some(false),
        indexed_only: Some(false),
        quantization: Some(QuantizationSearchParams {
            ignore: Some(true),
            rescore: Some(false),
            oversampling: Some(1.5),
        }),
        acorn: Some(AcornSearchParams { enable: Some(true), max_selectivity: Some(0.5) }),
        ..Default::default()
    };
    let corpus = SearchParams { idf: Some(IdfParams { corpus: Some(cheaper()) }), ..Default::default() };
    vec![
        ("nested prefetches", dense(near(), 3).add_prefetch(inner).filter(Filter::must_not([Condition::has_id([2])]))),
        ("prefetch with everything", dense(PointId::from(1), 3).add_prefetch(everything).lookup_from(from_items())),
        ("nothing: by id", from().limit(3).with_payload(include(&["city"])).offset(2)),
        ("score threshold", dense(near(), 10).score_threshold(0.35).offset(1)),
        ("search parameters", dense(near(), 3).filter(cheaper()).params(params)),
        (
            "payload without parts",
            dense(near(), 2).with_payload(exclude(&["text", "nested", "mixed"])).with_vectors(true),
        ),
        ("idf of a part", from().query(words()).using("words").limit(6).params(corpus)),
    ]
}

pub async fn query(client: &Qdrant, name: &str, request: QueryPointsBuilder) {
    step(name, client.query(request).await, |found| points(&found.result));
}

pub async fn query_groups(client: &Qdrant, name: &str, request: QueryPointGroupsBuilder) {
    step(name, client.query_groups(request).await, |found| groups(found.result));
}

pub async fn steps(client: &Qdrant) {
    for (name, request) in [vector_queries(), shaped_queries()].concat() {
        let request =
            request.timeout(10).read_consistency(read_consistency::Value::Type(ReadConsistencyType::Quorum as i32));
        query(client, &format!("query: {name}"), request).await;
    }
    let drawn = client.query(from().query(Query::new_sample(Sample::Random)).limit(100)).await;
    step("query: sample", drawn, |found| {
        let mut ids: Vec<Json> = found.result.iter().map(|one| id(&one.id)).collect();
        ids.sort_by_key(|one| one.to_string());
        json!(ids)
    });
    let plain = QueryPointsBuilder::new("plain").query(vec![1.0, 1.0, 1.0]).limit(3);
    query(client, "query of default vectors", plain.with_payload(true).with_vectors(true)).await;
    let all = vec![first().build(), over(Fusion::Rrf, 3).build(), dense(average(), 4).build()];
    let answer = client.query_batch(QueryBatchPointsBuilder::new(ITEMS, all)).await;
    step("query batch", answer, |found| batch(&found.result));

    let by = |key: &str, limit: u64| QueryPointGroupsBuilder::new(ITEMS, key).group_size(2u64).limit(limit);
    let request = by("city", 3)
        .query(near())
        .using("dense")
        .with_payload(with_payload_selector::SelectorOptions::from(include(&["city"])));
    query_groups(client, "query groups", request).await;
    let request = by("owner", 4).query(near()).using("dense").with_lookup(lookup()).filter(cheaper());
    query_groups(client, "query groups with lookup", request).await;
    let request = by("number", 20).group_size(1u64).query(near()).using("dense");
    query_groups(client, "query groups of numbers", request).await;
    let request = by("city", 3).add_prefetch(near_dense()).add_prefetch(near_words()).query(Fusion::Rrf);
    query_groups(client, "query groups over prefetches", request).await;
}
