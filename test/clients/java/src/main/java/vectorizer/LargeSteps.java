package vectorizer;

import static io.qdrant.client.PointIdFactory.id;
import static io.qdrant.client.QueryFactory.nearest;
import static io.qdrant.client.VectorsFactory.vectors;
import static vectorizer.Canonical.object;
import static vectorizer.PointSteps.VECTORS;
import static vectorizer.Step.step;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchParams;
import io.qdrant.client.grpc.Points.UpsertPoints;
import java.util.List;
import java.util.stream.IntStream;

/** Megabytes in one message each way, and many calls at once. */
final class LargeSteps {
  private static final String LARGE = "large";
  private static final int COUNT = 3000;
  private static final int SIZE = 256;
  private static final int CALLS = 100;

  private final QdrantClient client;
  private final PointSteps points;

  LargeSteps(QdrantClient client, PointSteps points) {
    this.client = client;
    this.points = points;
  }

  private static List<Float> vectorOf(long point) {
    return IntStream.range(0, SIZE)
        .mapToObj(at -> (float) ((point * 7919 + at * 104729L + point * at * 31) % 10007 / 10007.0))
        .toList();
  }

  private ListenableFuture<List<ScoredPoint>> search(int call) {
    return client.queryAsync(QueryPoints.newBuilder()
        .setCollectionName(LARGE)
        .setQuery(nearest(vectorOf(call * 29)))
        .setParams(SearchParams.newBuilder().setExact(true))
        .setLimit(3)
        .build());
  }

  private static Object summed(List<RetrievedPoint> found) {
    double sum = 0;
    for (RetrievedPoint point : found)
      for (float value : point.getVectors().getVector().getDense().getDataList()) sum += value;
    return object("count", found.size(), "sum", sum);
  }

  void steps() {
    var params = VectorParams.newBuilder().setSize(SIZE).setDistance(Distance.Euclid).build();
    step("create large", () -> client.createCollectionAsync(LARGE, params), done -> done.getResult());
    var all = UpsertPoints.newBuilder().setCollectionName(LARGE);
    for (int at = 0; at < COUNT; at++)
      all.addPoints(PointStruct.newBuilder().setId(id(at)).setVectors(vectors(vectorOf(at))));
    points.upsert("upsert large", all);
    var page = ScrollPoints.newBuilder()
        .setCollectionName(LARGE).setLimit(COUNT)
        .setWithVectors(VECTORS).setWithPayload(WithPayloadSelectorFactory.enable(false)).build();
    step("scroll large", () -> client.scrollAsync(page), found -> summed(found.getResultList()));
    step("many at once", () -> Futures.allAsList(IntStream.range(0, CALLS).mapToObj(this::search).toList()),
        answers -> Canonical.list(answers, found -> Canonical.list(found, one -> Canonical.id(one.getId()))));
    step("delete large", () -> client.deleteCollectionAsync(LARGE), done -> done.getResult());
  }
}
