package vectorizer;

import static io.qdrant.client.ConditionFactory.datetimeRange;
import static io.qdrant.client.ConditionFactory.filter;
import static io.qdrant.client.ConditionFactory.geoBoundingBox;
import static io.qdrant.client.ConditionFactory.geoPolygon;
import static io.qdrant.client.ConditionFactory.geoRadius;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.hasVector;
import static io.qdrant.client.ConditionFactory.isEmpty;
import static io.qdrant.client.ConditionFactory.isNull;
import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.ConditionFactory.matchExceptKeywords;
import static io.qdrant.client.ConditionFactory.matchExceptValues;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.matchKeywords;
import static io.qdrant.client.ConditionFactory.matchPhrase;
import static io.qdrant.client.ConditionFactory.matchText;
import static io.qdrant.client.ConditionFactory.matchTextAny;
import static io.qdrant.client.ConditionFactory.matchValues;
import static io.qdrant.client.ConditionFactory.nested;
import static io.qdrant.client.ConditionFactory.range;
import static io.qdrant.client.ConditionFactory.valuesCount;
import static io.qdrant.client.PointIdFactory.id;
import static vectorizer.Scenario.BIG;
import static vectorizer.Scenario.LARGEST;
import static vectorizer.Scenario.UUID_ID;

import com.google.protobuf.Timestamp;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.GeoLineString;
import io.qdrant.client.grpc.Common.GeoPoint;
import io.qdrant.client.grpc.Common.MinShould;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Common.ValuesCount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every kind of condition. */
final class Filters {
  private Filters() {}

  static final Condition FLAG = match("flag", true);
  private static final Condition BERLIN = matchKeyword("city", "Berlin");
  private static final Condition BELOW_10 = range("price", Range.newBuilder().setLt(10).build());
  static final Filter CHEAP = must(BELOW_10);
  static final Filter CHEAPER = must(range("price", Range.newBuilder().setLt(20).build()));

  static Filter must(Condition... conditions) {
    return Filter.newBuilder().addAllMust(List.of(conditions)).build();
  }

  private static Filter should(Condition... conditions) {
    return Filter.newBuilder().addAllShould(List.of(conditions)).build();
  }

  static Filter mustNot(Condition... conditions) {
    return Filter.newBuilder().addAllMustNot(List.of(conditions)).build();
  }

  private static MinShould atLeast(long count, Condition... conditions) {
    return MinShould.newBuilder().addAllConditions(List.of(conditions)).setMinCount(count).build();
  }

  private static Condition field(FieldCondition.Builder condition) {
    return Condition.newBuilder().setField(condition).build();
  }

  /** Of longitudes and latitudes in turn. */
  private static GeoLineString ring(double... corners) {
    var line = GeoLineString.newBuilder();
    for (int at = 0; at < corners.length; at += 2)
      line.addPoints(GeoPoint.newBuilder().setLon(corners[at]).setLat(corners[at + 1]));
    return line.build();
  }

  private static Timestamp moment(long seconds, int nanos) {
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static void matches(Map<String, Optional<Filter>> all) {
    all.put("keyword", Optional.of(must(BERLIN)));
    all.put("keyword beyond ASCII", Optional.of(must(matchKeyword("city", "東京"))));
    all.put("integer", Optional.of(must(match("number", BIG))));
    all.put("largest integer", Optional.of(must(match("number", Long.MAX_VALUE))));
    all.put("bool", Optional.of(must(match("flag", false))));
    all.put("uuid", Optional.of(must(matchKeyword("reference", "550E8400-E29B-41D4-A716-446655440000"))));
    all.put("keywords", Optional.of(must(matchKeywords("city", List.of("Paris", "Wien")))));
    all.put("integers", Optional.of(must(matchValues("number", List.of(1L, -7L, BIG)))));
    all.put("except keywords", Optional.of(must(matchExceptKeywords("tags", List.of("red", "blue")))));
    all.put("except integers", Optional.of(must(matchExceptValues("number", List.of(1L, 5L)))));
    all.put("text", Optional.of(must(matchText("text", "quick"))));
    all.put("phrase", Optional.of(must(matchPhrase("text", "quick brown"))));
    all.put("any text", Optional.of(must(matchTextAny("text", "dog bears"))));
    all.put("prefix", Optional.empty());
  }

  private static void ranges(Map<String, Optional<Filter>> all) {
    all.put("range", Optional.of(must(range("price", Range.newBuilder().setGt(2).setLte(41.125).build()))));
    all.put("range of integers", Optional.of(must(range("number", Range.newBuilder().setGte(5).setLt(100).build()))));
    var times = DatetimeRange.newBuilder().setGte(moment(1609459200, 0)).setLt(moment(1686825000, 1000)).build();
    all.put("range of times", Optional.of(must(datetimeRange("when", times))));
    all.put("geo box", Optional.of(must(geoBoundingBox("place", 53.5, 2.1, 48.1, 14.5))));
    all.put("geo radius", Optional.of(must(geoRadius("place", 52.52, 13.4, 5000))));
    var hole = ring(8, 47, 9, 47, 9, 48, 8, 48, 8, 47);
    var polygon = geoPolygon("place", ring(1, 45, 15, 45, 15, 55, 1, 55, 1, 45), List.of(hole));
    all.put("geo polygon", Optional.of(must(polygon)));
    var two = ValuesCount.newBuilder().setGte(2).setLt(3).build();
    all.put("values count", Optional.of(must(valuesCount("tags", two))));
  }

  private static void presence(Map<String, Optional<Filter>> all) {
    all.put("is empty", Optional.of(must(isEmpty("tags"))));
    all.put("is null", Optional.of(must(isNull("nothing"))));
    all.put("field is empty", Optional.of(must(field(FieldCondition.newBuilder().setKey("tags").setIsEmpty(false)))));
    all.put("field is null", Optional.of(must(field(FieldCondition.newBuilder().setKey("nothing").setIsNull(true)))));
    all.put("has id", Optional.of(must(hasId(List.of(id(2), id(999), id(BIG), LARGEST, UUID_ID)))));
    all.put("has vector", Optional.of(must(hasVector("words"))));
    all.put("slice", Optional.empty());
  }

  private static void clauses(Map<String, Optional<Filter>> all) {
    all.put("nested", Optional.of(must(nested("nested.a.b", must(match("c", 1), matchKeyword("d", "y"))))));
    var partly = must(range("a", Range.newBuilder().setGte(1).build())).toBuilder().addMustNot(match("b", 2)).build();
    all.put("nested with must not", Optional.of(must(nested("nested", partly))));
    all.put("path through lists", Optional.of(must(match("nested.a.b[].c", 2))));
    all.put("should", Optional.of(should(BERLIN, BELOW_10)));
    all.put("must not", Optional.of(mustNot(BERLIN, FLAG)));
    var two = Filter.newBuilder().setMinShould(atLeast(2, BERLIN, BELOW_10, FLAG)).build();
    all.put("min should", Optional.of(two));
    var either = should(BERLIN, filter(mustNot(FLAG)));
    all.put("filter within a filter", Optional.of(must(filter(either), BELOW_10)));
    var everyClause = Filter.newBuilder()
        .addMust(BELOW_10)
        .addAllShould(List.of(BERLIN, FLAG))
        .addMustNot(hasId(id(1)))
        .setMinShould(atLeast(1, BERLIN, FLAG))
        .build();
    all.put("all clauses", Optional.of(everyClause));
    all.put("everything", Optional.of(Filter.getDefaultInstance()));
  }

  /** By name, in order. Empty: not in the messages of this client. */
  static Map<String, Optional<Filter>> all() {
    Map<String, Optional<Filter>> all = new LinkedHashMap<>();
    matches(all);
    ranges(all);
    presence(all);
    clauses(all);
    return all;
  }
}
