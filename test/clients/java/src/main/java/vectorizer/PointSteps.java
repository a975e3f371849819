package vectorizer;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.WithPayloadSelectorFactory.enable;
import static io.qdrant.client.WithPayloadSelectorFactory.exclude;
import static io.qdrant.client.WithPayloadSelectorFactory.include;
import static vectorizer.Filters.CHEAP;
import static vectorizer.Filters.mustNot;
import static vectorizer.Scenario.BIG;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Scenario.LARGEST;
import static vectorizer.Scenario.UUID_ID;
import static vectorizer.Step.skip;
import static vectorizer.Step.step;

import io.qdrant.client.ConditionFactory;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.StartFromFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Collections.BoolIndexParams;
import io.qdrant.client.grpc.Collections.DatetimeIndexParams;
import io.qdrant.client.grpc.Collections.FloatIndexParams;
import io.qdrant.client.grpc.Collections.GeoIndexParams;
import io.qdrant.client.grpc.Collections.IntegerIndexParams;
import io.qdrant.client.grpc.Collections.KeywordIndexParams;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.SnowballParams;
import io.qdrant.client.grpc.Collections.StemmingAlgorithm;
import io.qdrant.client.grpc.Collections.StopwordsSet;
import io.qdrant.client.grpc.Collections.TextIndexParams;
import io.qdrant.client.grpc.Collections.TokenizerType;
import io.qdrant.client.grpc.Collections.UuidIndexParams;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.GetPoints;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.ReadConsistency;
import io.qdrant.client.grpc.Points.ReadConsistencyType;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchMatrixPoints;
import io.qdrant.client.grpc.Points.StartFrom;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import io.qdrant.client.grpc.Points.WriteOrdering;
import io.qdrant.client.grpc.Points.WriteOrderingType;
import java.util.List;

@SuppressWarnings("deprecation") // on_disk is what REST has too.
final class PointSteps {
  static final WithVectorsSelector VECTORS = WithVectorsSelectorFactory.enable(true);
  static final WithPayloadSelector CITY = include(List.of("city"));

  private final QdrantClient client;

  PointSteps(QdrantClient client) {
    this.client = client;
  }

  void upsert(String name, UpsertPoints.Builder request) {
    step(name, () -> client.upsertAsync(request.setWait(true).build()), Canonical::update);
  }

  private void index(String field, PayloadSchemaType type, PayloadIndexParams.Builder params) {
    PayloadIndexParams given = params == null ? null : params.build();
    step("index " + field,
        () -> client.createPayloadIndexAsync(ITEMS, field, type, given, true, null, null), Canonical::update);
  }

  private void indexes() {
    index("city", PayloadSchemaType.Keyword, PayloadIndexParams.newBuilder()
        .setKeywordIndexParams(KeywordIndexParams.newBuilder().setIsTenant(true).setOnDisk(false)));
    index("number", PayloadSchemaType.Integer, PayloadIndexParams.newBuilder()
        .setIntegerIndexParams(IntegerIndexParams.newBuilder()
            .setLookup(true).setRange(true).setIsPrincipal(true).setOnDisk(false)));
    index("price", PayloadSchemaType.Float, PayloadIndexParams.newBuilder()
        .setFloatIndexParams(FloatIndexParams.newBuilder().setIsPrincipal(false).setOnDisk(true)));
    index("place", PayloadSchemaType.Geo, PayloadIndexParams.newBuilder()
        .setGeoIndexParams(GeoIndexParams.newBuilder().setOnDisk(false)));
    index("text", PayloadSchemaType.Text, PayloadIndexParams.newBuilder()
        .setTextIndexParams(TextIndexParams.newBuilder()
            .setTokenizer(TokenizerType.Word)
            .setLowercase(true)
            .setMinTokenLen(2)
            .setMaxTokenLen(20)
            .setPhraseMatching(true)
            .setAsciiFolding(true)
            .setStopwords(StopwordsSet.newBuilder().addLanguages("english").addCustom("zzz"))
            .setStemmer(StemmingAlgorithm.newBuilder()
                .setSnowball(SnowballParams.newBuilder().setLanguage("english")))
            .setOnDisk(false)));
    index("flag", PayloadSchemaType.Bool, PayloadIndexParams.newBuilder()
        .setBoolIndexParams(BoolIndexParams.newBuilder().setOnDisk(false)));
    index("when", PayloadSchemaType.Datetime, PayloadIndexParams.newBuilder()
        .setDatetimeIndexParams(DatetimeIndexParams.newBuilder().setIsPrincipal(false).setOnDisk(false)));
    index("reference", PayloadSchemaType.Uuid, PayloadIndexParams.newBuilder()
        .setUuidIndexParams(UuidIndexParams.newBuilder().setIsTenant(false).setOnDisk(false)));
    index("owner", PayloadSchemaType.Integer, null);
  }

  void writeSteps() {
    upsert("upsert items", UpsertPoints.newBuilder()
        .setCollectionName(ITEMS)
        .addAllPoints(Data.points("items"))
        .setOrdering(WriteOrdering.newBuilder().setType(WriteOrderingType.Strong)));
    upsert("upsert plain", UpsertPoints.newBuilder().setCollectionName("plain").addAllPoints(Data.points("plain")));
    indexes();
    step("payload indexes", () -> client.getCollectionInfoAsync(ITEMS), Canonical::schema);
  }

  /** By the client's stub: its own method has no timeout. */
  void get(String name, GetPoints.Builder request) {
    step(name, () -> client.grpcClient().points().get(request.build()),
        found -> Canonical.records(found.getResultList()));
  }

  static GetPoints.Builder of(String collection) {
    return GetPoints.newBuilder().setCollectionName(collection);
  }

  void scroll(String name, ScrollPoints.Builder request) {
    step(name, () -> client.scrollAsync(request.setCollectionName(ITEMS).build()), Canonical::page);
  }

  void count(String name, CountPoints.Builder request) {
    step(name, () -> client.grpcClient().points().count(request.build()), found -> found.getResult().getCount());
  }

  void facet(String name, FacetCounts.Builder request) {
    step(name, () -> client.facetAsync(request.setCollectionName(ITEMS).build()), Canonical::facet);
  }

  private void getSteps() {
    step("get", () -> client.retrieveAsync(ITEMS, List.of(id(1), id(BIG), UUID_ID, id(999)), true, true, null),
        Canonical::records);
    step("get with parts of payload and vectors",
        () -> client.retrieveAsync(
            ITEMS,
            List.of(id(2), id(4)),
            include(List.of("city", "nested.a")),
            WithVectorsSelectorFactory.include(List.of("dense", "words")),
            ReadConsistency.newBuilder().setType(ReadConsistencyType.Majority).build()),
        Canonical::records);
    get("get without parts of the payload",
        of(ITEMS).addIds(id(3)).setWithPayload(exclude(List.of("nested", "text"))).setTimeout(5));
    step("get of default vectors", () -> client.retrieveAsync("plain", List.of(id(2), id(1)), true, true, null),
        Canonical::records);
  }

  private void scrollSteps() {
    scroll("scroll, first page",
        ScrollPoints.newBuilder().setLimit(5).setWithPayload(enable(true)).setWithVectors(VECTORS));
    scroll("scroll, next page", ScrollPoints.newBuilder().setLimit(5).setOffset(id(6)).setWithPayload(CITY));
    scroll("scroll, last page",
        ScrollPoints.newBuilder().setLimit(5).setOffset(LARGEST).setWithPayload(enable(false)));
    scroll("scroll by price", ScrollPoints.newBuilder()
        .setLimit(6)
        .setOrderBy(OrderBy.newBuilder().setKey("price").setDirection(Direction.Desc))
        .setFilter(mustNot(ConditionFactory.hasId(id(1))))
        .setWithPayload(include(List.of("price"))));
    scroll("scroll by number", ScrollPoints.newBuilder()
        .setLimit(20)
        .setOrderBy(OrderBy.newBuilder()
            .setKey("number").setDirection(Direction.Asc).setStartFrom(StartFrom.newBuilder().setInteger(5)))
        .setWithPayload(enable(false)));
    scroll("scroll by time", ScrollPoints.newBuilder()
        .setLimit(3)
        .setOrderBy(OrderBy.newBuilder()
            .setKey("when").setStartFrom(StartFromFactory.startFrom("2021-01-01T00:00:00Z")))
        .setWithPayload(include(List.of("when"))));
  }

  private void filterSteps() {
    Filters.all().forEach((name, filter) -> {
      if (filter.isEmpty()) {
        skip("filter: " + name, "io.qdrant:client 1.18 has no such condition");
      } else {
        var request = ScrollPoints.newBuilder()
            .setCollectionName(ITEMS).setFilter(filter.get()).setLimit(100).setWithPayload(enable(false)).build();
        step("filter: " + name, () -> client.scrollAsync(request), Canonical::recordIds);
      }
    });
  }

  void readSteps() {
    getSteps();
    scrollSteps();
    filterSteps();
    count("count", CountPoints.newBuilder().setCollectionName(ITEMS));
    step("count with filter", () -> client.countAsync(ITEMS, CHEAP, true), count -> count);
    facet("facet", FacetCounts.newBuilder().setKey("city").setExact(true).setLimit(20));
    facet("facet with filter",
        FacetCounts.newBuilder().setKey("number").setExact(true).setLimit(20).setFilter(CHEAP).setTimeout(5));
    facet("facet of bools", FacetCounts.newBuilder().setKey("flag").setExact(true));
    var matrix = SearchMatrixPoints.newBuilder().setCollectionName(ITEMS).setSample(100).setLimit(2).setUsing("dense");
    step("matrix of pairs", () -> client.searchMatrixPairsAsync(matrix.build()), Canonical::pairs);
    step("matrix of offsets", () -> client.searchMatrixOffsetsAsync(matrix.setFilter(CHEAP).setTimeout(5).build()),
        Canonical::offsets);
  }
}
