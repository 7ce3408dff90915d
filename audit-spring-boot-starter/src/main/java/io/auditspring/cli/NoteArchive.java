package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;

import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in files, one or several in each: in a single one, or in all below a
 * directory.
 *
 * @param notes the signed notes
 */
record NoteArchive(List<String> notes) implements CheckpointAnchor {

	/** Lines of text, an empty one, lines of signatures. */
	private static final Pattern NOTE = Pattern.compile("(?:[^\\n\\u2014][^\\n]*\\n)+\\n(?:\\u2014 [^\\n]+\\n)+");

	static NoteArchive read(Path path) throws IOException {
		List<String> notes = new ArrayList<>();
		try (Stream<Path> files = Files.walk(path)) {
			for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
				Matcher note = NOTE.matcher(Files.readString(file));
				int before = notes.size();
				while (note.find()) {
					notes.add(note.group());
				}
				if (notes.size() == before) {
					throw new IllegalArgumentException("'%s' holds no checkpoint".formatted(file));
				}
			}
		}
		if (notes.isEmpty()) {
			throw new IllegalArgumentException("'%s' holds no checkpoints".formatted(path));
		}
		return new NoteArchive(notes);
	}

	@Override
	public void publish(String chain, long size, String note) {
		throw new UnsupportedOperationException("Files of checkpoints are only read here");
	}

	/**
	 * Which chains the notes are of, besides those that are known: of a chain that is
	 * gone altogether nothing else may be left.
	 * @param known the chains that are known
	 * @param origin what notes name before the chain, or {@code null} if any will do
	 * @return the names of others
	 */
	List<String> others(Collection<String> known, @Nullable String origin) {
		return this.notes.stream()
			.map((note) -> note.lines().findFirst().orElse(""))
			.filter((log) -> log.contains("/") && (origin == null || log.startsWith(origin + "/")))
			.filter((log) -> known.stream().noneMatch((chain) -> log.endsWith("/" + chain)))
			.map((log) -> log.substring((origin != null) ? origin.length() + 1 : log.lastIndexOf('/') + 1))
			.distinct()
			.toList();
	}

	@Override
	public List<String> notes(String chain) {
		return this.notes.stream().filter((note) -> note.lines().findFirst().orElse("").endsWith("/" + chain)).toList();
	}

}
