package vectorizer;

import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.nullValue;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorFactory.multiVector;
import static io.qdrant.client.VectorFactory.vector;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static io.qdrant.client.WithPayloadSelectorFactory.enable;
import static vectorizer.Filters.must;
import static vectorizer.PointSteps.VECTORS;
import static vectorizer.Scenario.ITEMS;
import static vectorizer.Scenario.LARGEST;
import static vectorizer.Step.step;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.Document;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PointVectors;
import io.qdrant.client.grpc.Points.PointsIdsList;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SparseIndices;
import io.qdrant.client.grpc.Points.UpdateMode;
import io.qdrant.client.grpc.Points.UpdatePointVectors;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.VectorsSelector;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

final class ChangeSteps {
  private final QdrantClient client;
  private final CollectionSteps collections;
  private final PointSteps points;
  private final QuerySteps query;

  ChangeSteps(QdrantClient client, CollectionSteps collections, PointSteps points, QuerySteps query) {
    this.client = client;
    this.collections = collections;
    this.points = points;
    this.query = query;
  }

  private static PointsSelector selected(long... ids) {
    var all = PointsIdsList.newBuilder();
    Arrays.stream(ids).forEach(one -> all.addIds(id(one)));
    return PointsSelector.newBuilder().setPoints(all).build();
  }

  private static PointsSelector matching(Filter filter) {
    return PointsSelector.newBuilder().setFilter(filter).build();
  }

  private static Filter numberIs(long number) {
    return must(match("number", number));
  }

  private static Filter cityIs(String city) {
    return must(matchKeyword("city", city));
  }

  private static PointVectors vectorsOf(long point, Map<String, Vector> named) {
    return PointVectors.newBuilder().setId(id(point)).setVectors(namedVectors(named)).build();
  }

  private static Map<String, Vector> dense(float... values) {
    return Map.of("dense", vector(values));
  }

  private static PointStruct inCity(long point, String city, Map<String, Vector> named) {
    return PointStruct.newBuilder()
        .setId(id(point)).setVectors(namedVectors(named)).putPayload("city", value(city)).build();
  }

  private void setPayload(String name, Map<String, Value> payload, PointsSelector selector, String key) {
    step(name, () -> client.setPayloadAsync(ITEMS, payload, selector, true, key, null, null), Canonical::update);
  }

  private void payloadSteps() {
    var fresh = list(List.of(value(1), value(2.0), value("three")));
    var rome = Map.of("city", value("Rome"), "number", value(88), "fresh", fresh);
    setPayload("set payload", rome, selected(8, 7), null);
    setPayload("set payload under a key", Map.of("e", value(Long.MIN_VALUE)), selected(2), "nested.a");
    setPayload("set payload by filter", Map.of("country", value("France")), matching(cityIs("Paris")), null);
    var geneva = Map.of("city", value("Genève"), "nothing", nullValue());
    step("overwrite payload", () -> client.overwritePayloadAsync(ITEMS, geneva, id(3), true, null, null),
        Canonical::update);
    var keys = List.of("mixed", "nested.a.b[].d");
    step("delete payload", () -> client.deletePayloadAsync(ITEMS, keys, id(1), true, null, null), Canonical::update);
    step("clear payload", () -> client.clearPayloadAsync(ITEMS, numberIs(12), true, null, null), Canonical::update);
    step("clear payload of ids", () -> client.clearPayloadAsync(ITEMS, id(4), true, null, null), Canonical::update);
  }

  private void updateVectors(String name, UpdatePointVectors.Builder request) {
    var whole = request.setCollectionName(ITEMS).setWait(true).build();
    step(name, () -> client.updateVectorsAsync(whole), Canonical::update);
  }

  private void deleteVectors(String name, PointsSelector selector, String... names) {
    step(name, () -> client.deleteVectorsAsync(ITEMS, List.of(names), selector, true, null, null), Canonical::update);
  }

  private void vectorSteps() {
    var named = Map.of(
        "words", vector(List.of(0.5f, 0.25f), List.of(3, 1)),
        "rows", multiVector(new float[][] {{0.1f, 0.2f}}));
    updateVectors("update vectors", UpdatePointVectors.newBuilder()
        .addPoints(vectorsOf(8, named)).addPoints(vectorsOf(1, dense(0.25f, 0.25f, 0.5f, 0.5f))));
    updateVectors("update vectors with filter", UpdatePointVectors.newBuilder()
        .addPoints(vectorsOf(1, dense(1, 0, 0, 0)))
        .addPoints(vectorsOf(2, dense(0, 1, 0, 0)))
        .setUpdateFilter(numberIs(5)));
    deleteVectors("delete vectors", selected(3), "words", "rows");
    deleteVectors("delete vectors by filter", matching(must(hasId(id(7)))), "rows");
  }

  private static UpsertPoints.Builder upserted(PointStruct... all) {
    return UpsertPoints.newBuilder().setCollectionName(ITEMS).addAllPoints(List.of(all));
  }

  private void conditionalUpserts() {
    points.upsert("upsert with filter",
        upserted(inCity(1, "never", dense(0, 0, 1, 0)), inCity(8, "Napoli", dense(0, 0, 0, 1)))
            .setUpdateFilter(numberIs(88)));
    points.upsert("insert only",
        upserted(inCity(1, "never", Map.of()), inCity(50, "Bern", dense(0.5f, 0.5f, 0.1f, 0.2f)))
            .setUpdateMode(UpdateMode.InsertOnly));
    points.upsert("update only",
        upserted(inCity(50, "Basel", dense(0.6f, 0.1f, 0.1f, 0.2f)), inCity(51, "never", Map.of()))
            .setUpdateMode(UpdateMode.UpdateOnly));
  }

  /** Every kind of operation. */
  private static List<PointsUpdateOperation.Builder> operations() {
    var oslo = inCity(60, "Oslo", dense(0.4f, 0.3f, 0.2f, 0.1f)).toBuilder().putPayload("number", value(60)).build();
    var both = Map.of("dense", vector(0.1f, 0.1f, 0.7f, 0.7f), "words", vector(List.of(1.5f), List.of(7)));
    return List.of(
        PointsUpdateOperation.newBuilder().setUpsert(PointsUpdateOperation.PointStructList.newBuilder()
            .addPoints(oslo).addPoints(inCity(61, "Bergen", Map.of()))),
        PointsUpdateOperation.newBuilder().setSetPayload(PointsUpdateOperation.SetPayload.newBuilder()
            .putPayload("price", value(6.5)).putPayload("gone", value("soon")).setPointsSelector(selected(60))),
        PointsUpdateOperation.newBuilder().setOverwritePayload(PointsUpdateOperation.OverwritePayload.newBuilder()
            .putPayload("city", value("Tromsø"))
            .putPayload("inner", value(Map.of("kept", value(1))))
            .setPointsSelector(selected(61))),
        PointsUpdateOperation.newBuilder().setSetPayload(PointsUpdateOperation.SetPayload.newBuilder()
            .putPayload("added", value(2)).setKey("inner").setPointsSelector(selected(61))),
        PointsUpdateOperation.newBuilder().setDeletePayload(PointsUpdateOperation.DeletePayload.newBuilder()
            .addKeys("gone").setPointsSelector(selected(60))),
        PointsUpdateOperation.newBuilder().setUpdateVectors(PointsUpdateOperation.UpdateVectors.newBuilder()
            .addPoints(vectorsOf(61, both))),
        PointsUpdateOperation.newBuilder().setDeleteVectors(PointsUpdateOperation.DeleteVectors.newBuilder()
            .setPointsSelector(selected(61)).setVectors(VectorsSelector.newBuilder().addNames("words"))),
        PointsUpdateOperation.newBuilder().setClearPayload(PointsUpdateOperation.ClearPayload.newBuilder()
            .setPoints(matching(cityIs("Wien")))),
        PointsUpdateOperation.newBuilder().setDeletePoints(PointsUpdateOperation.DeletePoints.newBuilder()
            .setPoints(selected(6))));
  }

  /** Two fields that older clients send. */
  @SuppressWarnings("deprecation")
  private static List<PointsUpdateOperation.Builder> olderOperations() {
    return List.of(
        PointsUpdateOperation.newBuilder().setClearPayloadDeprecated(selected(50)),
        PointsUpdateOperation.newBuilder().setDeleteDeprecated(selected(51, 7)));
  }

  private static PointStruct withVector(long point, String name, Vector vector) {
    return PointStruct.newBuilder().setId(id(point)).setVectors(namedVectors(Map.of(name, vector))).build();
  }

  /** Vectors as older clients send them: without the oneof of kinds. */
  @SuppressWarnings("deprecation")
  private void olderVectors() {
    var dense = Vector.newBuilder().addAllData(List.of(0.7f, 0.1f, 0.1f, 0.7f)).build();
    var words = Vector.newBuilder()
        .addAllData(List.of(1.5f, 0.5f)).setIndices(SparseIndices.newBuilder().addData(9).addData(2)).build();
    var rows = Vector.newBuilder().addAllData(List.of(0.5f, 0.25f, 0.125f, 1f)).setVectorsCount(2).build();
    points.upsert("upsert of older vectors",
        upserted(withVector(80, "dense", dense), withVector(81, "words", words), withVector(82, "rows", rows)));
  }

  private static PointStruct document(long point, Document.Builder given) {
    return withVector(point, "words", vector(given.setModel("qdrant/bm25").build()));
  }

  private void batch(String name, List<PointsUpdateOperation.Builder> operations) {
    var all = operations.stream().map(PointsUpdateOperation.Builder::build).toList();
    step(name, () -> client.batchUpdateAsync(ITEMS, all, true, null, null), Canonical::updates);
  }

  void steps() {
    payloadSteps();
    vectorSteps();
    conditionalUpserts();
    batch("update batch", operations());
    batch("update batch, older forms", olderOperations());
    olderVectors();
    var german = Map.of("language", value("german"), "avg_len", value(4));
    points.upsert("upsert of documents", upserted(
        document(91, Document.newBuilder().setText("brown foxes jump")),
        document(92, Document.newBuilder().setText("the lazy dog").putAllOptions(german))));
    // The client waits unless it is asked not to.
    var riga = upserted(inCity(90, "Riga", Map.of())).setWait(false).build();
    step("upsert without waiting", () -> client.upsertAsync(riga), Canonical::update);
    step("delete points", () -> client.deleteAsync(ITEMS, List.of(LARGEST, id(999))), Canonical::update);
    step("delete points by filter", () -> client.deleteAsync(ITEMS, cityIs("Tromsø")), Canonical::update);
    points.scroll("everything that is left",
        ScrollPoints.newBuilder().setLimit(100).setWithPayload(enable(true)).setWithVectors(VECTORS));
    var foxes = Document.newBuilder().setText("foxes").setModel("qdrant/bm25").build();
    query.query("query: a document", QuerySteps.from().setQuery(nearest(foxes)).setUsing("words").setLimit(3));
    points.count("count what is left", CountPoints.newBuilder().setCollectionName(ITEMS).setExact(true));
    step("delete index", () -> client.deletePayloadIndexAsync(ITEMS, "owner", true, null, null), Canonical::update);
    collections.info("payload indexes that are left", ITEMS, Canonical::schema);
  }
}
