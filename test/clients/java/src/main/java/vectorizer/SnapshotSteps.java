package vectorizer;

import static vectorizer.Scenario.ITEMS;
import static vectorizer.Step.step;

import io.qdrant.client.QdrantClient;
import io.qdrant.client.grpc.SnapshotsService.SnapshotDescription;

/** Snapshots of a collection and of the whole storage; what is made is deleted. */
final class SnapshotSteps {
  private final QdrantClient client;
  /** The name of the last one. */
  private String made = "";

  SnapshotSteps(QdrantClient client) {
    this.client = client;
  }

  private Object created(SnapshotDescription description) {
    made = description.getName();
    return Canonical.snapshot(description);
  }

  void steps() {
    step("create snapshot", () -> client.createSnapshotAsync(ITEMS), this::created);
    step("list snapshots", () -> client.listSnapshotAsync(ITEMS), Canonical::snapshots);
    step("delete snapshot", () -> client.deleteSnapshotAsync(ITEMS, "none"), done -> true);
    step("delete the snapshot", () -> client.deleteSnapshotAsync(ITEMS, made), done -> true);

    step("create full snapshot", () -> client.createFullSnapshotAsync(), this::created);
    step("list full snapshots", () -> client.listFullSnapshotAsync(), Canonical::snapshots);
    step("delete full snapshot", () -> client.deleteFullSnapshotAsync("none"), done -> true);
    step("delete the full snapshot", () -> client.deleteFullSnapshotAsync(made), done -> true);
  }
}
