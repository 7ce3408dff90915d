package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A directory that fails, or stops, when it is told to: before a file is kept, or after.
 */
final class FaultyStore implements ArchiveStore {

	private final DirectoryArchiveStore store;

	private int failsAt;

	private int stopsAt;

	private int steps;

	private Meanwhile whenListed = () -> {
	};

	private boolean damages;

	private int meanwhileAt;

	private Meanwhile meanwhile = () -> {
	};

	FaultyStore(Path directory) {
		this.store = new DirectoryArchiveStore(directory);
	}

	void failAt(int step) {
		this.failsAt = step;
		this.steps = 0;
	}

	/** What somebody else does at a step, once. */
	void onStep(int step, Meanwhile meanwhile) {
		this.steps = 0;
		this.meanwhileAt = step;
		this.meanwhile = meanwhile;
	}

	/** What happens whenever the files of a range are listed. */
	void onList(Meanwhile meanwhile) {
		this.whenListed = meanwhile;
	}

	private static void happens(Meanwhile meanwhile) throws IOException {
		try {
			meanwhile.happens();
		}
		catch (Exception ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * What somebody else does.
	 */
	interface Meanwhile {

		void happens() throws Exception;

	}

	void stopAt(int step) {
		this.stopsAt = step;
	}

	void damage() {
		this.damages = true;
	}

	@Override
	public boolean putIfAbsent(String name, Path content) throws IOException {
		step();
		boolean kept = this.store.putIfAbsent(name, content);
		if (this.damages && name.endsWith("core.parquet")) {
			Files.write(this.store.local(name).orElseThrow(), new byte[100]);
		}
		step();
		return kept;
	}

	private void step() throws IOException {
		this.steps++;
		if (this.steps == this.meanwhileAt) {
			this.meanwhileAt = 0;
			happens(this.meanwhile);
		}
		if (this.steps == this.failsAt) {
			throw new IOException("died at step " + this.steps);
		}
		if (this.steps == this.stopsAt) {
			System.out.println("at step " + this.steps);
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		}
	}

	@Override
	public InputStream read(String name) throws IOException {
		return this.store.read(name);
	}

	@Override
	public List<String> list() throws IOException {
		return this.store.list();
	}

	@Override
	public List<String> list(String directory) throws IOException {
		happens(this.whenListed);
		return this.store.list(directory);
	}

	@Override
	public void delete(String name) throws IOException {
		step();
		this.store.delete(name);
		step();
	}

	@Override
	public Optional<Path> local(String name) {
		return this.store.local(name);
	}

}
