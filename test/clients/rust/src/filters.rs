use crate::{BIG, LARGEST, UUID};
use ::qdrant_client::qdrant::r#match::MatchValue;
use ::qdrant_client::qdrant::*;

pub fn below(price: f64) -> Condition {
    Condition::range("price", Range { lt: Some(price), ..Default::default() })
}

pub fn cheap() -> Filter {
    Filter::must([below(10.0)])
}

pub fn cheaper() -> Filter {
    Filter::must([below(20.0)])
}

pub fn flag() -> Condition {
    Condition::matches("flag", true)
}

fn berlin() -> Condition {
    Condition::matches("city", "Berlin".to_string())
}

fn ring(corners: &[(f64, f64)]) -> GeoLineString {
    GeoLineString { points: corners.iter().map(|&(lon, lat)| GeoPoint { lon, lat }).collect() }
}

fn moment(seconds: i64, nanos: i32) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos })
}

fn geo_filters() -> Vec<(&'static str, Filter)> {
    let square = GeoBoundingBox {
        top_left: Some(GeoPoint { lon: 2.1, lat: 53.5 }),
        bottom_right: Some(GeoPoint { lon: 14.5, lat: 48.1 }),
    };
    let circle = GeoRadius { center: Some(GeoPoint { lon: 13.4, lat: 52.52 }), radius: 5000.0 };
    let polygon = GeoPolygon {
        exterior: Some(ring(&[(1.0, 45.0), (15.0, 45.0), (15.0, 55.0), (1.0, 55.0), (1.0, 45.0)])),
        interiors: vec![ring(&[(8.0, 47.0), (9.0, 47.0), (9.0, 48.0), (8.0, 48.0), (8.0, 47.0)])],
    };
    vec![
        ("geo box", Filter::must([Condition::geo_bounding_box("place", square)])),
        ("geo radius", Filter::must([Condition::geo_radius("place", circle)])),
        ("geo polygon", Filter::must([Condition::geo_polygon("place", polygon)])),
    ]
}

fn match_filters() -> Vec<(&'static str, Filter)> {
    let words = |words: [&str; 2]| RepeatedStrings { strings: words.map(String::from).to_vec() };
    vec![
        ("keyword", Filter::must([berlin()])),
        ("keyword beyond ASCII", Filter::must([Condition::matches("city", "東京".to_string())])),
        ("integer", Filter::must([Condition::matches("number", BIG as i64)])),
        ("largest integer", Filter::must([Condition::matches("number", i64::MAX)])),
        ("bool", Filter::must([Condition::matches("flag", false)])),
        ("uuid", Filter::must([Condition::matches("reference", "550E8400-E29B-41D4-A716-446655440000".to_string())])),
        ("keywords", Filter::must([Condition::matches("city", ["Paris", "Wien"])])),
        ("integers", Filter::must([Condition::matches("number", vec![1, -7, BIG as i64])])),
        (
            "except keywords",
            Filter::must([Condition::matches("tags", MatchValue::ExceptKeywords(words(["red", "blue"])))]),
        ),
        ("except integers", Filter::must([Condition::matches("number", !MatchValue::from(vec![1, 5]))])),
        ("text", Filter::must([Condition::matches_text("text", "quick")])),
        ("phrase", Filter::must([Condition::matches_phrase("text", "quick brown")])),
        ("any text", Filter::must([Condition::matches_text_any("text", "dog bears")])),
        ("prefix", Filter::must([Condition::matches_prefix("city", "Ber")])),
        (
            "range",
            Filter::must([Condition::range("price", Range { gt: Some(2.0), lte: Some(41.125), ..Default::default() })]),
        ),
        (
            "range of integers",
            Filter::must([Condition::range("number", Range { gte: Some(5.0), lt: Some(100.0), ..Default::default() })]),
        ),
        (
            "range of times",
            Filter::must([Condition::datetime_range(
                "when",
                DatetimeRange { gte: moment(1609459200, 0), lt: moment(1686825000, 1000), ..Default::default() },
            )]),
        ),
    ]
}

fn other_filters() -> Vec<(&'static str, Filter)> {
    let some: [PointId; 5] = [2.into(), 999.into(), BIG.into(), LARGEST.into(), UUID.into()];
    let two = ValuesCount { gte: Some(2), lt: Some(3), ..Default::default() };
    let inner = Filter::must([Condition::matches("c", 1), Condition::matches("d", "y".to_string())]);
    let partly = Filter {
        must: vec![Condition::range("a", Range { gte: Some(1.0), ..Default::default() })],
        must_not: vec![Condition::matches("b", 2)],
        ..Default::default()
    };
    let either = Filter::should([berlin(), Filter::must_not([flag()]).into()]);
    let field = |condition: FieldCondition| Filter::must([Condition::from(condition)]);
    vec![
        ("values count", Filter::must([Condition::values_count("tags", two)])),
        ("is empty", Filter::must([Condition::is_empty("tags")])),
        ("is null", Filter::must([Condition::is_null("nothing")])),
        ("field is empty", field(FieldCondition { key: "tags".into(), is_empty: Some(false), ..Default::default() })),
        ("field is null", field(FieldCondition { key: "nothing".into(), is_null: Some(true), ..Default::default() })),
        ("has id", Filter::must([Condition::has_id(some)])),
        ("has vector", Filter::must([Condition::has_vector("words")])),
        ("slice", Filter::must([Condition::slice(3, 1)])),
        ("nested", Filter::must([NestedCondition { key: "nested.a.b".into(), filter: Some(inner) }.into()])),
        ("nested with must not", Filter::must([NestedCondition { key: "nested".into(), filter: Some(partly) }.into()])),
        ("path through lists", Filter::must([Condition::matches("nested.a.b[].c", 2)])),
        ("should", Filter::should([berlin(), below(10.0)])),
        ("must not", Filter::must_not([berlin(), flag()])),
        ("min should", Filter::min_should(2, [berlin(), below(10.0), flag()])),
        ("filter within a filter", Filter::must([either.into(), below(10.0)])),
        (
            "all clauses",
            Filter {
                must: vec![below(10.0)],
                should: vec![berlin(), flag()],
                must_not: vec![Condition::has_id([1])],
                min_should: Some(MinShould { conditions: vec![berlin(), flag()], min_count: 1 }),
            },
        ),
        ("everything", Filter::default()),
    ]
}

/// Every kind of condition.
pub fn filters() -> Vec<(&'static str, Filter)> {
    [match_filters(), geo_filters(), other_filters()].concat()
}
