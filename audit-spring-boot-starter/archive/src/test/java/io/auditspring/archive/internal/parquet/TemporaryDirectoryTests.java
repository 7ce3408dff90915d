/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.archive.ArchiveOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No entry stays where it was put for a moment, also if the process is killed.
 */
class TemporaryDirectoryTests {

	@TempDir
	Path parent;

	private ArchiveOptions options() {
		return new ArchiveOptions(this.parent, "64MB", 1);
	}

	private List<Path> left() throws Exception {
		try (Stream<Path> files = Files.list(this.parent)) {
			return files.filter(Files::isDirectory).toList();
		}
	}

	@Test
	void itIsTheOwnersAloneAndGoneWithAllThatIsInIt() throws Exception {
		try (TemporaryDirectory directory = TemporaryDirectory.create(options())) {
			Files.writeString(Files.createDirectories(directory.path().resolve("a/b")).resolve("c"), "entry");
			assertThat(Files.getPosixFilePermissions(directory.path())).containsExactlyInAnyOrder(
					PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
		}
		assertThat(this.parent).isEmptyDirectory();
	}

	@Test
	void whatAKilledProcessLeftIsDeletedByTheNextButNotWhatIsInUse() throws Exception {
		Process killed = child();
		Process alive = child();
		try (TemporaryDirectory own = TemporaryDirectory.create(options())) {
			assertThat(left()).hasSize(3);
			killed.destroyForcibly().waitFor();
			assertThat(left()).hasSize(3);
			try (TemporaryDirectory next = TemporaryDirectory.create(options())) {
				assertThat(left()).hasSize(3).contains(own.path(), next.path());
			}
		}
		finally {
			alive.destroyForcibly().waitFor();
		}
		TemporaryDirectory.create(options()).close();
		assertThat(this.parent).isEmptyDirectory();
	}

	@Test
	void whatOnlyLooksLikeOneIsLeftAlone() throws Exception {
		Path other = Files.createDirectory(this.parent.resolve("audit-archive-reports"));
		Path elsewhere = Files.writeString(Files.createDirectory(this.parent.resolve("elsewhere")).resolve("f"), "x");
		Files.createFile(this.parent.resolve("audit-archive-link.lock"));
		Files.createSymbolicLink(this.parent.resolve("audit-archive-link"), elsewhere.getParent());
		TemporaryDirectory.create(options()).close();
		assertThat(other).exists();
		assertThat(elsewhere).exists();
	}

	private Process child() throws Exception {
		Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-classpath", System.getProperty("java.class.path"), Child.class.getName(), this.parent.toString())
			.redirectErrorStream(true)
			.start();
		BufferedReader out = child.inputReader();
		assertThat(out.readLine()).isEqualTo("made");
		return child;
	}

	/**
	 * A process that makes a directory, and waits to be killed.
	 */
	static final class Child {

		private Child() {
		}

		public static void main(String[] arguments) throws Exception {
			TemporaryDirectory made = TemporaryDirectory.create(new ArchiveOptions(Path.of(arguments[0]), "64MB", 1));
			Files.writeString(made.path().resolve("payload"), "entry");
			System.out.println("made");
			Thread.sleep(600_000);
		}

	}

}
