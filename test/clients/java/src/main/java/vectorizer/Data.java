package vectorizer;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.nullValue;
import static io.qdrant.client.ValueFactory.value;
import static io.qdrant.client.VectorFactory.multiVector;
import static io.qdrant.client.VectorFactory.vector;
import static io.qdrant.client.VectorsFactory.namedVectors;
import static io.qdrant.client.VectorsFactory.vectors;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The points of ../data.json. */
final class Data {
  private Data() {}

  /** Under `items` or `plain`. Maven runs the program in the folder of pom.xml. */
  static List<PointStruct> points(String name) {
    try {
      JsonObject data = JsonParser.parseString(Files.readString(Path.of("../data.json"))).getAsJsonObject();
      return data.getAsJsonArray(name).asList().stream().map(one -> point(one.getAsJsonObject())).toList();
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private static PointStruct point(JsonObject given) {
    Vectors vectors = given.has("vectors")
        ? namedVectors(namedVector(given.getAsJsonObject("vectors")))
        : vectors(floats(given.getAsJsonArray("vector")));
    return PointStruct.newBuilder()
        .setId(pointId(given.get("id").getAsString()))
        .setVectors(vectors)
        .putAllPayload(payload(given.getAsJsonObject("payload")))
        .build();
  }

  private static PointId pointId(String text) {
    return text.contains("-") ? id(UUID.fromString(text)) : id(Long.parseUnsignedLong(text));
  }

  private static Map<String, Vector> namedVector(JsonObject given) {
    Map<String, Vector> answer = new LinkedHashMap<>();
    given.asMap().forEach((name, each) -> answer.put(name, anyVector(each)));
    return answer;
  }

  /** A list of numbers, a list of lists, or indices with values. */
  private static Vector anyVector(JsonElement given) {
    if (given.isJsonObject()) {
      JsonObject sparse = given.getAsJsonObject();
      List<Integer> indices = sparse.getAsJsonArray("indices").asList().stream()
          .map(index -> Integer.parseUnsignedInt(index.getAsString())).toList();
      return vector(floats(sparse.getAsJsonArray("values")), indices);
    }
    JsonArray all = given.getAsJsonArray();
    if (all.get(0).isJsonArray())
      return multiVector(all.asList().stream().map(row -> floats(row.getAsJsonArray())).toList());
    return vector(floats(all));
  }

  private static List<Float> floats(JsonArray given) {
    return given.asList().stream().map(JsonElement::getAsFloat).toList();
  }

  private static Map<String, Value> payload(JsonObject given) {
    Map<String, Value> answer = new LinkedHashMap<>();
    given.asMap().forEach((key, each) -> answer.put(key, anyValue(each)));
    return answer;
  }

  private static Value anyValue(JsonElement given) {
    if (given.isJsonNull()) return nullValue();
    if (given.isJsonArray()) return list(given.getAsJsonArray().asList().stream().map(Data::anyValue).toList());
    if (given.isJsonObject()) return value(payload(given.getAsJsonObject()));
    JsonPrimitive scalar = given.getAsJsonPrimitive();
    if (scalar.isBoolean()) return value(scalar.getAsBoolean());
    if (scalar.isString()) return value(scalar.getAsString());
    // Numbers with a point are doubles, others integers.
    String text = scalar.getAsString();
    return text.matches("-?\\d+") ? value(Long.parseLong(text)) : value(Double.parseDouble(text));
  }
}
