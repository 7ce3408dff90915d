package io.auditspring.ledger.internal.file;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class WholeFilesTests {

	@TempDir
	Path directory;

	@Test
	void aFileIsCreatedOnce() throws IOException {
		createTwice(this.directory.resolve("notes").resolve("1.note"));
	}

	/** As that of a shared drive: here it is that of a ZIP file. */
	@Test
	void aFileIsCreatedOnceAlsoWhereTheFileSystemHasNoHardLinks() throws IOException {
		try (FileSystem zip = FileSystems.newFileSystem(this.directory.resolve("files.zip"),
				Map.of("create", "true"))) {
			createTwice(zip.getPath("notes", "1.note"));
		}
	}

	private static void createTwice(Path file) throws IOException {
		assertThat(WholeFiles.create(file, "first")).isTrue();
		assertThat(WholeFiles.create(file, "second")).isFalse();
		assertThat(file).hasContent("first");
		assertNothingIsBeside(file);
	}

	@Test
	void aFileIsReplaced() throws IOException {
		Path file = this.directory.resolve("1.note");
		WholeFiles.replace(file, "first");
		WholeFiles.replace(file, "second");
		assertThat(file).hasContent("second");
		assertNothingIsBeside(file);
	}

	@Test
	void onlyTheOwnerReadsIt() throws IOException {
		Path file = this.directory.resolve("key.pem");
		WholeFiles.create(file, "secret");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
	}

	private static void assertNothingIsBeside(Path file) throws IOException {
		try (Stream<Path> files = Files.list(file.toAbsolutePath().getParent())) {
			assertThat(files.map((each) -> each.getFileName().toString()))
				.containsExactly(file.getFileName().toString());
		}
	}

}
