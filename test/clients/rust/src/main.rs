//! The shared scenario with Rust's official client. Prints one JSON line a step (../README.md).
//!
//!     cargo run -- 127.0.0.1 6334

// Fields that the wire calls deprecated are those that REST has too, and that servers fill.
#![allow(deprecated)]

mod aliases;
mod canonical;
mod changes;
mod collections;
mod errors;
mod filters;
mod info;
mod large;
mod points;
mod query;
mod search;
mod snapshots;

use ::qdrant_client::config::CompressionEncoding;
use ::qdrant_client::{Qdrant, QdrantError};
use serde_json::{json, Value as Json};

pub const ITEMS: &str = "items";
pub const UUID: &str = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
pub const QUERY: [f32; 4] = [0.3, 0.5, 0.2, 0.4];
pub const BIG: u64 = 9007199254740993;
pub const LARGEST: u64 = u64::MAX;

/// One step: an answer of the client in its canonical form, or its error.
pub fn step<T>(name: &str, answer: Result<T, QdrantError>, canonical: impl FnOnce(T) -> Json) {
    let answer = answer.map_or_else(canonical::failure, canonical);
    println!("{}", json!({"step": name, "answer": answer}));
}

#[tokio::main]
async fn main() -> Result<(), QdrantError> {
    let arguments: Vec<String> = std::env::args().collect();
    let url = format!("http://{}:{}", arguments[1], arguments[2]);
    // The other clients send plain messages, or gzip of other makers.
    let gzip = Some(CompressionEncoding::Gzip);
    let client = Qdrant::from_url(&url).compression(gzip).skip_compatibility_check().build()?;
    collections::first_steps(&client).await;
    points::write_steps(&client).await;
    points::read_steps(&client).await;
    search::steps(&client).await;
    query::steps(&client).await;
    errors::steps(&client).await;
    changes::steps(&client).await;
    large::steps(&client).await;
    aliases::steps(&client, &url).await;
    collections::last_steps(&client).await;
    Ok(())
}
