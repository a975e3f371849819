package vectorizer;

import static vectorizer.Scenario.ITEMS;
import static vectorizer.Step.step;

import com.google.common.util.concurrent.ListenableFuture;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.Collections.AliasOperations;
import io.qdrant.client.grpc.Collections.CollectionOperationResponse;
import io.qdrant.client.grpc.Collections.CreateAlias;
import io.qdrant.client.grpc.Collections.DeleteAlias;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.ListAliasesResponse;
import io.qdrant.client.grpc.Collections.ListCollectionAliasesRequest;
import io.qdrant.client.grpc.Collections.VectorParams;
import java.util.List;

/** Other names of collections. */
final class AliasSteps {
  private final QdrantClient client;
  private final CollectionSteps collections;

  AliasSteps(QdrantClient client, CollectionSteps collections) {
    this.client = client;
    this.collections = collections;
  }

  private static AliasOperations create(String alias, String collection) {
    return AliasOperations.newBuilder()
        .setCreateAlias(CreateAlias.newBuilder().setAliasName(alias).setCollectionName(collection)).build();
  }

  private static AliasOperations delete(String alias) {
    return AliasOperations.newBuilder().setDeleteAlias(DeleteAlias.newBuilder().setAliasName(alias)).build();
  }

  private static void done(String name, Step.Call<CollectionOperationResponse> call) {
    step(name, call, CollectionOperationResponse::getResult);
  }

  private void changed(String name, AliasOperations... actions) {
    done(name, () -> client.updateAliasesAsync(List.of(actions)));
  }

  private void listed(String name) {
    step(name, () -> client.listAliasesAsync(), Canonical::aliases);
  }

  /** The client's own method gives names: their collection is known to its stub alone. */
  private ListenableFuture<ListAliasesResponse> ofItems() {
    var request = ListCollectionAliasesRequest.newBuilder().setCollectionName(ITEMS).build();
    return client.grpcClient().collections().listCollectionAliases(request);
  }

  private void count(String name, String alias) {
    step(name, () -> client.countAsync(alias), count -> count);
  }

  private void usedSteps() {
    changed("create two aliases", create("today", ITEMS), create("best", ITEMS));
    step("list aliases of a collection", this::ofItems, found -> Canonical.aliases(found.getAliasesList()));
    listed("list aliases");
    count("count through an alias", "today");
    collections.info("info through an alias", "best", found -> found.getPointsCount());
    step("alias exists", () -> client.collectionExistsAsync("today"), exists -> exists);
    done("rename an alias", () -> client.renameAliasAsync("today", "yesterday"));
    done("create over an alias", () -> client.createAliasAsync("best", "plain"));
    step("names of the aliases of a collection", () -> client.listCollectionAliasesAsync(ITEMS), names -> names);
    listed("list aliases, changed");
    count("count through a changed alias", "best");
    count("error: count through an old name", "today");
    changed("delete an alias and an unknown one", delete("best"), delete("unknown"));
  }

  void steps() {
    usedSteps();
    done("error: alias of no such collection", () -> client.createAliasAsync("best", "nothing"));
    done("error: alias of an alias", () -> client.createAliasAsync("best", "yesterday"));
    done("error: alias with a collection's name", () -> client.createAliasAsync("plain", ITEMS));
    done("error: rename of an unknown alias", () -> client.renameAliasAsync("unknown", "best"));
    var vectors = VectorParams.newBuilder().setSize(1).setDistance(Distance.Dot).build();
    done("error: collection with an alias's name", () -> client.createCollectionAsync("yesterday", vectors));
    // The client's own method makes an exception of `false`.
    var alias = DeleteCollection.newBuilder().setCollectionName("yesterday").build();
    done("delete a collection by its alias", () -> client.grpcClient().collections().delete(alias));
    changed("error: the second of three actions", create("kept", "plain"), create("lost", "nothing"), delete("kept"));
    listed("list aliases, after an error");
    done("delete an alias", () -> client.deleteAliasAsync("yesterday"));
    step("list aliases of a collection: none", this::ofItems, found -> Canonical.aliases(found.getAliasesList()));
  }
}
