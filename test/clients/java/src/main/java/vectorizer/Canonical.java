package vectorizer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.FacetValue;
import io.qdrant.client.grpc.Points.GroupId;
import io.qdrant.client.grpc.Points.OrderValue;
import io.qdrant.client.grpc.Points.PointGroup;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.SearchMatrixOffsets;
import io.qdrant.client.grpc.Points.SearchMatrixPairs;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.VectorOutput;
import io.qdrant.client.grpc.Points.VectorsOutput;
import io.qdrant.client.grpc.SnapshotsService.SnapshotDescription;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** From the answers of io.qdrant:client to the canonical form of ../README.md. */
final class Canonical {
  private Canonical() {}

  static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

  /** An object of names and values in turn. */
  static Map<String, Object> object(Object... pairs) {
    Map<String, Object> answer = new LinkedHashMap<>();
    for (int at = 0; at < pairs.length; at += 2) answer.put((String) pairs[at], pairs[at + 1]);
    return answer;
  }

  static <T> Object list(List<T> all, Function<T, Object> each) {
    return all.stream().map(each).toArray();
  }

  static String id(PointId id) {
    return id.hasUuid() ? id.getUuid() : Long.toUnsignedString(id.getNum());
  }

  static Object value(Value given) {
    return switch (given.getKindCase()) {
      case BOOL_VALUE -> given.getBoolValue();
      case INTEGER_VALUE -> given.getIntegerValue();
      case DOUBLE_VALUE -> given.getDoubleValue();
      case STRING_VALUE -> given.getStringValue();
      case LIST_VALUE -> list(given.getListValue().getValuesList(), Canonical::value);
      case STRUCT_VALUE -> values(given.getStructValue().getFieldsMap());
      default -> null;
    };
  }

  static Object values(Map<String, Value> given) {
    Map<String, Object> answer = object();
    given.forEach((key, each) -> answer.put(key, value(each)));
    return answer;
  }

  static Object vector(VectorOutput given) {
    return switch (given.getVectorCase()) {
      case DENSE -> given.getDense().getDataList();
      case SPARSE -> object(
          "indices", list(given.getSparse().getIndicesList(), Integer::toUnsignedLong),
          "values", given.getSparse().getValuesList());
      case MULTI_DENSE -> list(given.getMultiDense().getVectorsList(), row -> row.getDataList());
      default -> null;
    };
  }

  static Object vectors(VectorsOutput given) {
    if (given.hasVector()) return vector(given.getVector());
    Map<String, Object> answer = object();
    given.getVectors().getVectorsMap().forEach((name, each) -> answer.put(name, vector(each)));
    return answer;
  }

  private static Object order(OrderValue given) {
    return given.hasInt() ? (Object) given.getInt() : (Object) given.getFloat();
  }

  static Object point(ScoredPoint found) {
    Map<String, Object> answer = object("id", id(found.getId()), "payload", values(found.getPayloadMap()));
    answer.put("version", found.getVersion());
    answer.put("score", found.getScore());
    if (found.hasVectors()) answer.put("vector", vectors(found.getVectors()));
    if (found.hasOrderValue()) answer.put("order_value", order(found.getOrderValue()));
    return answer;
  }

  static Object record(RetrievedPoint found) {
    Map<String, Object> answer = object("id", id(found.getId()), "payload", values(found.getPayloadMap()));
    if (found.hasVectors()) answer.put("vector", vectors(found.getVectors()));
    if (found.hasOrderValue()) answer.put("order_value", order(found.getOrderValue()));
    return answer;
  }

  static Object points(List<ScoredPoint> found) {
    return list(found, Canonical::point);
  }

  static Object records(List<RetrievedPoint> found) {
    return list(found, Canonical::record);
  }

  static Object recordIds(ScrollResponse found) {
    return list(found.getResultList(), one -> id(one.getId()));
  }

  static Object idSet(List<ScoredPoint> found) {
    return found.stream().map(one -> id(one.getId())).sorted().toArray();
  }

  static Object batch(List<BatchResult> found) {
    return list(found, one -> points(one.getResultList()));
  }

  static Object page(ScrollResponse found) {
    Object next = found.hasNextPageOffset() ? id(found.getNextPageOffset()) : null;
    return object("points", records(found.getResultList()), "next", next);
  }

  private static Object groupId(GroupId given) {
    return switch (given.getKindCase()) {
      case UNSIGNED_VALUE -> given.getUnsignedValue();
      case INTEGER_VALUE -> given.getIntegerValue();
      default -> given.getStringValue();
    };
  }

  static Object groups(List<PointGroup> found) {
    return list(found, group -> {
      Map<String, Object> answer = object("id", groupId(group.getId()), "hits", points(group.getHitsList()));
      if (group.hasLookup()) answer.put("lookup", record(group.getLookup()));
      return answer;
    });
  }

  static Object update(UpdateResult done) {
    return object("operation_id", done.getOperationId(), "status", done.getStatus().name().toLowerCase());
  }

  static Object updates(List<UpdateResult> done) {
    return list(done, Canonical::update);
  }

  private static Object facetValue(FacetValue given) {
    return switch (given.getVariantCase()) {
      case STRING_VALUE -> given.getStringValue();
      case INTEGER_VALUE -> given.getIntegerValue();
      case BOOL_VALUE -> given.getBoolValue();
      default -> null;
    };
  }

  static Object facet(List<FacetHit> hits) {
    return list(hits, hit -> Arrays.asList(facetValue(hit.getValue()), hit.getCount()));
  }

  static Object pairs(SearchMatrixPairs found) {
    return list(found.getPairsList(), pair -> List.of(id(pair.getA()), id(pair.getB()), pair.getScore()));
  }

  static Object offsets(SearchMatrixOffsets found) {
    return object(
        "offsets_row", found.getOffsetsRowList(),
        "offsets_col", found.getOffsetsColList(),
        "scores", found.getScoresList(),
        "ids", list(found.getIdsList(), Canonical::id));
  }

  /** The fields that are set, by their names in the messages. */
  private static JsonObject message(MessageOrBuilder given) {
    try {
      String text = JsonFormat.printer().preservingProtoFieldNames().print(given);
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException(damaged);
    }
  }

  static Object info(CollectionInfo found) {
    JsonObject answer = message(found);
    JsonObject config = answer.getAsJsonObject("config");
    config.remove("metadata");
    return object(
        "status", answer.get("status"),
        "optimizer_status", answer.get("optimizer_status"),
        "segments_count", found.getSegmentsCount(),
        "points_count", found.getPointsCount(),
        "indexed_vectors_count", found.getIndexedVectorsCount(),
        "config", config,
        "metadata", values(found.getConfig().getMetadataMap()));
  }

  static Object schema(CollectionInfo found) {
    return object("points_count", found.getPointsCount(), "payload_schema", message(found).get("payload_schema"));
  }

  /** Pairs of an alias and its collection, by the alias. */
  static Object aliases(List<AliasDescription> found) {
    return found.stream()
        .map(alias -> List.of(alias.getAliasName(), alias.getCollectionName()))
        .sorted(Comparator.comparing(pair -> pair.get(0)))
        .toArray();
  }

  /** The digits of its name, a peer and a time, differ; its size and time are there or not. */
  static Object snapshot(SnapshotDescription found) {
    return object(
        "name", found.getName().replaceAll("[0-9]+", "N"),
        "has_size", found.getSize() > 0,
        "checksum_length", found.getChecksum().length(),
        "has_creation_time", found.hasCreationTime());
  }

  /** The first alone. */
  static Object snapshots(List<SnapshotDescription> found) {
    return found.stream().limit(1).map(Canonical::snapshot).toArray();
  }

  static Object failure(Throwable error) {
    Status status = Status.fromThrowable(error);
    return object("error", object("code", status.getCode().name(), "message", status.getDescription()));
  }
}
