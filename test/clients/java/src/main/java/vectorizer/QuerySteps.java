package vectorizer;

import static io.qdrant.client.ExpressionFactory.abs;
import static io.qdrant.client.ExpressionFactory.condition;
import static io.qdrant.client.ExpressionFactory.constant;
import static io.qdrant.client.ExpressionFactory.datetime;
import static io.qdrant.client.ExpressionFactory.datetimeKey;
import static io.qdrant.client.ExpressionFactory.div;
import static io.qdrant.client.ExpressionFactory.exp;
import static io.qdrant.client.ExpressionFactory.expDecay;
import static io.qdrant.client.ExpressionFactory.gaussDecay;
import static io.qdrant.client.ExpressionFactory.geoDistance;
import static io.qdrant.client.ExpressionFactory.linDecay;
import static io.qdrant.client.ExpressionFactory.ln;
import static io.qdrant.client.ExpressionFactory.log10;
import static io.qdrant.client.ExpressionFactory.mult;
import static io.qdrant.client.ExpressionFactory.negate;
import static io.qdrant.client.ExpressionFactory.pow;
import static io.qdrant.client.ExpressionFactory.sqrt;
import static io.qdrant.client.ExpressionFactory.sum;
import static io.qdrant.client.ExpressionFactory.variable;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.context;
import static io.qdrant.client.QueryFactory.discover;
import static io.qdrant.client.QueryFactory.formula;
import static io.qdrant.client.QueryFactory.fusion;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.QueryFactory.nearestMultiVector;
import static io.qdrant.client.QueryFactory.orderBy;
import static io.qdrant.client.QueryFactory.recommend;
import static io.qdrant.client.QueryFactory.relevanceFeedback;
import static io.qdrant.client.QueryFactory.rrf;
import static io.qdrant.client.QueryFactory.sample;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorInputFactory.vectorInput;
import static io.qdrant.client.WithPayloadSelectorFactory.enable;
import static io.qdrant.client.WithPayloadSelectorFactory.exclude;
import static io.qdrant.client.WithPayloadSelectorFactory.include;
import static vectorizer.Filters.CHEAPER;
import static vectorizer.Filters.FLAG;
import static vectorizer.Filters.mustNot;
import static vectorizer.PointSteps.CITY;
import static vectorizer.PointSteps.VECTORS;
import static vectorizer.Scenario.BIG;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Scenario.QUERY;
import static vectorizer.Scenario.UUID_ID;
import static vectorizer.SearchSteps.LOOKUP;
import static vectorizer.Step.skip;
import static vectorizer.Step.step;

import io.qdrant.client.ConditionFactory;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Common.GeoPoint;
import io.qdrant.client.grpc.Points.AcornSearchParams;
import io.qdrant.client.grpc.Points.ContextInput;
import io.qdrant.client.grpc.Points.ContextInputPair;
import io.qdrant.client.grpc.Points.DecayParamsExpression;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.DiscoverInput;
import io.qdrant.client.grpc.Points.DivExpression;
import io.qdrant.client.grpc.Points.Expression;
import io.qdrant.client.grpc.Points.FeedbackItem;
import io.qdrant.client.grpc.Points.FeedbackStrategy;
import io.qdrant.client.grpc.Points.Formula;
import io.qdrant.client.grpc.Points.Fusion;
import io.qdrant.client.grpc.Points.GeoDistance;
import io.qdrant.client.grpc.Points.LookupLocation;
import io.qdrant.client.grpc.Points.Mmr;
import io.qdrant.client.grpc.Points.MultExpression;
import io.qdrant.client.grpc.Points.NaiveFeedbackStrategy;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PowExpression;
import io.qdrant.client.grpc.Points.PrefetchQuery;
import io.qdrant.client.grpc.Points.QuantizationSearchParams;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryPointGroups;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ReadConsistency;
import io.qdrant.client.grpc.Points.ReadConsistencyType;
import io.qdrant.client.grpc.Points.RecommendInput;
import io.qdrant.client.grpc.Points.RecommendStrategy;
import io.qdrant.client.grpc.Points.RelevanceFeedbackInput;
import io.qdrant.client.grpc.Points.Rrf;
import io.qdrant.client.grpc.Points.Sample;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.StartFrom;
import io.qdrant.client.grpc.Points.SumExpression;
import io.qdrant.client.grpc.Points.VectorInput;
import java.util.List;
import java.util.Map;

final class QuerySteps {
  private static final Query WORDS = nearest(List.of(1f, 0.5f), List.of(1, 5));
  private static final VectorInput BY_QUERY = vectorInput(QUERY);
  static final PrefetchQuery NEAR_DENSE =
      PrefetchQuery.newBuilder().setQuery(nearest(QUERY)).setUsing("dense").setLimit(6).build();
  private static final PrefetchQuery NEAR_WORDS =
      PrefetchQuery.newBuilder().setQuery(WORDS).setUsing("words").setLimit(6).build();
  private static final LookupLocation FROM_ITEMS =
      LookupLocation.newBuilder().setCollectionName(ITEMS).setVectorName("dense").build();

  private final QdrantClient client;

  QuerySteps(QdrantClient client) {
    this.client = client;
  }

  static QueryPoints.Builder from() {
    return QueryPoints.newBuilder().setCollectionName(ITEMS);
  }

  /** A query of the vectors named `dense`. */
  static QueryPoints.Builder dense(Query query, long limit) {
    return from().setQuery(query).setUsing("dense").setLimit(limit);
  }

  /** A query over both prefetches. */
  private static QueryPoints.Builder over(Query query, long limit) {
    return from().addPrefetch(NEAR_DENSE).addPrefetch(NEAR_WORDS).setQuery(query).setLimit(limit);
  }

  private static QueryPoints.Builder first() {
    return dense(nearest(QUERY), 4)
        .setWithPayload(CITY).setWithVectors(WithVectorsSelectorFactory.include(List.of("dense")));
  }

  private static Query average() {
    return recommend(RecommendInput.newBuilder()
        .addPositive(vectorInput(1)).addPositive(BY_QUERY).addNegative(vectorInput(3)).build());
  }

  private static ContextInputPair pair(long positive, long negative) {
    return ContextInputPair.newBuilder().setPositive(vectorInput(positive)).setNegative(vectorInput(negative)).build();
  }

  private static Expression sumOf(Expression... parts) {
    return sum(SumExpression.newBuilder().addAllSum(List.of(parts)).build());
  }

  private static Formula simpleFormula() {
    var half = MultExpression.newBuilder().addMult(constant(0.5f)).addMult(condition(FLAG)).build();
    return Formula.newBuilder()
        .setExpression(sumOf(variable("$score"), mult(half), negate(abs(variable("price")))))
        .putDefaults("price", value(1))
        .build();
  }

  private static Formula richFormula() {
    var berlin = GeoPoint.newBuilder().setLon(13.4).setLat(52.52);
    var distance = geoDistance(GeoDistance.newBuilder().setOrigin(berlin).setTo("place").build());
    return Formula.newBuilder()
        .setExpression(sumOf(
            variable("$score[0]"),
            expDecay(DecayParamsExpression.newBuilder().setX(distance).setScale(100000).setMidpoint(0.25f).build()),
            gaussDecay(DecayParamsExpression.newBuilder()
                .setX(variable("number")).setTarget(constant(5)).setScale(10).build()),
            linDecay(DecayParamsExpression.newBuilder()
                .setX(datetimeKey("when")).setTarget(datetime("2022-01-01T00:00:00Z")).setScale(31536000).build()),
            div(DivExpression.newBuilder()
                .setLeft(constant(1)).setRight(variable("price")).setByZeroDefault(0.5f).build()),
            pow(PowExpression.newBuilder().setBase(constant(2)).setExponent(constant(0.5f)).build()),
            sqrt(abs(variable("price"))),
            log10(constant(100)),
            ln(exp(constant(0.5f)))))
        .putDefaults("price", value(4))
        .putDefaults("number", value(3))
        .putDefaults("place", value(Map.of("lon", value(0), "lat", value(0))))
        .putDefaults("when", value("2020-01-01T00:00:00Z"))
        .build();
  }

  void query(String name, QueryPoints.Builder request) {
    step(name, () -> client.queryAsync(request.build()), Canonical::points);
  }

  /** With a timeout and a consistency, which change nothing here. */
  private void asked(String name, QueryPoints.Builder request) {
    var quorum = ReadConsistency.newBuilder().setType(ReadConsistencyType.Quorum);
    query("query: " + name, request.setTimeout(10).setReadConsistency(quorum));
  }

  void queryGroups(String name, QueryPointGroups.Builder request) {
    step(name, () -> client.queryGroupsAsync(request.setCollectionName(ITEMS).build()), Canonical::groups);
  }

  private void nearestSteps() {
    asked("dense", first());
    asked("sparse", from().setQuery(WORDS).setUsing("words").setLimit(6));
    var rows = nearestMultiVector(List.of(List.of(0.5f, 0.5f), List.of(0.25f, -0.5f)));
    asked("multi", from().setQuery(rows).setUsing("rows").setLimit(5));
    asked("a point", dense(nearest(1), 3));
    asked("a point by UUID", dense(nearest(UUID_ID), 3));
    asked("a large id", dense(nearest(BIG), 3));
    asked("nearest, spelt out", dense(nearest(BY_QUERY), 3));
    asked("maximal marginal relevance",
        dense(nearest(BY_QUERY, Mmr.newBuilder().setDiversity(0.4f).setCandidatesLimit(8).build()), 4));
  }

  private void exampleSteps() {
    asked("recommend", dense(average(), 4));
    asked("recommend by best score", dense(recommend(RecommendInput.newBuilder()
        .addPositive(vectorInput(1)).addPositive(BY_QUERY).addNegative(vectorInput(3))
        .setStrategy(RecommendStrategy.BestScore).build()), 4));
    asked("recommend by sum of scores", dense(recommend(RecommendInput.newBuilder()
        .addPositive(vectorInput(1)).addNegative(vectorInput(3)).addNegative(vectorInput(4))
        .setStrategy(RecommendStrategy.SumScores).build()), 4));
    asked("discover", dense(discover(DiscoverInput.newBuilder()
        .setTarget(BY_QUERY).setContext(ContextInput.newBuilder().addPairs(pair(1, 2))).build()), 4));
    asked("context",
        dense(context(ContextInput.newBuilder().addPairs(pair(1, 2)).addPairs(pair(4, 3)).build()), 4));
  }

  private void rankingSteps() {
    asked("order by", from()
        .setQuery(orderBy(OrderBy.newBuilder().setKey("price").setDirection(Direction.Desc).build()))
        .setLimit(4)
        .setWithPayload(include(List.of("price"))));
    var fromTwelve = OrderBy.newBuilder().setKey("number").setStartFrom(StartFrom.newBuilder().setInteger(12)).build();
    asked("order by number", from().setQuery(orderBy(fromTwelve)).setLimit(4));
    asked("rrf", over(fusion(Fusion.RRF), 3));
    asked("dbsf", over(fusion(Fusion.DBSF), 8));
    asked("rrf with weights", over(rrf(Rrf.newBuilder().setK(60).addWeights(1).addWeights(3).build()), 3));
    asked("formula", from().addPrefetch(NEAR_DENSE).setQuery(formula(simpleFormula())).setLimit(6));
    asked("formula with everything", from().addPrefetch(NEAR_DENSE).setQuery(formula(richFormula())).setLimit(6));
    var naive = NaiveFeedbackStrategy.newBuilder().setA(1).setB(0.5f).setC(0.25f);
    var feedback = RelevanceFeedbackInput.newBuilder()
        .setTarget(BY_QUERY)
        .addFeedback(FeedbackItem.newBuilder().setExample(vectorInput(1)).setScore(0.9f))
        .addFeedback(FeedbackItem.newBuilder().setExample(vectorInput(3)).setScore(0.2f))
        .setStrategy(FeedbackStrategy.newBuilder().setNaive(naive))
        .build();
    asked("relevance feedback", dense(relevanceFeedback(feedback), 4));
  }

  private void shapedSteps() {
    var inner = PrefetchQuery.newBuilder()
        .addPrefetch(NEAR_DENSE)
        .addPrefetch(NEAR_WORDS.toBuilder().setFilter(CHEAPER))
        .setQuery(nearestMultiVector(List.of(List.of(0.5f, 0.5f))))
        .setUsing("rows")
        .setLimit(5);
    asked("nested prefetches",
        dense(nearest(QUERY), 3).addPrefetch(inner).setFilter(mustNot(ConditionFactory.hasId(id(2)))));
    var everything = PrefetchQuery.newBuilder()
        .setQuery(nearest(QUERY))
        .setUsing("dense")
        .setLimit(8)
        .setScoreThreshold(0.1f)
        .setFilter(CHEAPER)
        .setParams(SearchParams.newBuilder().setExact(true))
        .setLookupFrom(FROM_ITEMS);
    asked("prefetch with everything",
        dense(nearest(1), 3).addPrefetch(everything).setLookupFrom(FROM_ITEMS));
    asked("nothing: by id", from().setLimit(3).setWithPayload(CITY).setOffset(2));
    asked("score threshold", dense(nearest(QUERY), 10).setScoreThreshold(0.35f).setOffset(1));
    asked("search parameters", dense(nearest(QUERY), 3).setFilter(CHEAPER).setParams(SearchParams.newBuilder()
        .setHnswEf(32)
        .setExact(false)
        .setIndexedOnly(false)
        .setQuantization(
            QuantizationSearchParams.newBuilder().setIgnore(true).setRescore(false).setOversampling(1.5))
        .setAcorn(AcornSearchParams.newBuilder().setEnable(true).setMaxSelectivity(0.5))));
    asked("payload without parts", dense(nearest(QUERY), 2)
        .setWithPayload(exclude(List.of("text", "nested", "mixed"))).setWithVectors(VECTORS));
    skip("query: idf of a part", "io.qdrant:client 1.18 has no such parameter");
  }

  private void groupSteps() {
    queryGroups("query groups", QueryPointGroups.newBuilder()
        .setQuery(nearest(QUERY)).setUsing("dense").setGroupBy("city").setGroupSize(2).setLimit(3)
        .setWithPayload(CITY));
    queryGroups("query groups with lookup", QueryPointGroups.newBuilder()
        .setQuery(nearest(QUERY)).setUsing("dense").setGroupBy("owner").setGroupSize(2).setLimit(4)
        .setWithLookup(LOOKUP).setFilter(CHEAPER));
    queryGroups("query groups of numbers", QueryPointGroups.newBuilder()
        .setQuery(nearest(QUERY)).setUsing("dense").setGroupBy("number").setGroupSize(1).setLimit(20));
    queryGroups("query groups over prefetches", QueryPointGroups.newBuilder()
        .addPrefetch(NEAR_DENSE).addPrefetch(NEAR_WORDS).setQuery(fusion(Fusion.RRF))
        .setGroupBy("city").setGroupSize(2).setLimit(3));
  }

  void steps() {
    nearestSteps();
    exampleSteps();
    rankingSteps();
    shapedSteps();
    var drawn = from().setQuery(sample(Sample.Random)).setLimit(100).build();
    step("query: sample", () -> client.queryAsync(drawn), Canonical::idSet);
    query("query of default vectors", QueryPoints.newBuilder()
        .setCollectionName("plain").setQuery(nearest(1f, 1f, 1f)).setLimit(3)
        .setWithPayload(enable(true)).setWithVectors(VECTORS));
    var all = List.of(first().build(), over(fusion(Fusion.RRF), 3).build(), dense(average(), 4).build());
    step("query batch", () -> client.queryBatchAsync(ITEMS, all), Canonical::batch);
    groupSteps();
  }
}
