package vectorizer;

import static io.qdrant.client.PointIdFactory.id;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Common.PointId;
import java.util.List;
import java.util.UUID;

/**
 * The shared scenario with Java's official client. Prints one JSON line a step (../README.md).
 *
 * <pre>mvn -q compile exec:java -Dexec.args="127.0.0.1 6334"</pre>
 *
 * Skipped: what the messages of io.qdrant:client 1.18 do not have (prefix and slice conditions, idf of a part).
 */
public final class Scenario {
  static final String ITEMS = "items";
  static final List<Float> QUERY = List.of(0.3f, 0.5f, 0.2f, 0.4f);
  static final long BIG = 9007199254740993L;
  /** The largest id of 64 bits: Java has no unsigned numbers. */
  static final PointId LARGEST = id(-1L);
  static final PointId UUID_ID = id(UUID.fromString("f47ac10b-58cc-4372-a567-0e02b2c3d479"));

  private Scenario() {}

  public static void main(String[] arguments) throws Exception {
    var channel = QdrantGrpcClient.newBuilder(arguments[0], Integer.parseInt(arguments[1]), false, false);
    try (QdrantClient client = new QdrantClient(channel.build())) {
      var collections = new CollectionSteps(client);
      var points = new PointSteps(client);
      var search = new SearchSteps(client);
      var query = new QuerySteps(client);
      collections.firstSteps();
      points.writeSteps();
      points.readSteps();
      search.steps();
      query.steps();
      new ErrorSteps(client, collections, points, search, query).steps();
      new ChangeSteps(client, collections, points, query).steps();
      new LargeSteps(client, points).steps();
      new AliasSteps(client, collections).steps();
      collections.lastSteps();
    }
  }
}
