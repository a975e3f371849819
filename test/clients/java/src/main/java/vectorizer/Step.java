package vectorizer;

import com.google.common.util.concurrent.ListenableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Runs steps and prints one JSON line for each. */
final class Step {
  private Step() {}

  /** A call of the client, which begins when it is asked for. */
  interface Call<T> {
    ListenableFuture<T> begin();
  }

  static <T> void step(String name, Call<T> call, Function<T, Object> canonical) {
    try {
      print(name, "answer", canonical.apply(call.begin().get()));
    } catch (ExecutionException failed) {
      print(name, "answer", Canonical.failure(failed.getCause()));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  static void skip(String name, String reason) {
    print(name, "skipped", reason);
  }

  private static void print(String name, String key, Object value) {
    System.out.println(Canonical.GSON.toJson(Canonical.object("step", name, key, value)));
  }
}
