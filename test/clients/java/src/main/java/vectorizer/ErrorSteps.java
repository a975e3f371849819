package vectorizer;

import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.fusion;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.QueryFactory.orderBy;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorFactory.vector;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static vectorizer.Filters.must;
import static vectorizer.PointSteps.of;
import static vectorizer.QuerySteps.dense;
import static vectorizer.QuerySteps.from;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Scenario.QUERY;
import static vectorizer.Step.step;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.ShardKeySelectorFactory;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.HnswConfigDiff;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.Document;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.Fusion;
import io.qdrant.client.grpc.Points.LookupLocation;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPointGroups;
import io.qdrant.client.grpc.Points.RecommendPoints;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.util.List;
import java.util.Map;

final class ErrorSteps {
  private final QdrantClient client;
  private final CollectionSteps collections;
  private final PointSteps points;
  private final SearchSteps search;
  private final QuerySteps query;

  ErrorSteps(
      QdrantClient client, CollectionSteps collections, PointSteps points, SearchSteps search, QuerySteps query) {
    this.client = client;
    this.collections = collections;
    this.points = points;
    this.search = search;
    this.query = query;
  }

  private void sent(String name, String vector) {
    var point = PointStruct.newBuilder().setId(id(70)).setVectors(namedVectors(Map.of(vector, vector(1f, 2f, 3f))));
    points.upsert("error: " + name, UpsertPoints.newBuilder().setCollectionName(ITEMS).addPoints(point));
  }

  private void collectionErrors() {
    points.count("error: no such collection", CountPoints.newBuilder().setCollectionName("nothing"));
    collections.info("error: info of no such collection", "nothing", Canonical::info);
    collections.update("error: update of no such collection", UpdateCollection.newBuilder()
        .setCollectionName("nothing").setHnswConfig(HnswConfigDiff.newBuilder().setM(8)).build());
    var params = VectorParams.newBuilder().setSize(1).setDistance(Distance.Dot);
    collections.create("error: bad collection name", CreateCollection.newBuilder()
        .setCollectionName("a:b").setVectorsConfig(VectorsConfig.newBuilder().setParams(params)).build());
    sent("wrong dimension", "dense");
    sent("unknown vector in a point", "unknown");
  }

  private void queryErrors() {
    var near = nearest(QUERY);
    query.query("error: unknown vector in a query", from().setQuery(near).setUsing("unknown"));
    query.query("error: wrong dimension of a query", from().setQuery(nearest(1f, 2f)).setUsing("dense"));
    query.query("error: dense query of sparse vectors", from().setQuery(near).setUsing("words"));
    query.query("error: limit 0", dense(near, 0));
    query.query("error: ef 0", dense(near, 10).setParams(SearchParams.newBuilder().setHnswEf(0)));
    points.scroll("error: scroll with limit 0", ScrollPoints.newBuilder().setLimit(0));
    query.query("error: no such point", dense(nearest(999), 10));
    step("error: payload of no such point",
        () -> client.setPayloadAsync(ITEMS, Map.of("a", value(1)), id(999), true, null, null), Canonical::update);
    query.query("error: no index to order by", from().setQuery(orderBy("tiny")));
    points.facet("error: no index for a facet", FacetCounts.newBuilder().setKey("tags"));
    query.query("error: fusion without prefetches", from().setQuery(fusion(Fusion.RRF)));
    query.query("error: prefetches without a query", from().addPrefetch(QuerySteps.NEAR_DENSE));
    query.query("error: threshold without a query", from().setScoreThreshold(0.5f));
    search.recommend("error: average of nothing",
        RecommendPoints.newBuilder().addNegative(id(1)).setUsing("dense").setLimit(3));
    query.query("error: lookup in no such collection",
        dense(nearest(1), 10).setLookupFrom(LookupLocation.newBuilder().setCollectionName("nothing")));
  }

  void steps() {
    collectionErrors();
    queryErrors();
    var key = ShardKeySelectorFactory.shardKeySelector("key");
    query.query("error: unknown shard key", dense(nearest(QUERY), 10).setShardKeySelector(key));
    var foxes = Document.newBuilder().setText("foxes").setModel("other/model").build();
    query.query("error: no inference service", dense(nearest(foxes), 10));
    points.get("error: bad UUID", of(ITEMS).addIds(PointId.newBuilder().setUuid("no-uuid")));
    points.get("error: empty point id", of(ITEMS).addIds(PointId.getDefaultInstance()));
    var nothing = DeletePoints.newBuilder().setCollectionName(ITEMS).setWait(true).build();
    step("error: no selector", () -> client.deleteAsync(nothing), Canonical::update);
    var nan = Map.of("a", value(Double.NaN));
    step("error: not a number in a payload", () -> client.setPayloadAsync(ITEMS, nan, id(1), true, null, null),
        Canonical::update);
    points.scroll("error: bad path", ScrollPoints.newBuilder().setFilter(must(match("a[", 1))));
    query.query("error: timeout 0", dense(nearest(QUERY), 10).setTimeout(0));
    step("error: empty batch", () -> client.batchUpdateAsync(ITEMS, List.of()), Canonical::updates);
    query.queryGroups("error: no key to group by",
        QueryPointGroups.newBuilder().setQuery(nearest(QUERY)).setUsing("dense"));
  }
}
