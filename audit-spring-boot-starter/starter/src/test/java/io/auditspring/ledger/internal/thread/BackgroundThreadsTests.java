package io.auditspring.ledger.internal.thread;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a thread takes over from the one that makes it.
 */
class BackgroundThreadsTests {

	private final InheritableThreadLocal<String> user = new InheritableThreadLocal<>();

	@Test
	void itKnowsNothingOfWhomeverMakesItButHowToFindClasses() throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader ours = new URLClassLoader(new URL[0], before);
				URLClassLoader other = new URLClassLoader(new URL[0], before)) {
			Thread.currentThread().setContextClassLoader(ours);
			this.user.set("alice");
			assertThat(seen(BackgroundThreads.named("test"))).isEqualTo(new Seen(null, ours, "test", true));
			assertThat(seen(BackgroundThreads.numbered("test-").withContextClassLoader(other)))
				.isEqualTo(new Seen(null, other, "test-1", true));
		}
		finally {
			this.user.remove();
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private Seen seen(BackgroundThreads threads) {
		CompletableFuture<Seen> seen = new CompletableFuture<>();
		threads.newThread(() -> {
			Thread thread = Thread.currentThread();
			seen.complete(
					new Seen(this.user.get(), thread.getContextClassLoader(), thread.getName(), thread.isDaemon()));
		}).start();
		return seen.join();
	}

	private record Seen(String user, ClassLoader loader, String name, boolean daemon) {

	}

}
