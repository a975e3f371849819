package vectorizer;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.TargetVectorFactory.targetVector;
import static io.qdrant.client.VectorFactory.vector;
import static io.qdrant.client.WithPayloadSelectorFactory.enable;
import static io.qdrant.client.WithPayloadSelectorFactory.include;
import static vectorizer.Filters.CHEAPER;
import static vectorizer.PointSteps.CITY;
import static vectorizer.PointSteps.VECTORS;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Scenario.QUERY;
import static vectorizer.Scenario.UUID_ID;
import static vectorizer.Step.step;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Points.ContextExamplePair;
import io.qdrant.client.grpc.Points.DiscoverPoints;
import io.qdrant.client.grpc.Points.LookupLocation;
import io.qdrant.client.grpc.Points.QuantizationSearchParams;
import io.qdrant.client.grpc.Points.ReadConsistency;
import io.qdrant.client.grpc.Points.RecommendPointGroups;
import io.qdrant.client.grpc.Points.RecommendPoints;
import io.qdrant.client.grpc.Points.RecommendStrategy;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.SearchPointGroups;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.SparseIndices;
import io.qdrant.client.grpc.Points.VectorExample;
import io.qdrant.client.grpc.Points.WithLookup;
import java.util.List;

/** The older methods: Search, Recommend, Discover. */
final class SearchSteps {
  static final WithLookup LOOKUP = WithLookup.newBuilder()
      .setCollection("plain").setWithPayload(include(List.of("name"))).setWithVectors(VECTORS).build();

  private final QdrantClient client;

  SearchSteps(QdrantClient client) {
    this.client = client;
  }

  private static SearchPoints.Builder near(long limit) {
    return SearchPoints.newBuilder()
        .setCollectionName(ITEMS).addAllVector(QUERY).setVectorName("dense").setLimit(limit);
  }

  private static SearchPointGroups.Builder nearGroups(String key, int limit) {
    return SearchPointGroups.newBuilder()
        .setCollectionName(ITEMS).addAllVector(QUERY).setVectorName("dense")
        .setGroupBy(key).setGroupSize(2).setLimit(limit);
  }

  private void search(String name, SearchPoints.Builder request) {
    step(name, () -> client.searchAsync(request.build()), Canonical::points);
  }

  private void searchGroups(String name, SearchPointGroups.Builder request) {
    step(name, () -> client.searchGroupsAsync(request.build()), Canonical::groups);
  }

  private void searches() {
    search("search", near(4).setWithPayload(enable(true)).setWithVectors(VECTORS));
    var quantization = QuantizationSearchParams.newBuilder().setIgnore(false).setRescore(true).setOversampling(2);
    search("search with everything", near(3)
        .setOffset(1)
        .setFilter(CHEAPER)
        .setScoreThreshold(0.1f)
        .setWithPayload(CITY)
        .setWithVectors(WithVectorsSelectorFactory.include(List.of("words")))
        .setParams(SearchParams.newBuilder()
            .setHnswEf(64).setExact(true).setIndexedOnly(false).setQuantization(quantization))
        .setTimeout(10)
        .setReadConsistency(ReadConsistency.newBuilder().setFactor(1)));
    search("search of default vectors", SearchPoints.newBuilder()
        .setCollectionName("plain").addAllVector(List.of(1f, 1f, 1f)).setLimit(2).setWithVectors(VECTORS));
    search("search sparse", SearchPoints.newBuilder()
        .setCollectionName(ITEMS)
        .addAllVector(List.of(1f, 0.5f))
        .setSparseIndices(SparseIndices.newBuilder().addData(1).addData(5))
        .setVectorName("words")
        .setLimit(10));
    var both = List.of(near(2).build(), near(2).setFilter(CHEAPER).build());
    step("search batch", () -> client.searchBatchAsync(ITEMS, both, null), Canonical::batch);
    searchGroups("search groups", nearGroups("city", 3).setWithPayload(CITY));
    searchGroups("search groups with lookup", nearGroups("owner", 4).setWithLookup(LOOKUP));
  }

  private static RecommendPoints.Builder like(long limit) {
    return RecommendPoints.newBuilder().setCollectionName(ITEMS).setUsing("dense").setLimit(limit);
  }

  void recommend(String name, RecommendPoints.Builder request) {
    step(name, () -> client.recommendAsync(request.setCollectionName(ITEMS).build()), Canonical::points);
  }

  private void recommendations() {
    recommend("recommend", like(4).addPositive(id(1)).addPositive(UUID_ID).addNegative(id(3)));
    recommend("recommend by best score", like(4)
        .addPositive(id(1))
        .addPositiveVectors(vector(QUERY))
        .addNegativeVectors(vector(0.1f, -0.2f, 0.3f, 0.4f))
        .setStrategy(RecommendStrategy.BestScore));
    recommend("recommend from another collection", like(3)
        .addPositive(id(2))
        .setUsing("rows")
        .setLookupFrom(LookupLocation.newBuilder().setCollectionName(ITEMS).setVectorName("rows")));
    var both = List.of(
        like(2).addPositive(id(1)).build(),
        like(3).addPositive(id(2)).addNegative(id(1)).setStrategy(RecommendStrategy.SumScores).build());
    step("recommend batch", () -> client.recommendBatchAsync(ITEMS, both, null), Canonical::batch);
    var groups = RecommendPointGroups.newBuilder()
        .setCollectionName(ITEMS).addPositive(id(1)).addNegative(id(4)).setUsing("dense")
        .setGroupBy("city").setGroupSize(2).setLimit(3).build();
    step("recommend groups", () -> client.recommendGroupsAsync(groups), Canonical::groups);
  }

  private static VectorExample example(long point) {
    return VectorExample.newBuilder().setId(id(point)).build();
  }

  private static ContextExamplePair pair(VectorExample positive, VectorExample negative) {
    return ContextExamplePair.newBuilder().setPositive(positive).setNegative(negative).build();
  }

  private static DiscoverPoints.Builder discover(long limit) {
    return DiscoverPoints.newBuilder().setCollectionName(ITEMS).setUsing("dense").setLimit(limit);
  }

  private void discoveries() {
    var query = VectorExample.newBuilder().setVector(vector(QUERY)).build();
    var context = List.of(pair(example(1), example(2)), pair(query, example(3)));
    var aimed = discover(5).setTarget(targetVector(id(4))).addAllContext(context).build();
    step("discover", () -> client.discoverAsync(aimed), Canonical::points);
    var within = discover(5).addAllContext(context).build();
    step("discover by context", () -> client.discoverAsync(within), Canonical::points);
    var both = List.of(
        discover(2).setTarget(targetVector(vector(QUERY))).addContext(pair(example(1), example(2))).build(),
        discover(2).setTarget(targetVector(id(1))).build());
    step("discover batch", () -> client.discoverBatchAsync(ITEMS, both, null), Canonical::batch);
  }

  void steps() {
    searches();
    recommendations();
    discoveries();
  }
}
