package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in files, one or several in each: in single ones, or in all below a
 * directory.
 *
 * @param origin what the first line of each names before the chain
 * @param notes the signed notes
 */
record NoteArchive(String origin, List<String> notes) implements CheckpointAnchor {

	/** Lines of text, an empty one, lines of signatures. */
	private static final Pattern NOTE = Pattern.compile("(?:[^\\n\\u2014][^\\n]*\\n)+\\n(?:\\u2014 [^\\n]+\\n)+");

	/**
	 * Reads files.
	 * @param paths files and directories
	 * @param origin of which origin the notes count, or {@code null} if all are of one
	 * @return the notes
	 * @throws IOException if they cannot be read
	 * @throws IllegalArgumentException if there are none, or of several origins
	 */
	static NoteArchive read(List<Path> paths, @Nullable String origin) throws IOException {
		List<String> notes = new ArrayList<>();
		for (Path path : paths) {
			try (Stream<Path> files = Files.walk(path)) {
				for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
					notes.addAll(read(file));
				}
			}
		}
		if (origin != null) {
			notes.removeIf((note) -> !log(note).startsWith(origin + "/"));
		}
		if (notes.isEmpty()) {
			throw new IllegalArgumentException("%s holds no checkpoints%s".formatted(paths,
					(origin != null) ? " of origin '%s'".formatted(origin) : ""));
		}
		return new NoteArchive((origin != null) ? origin : onlyOrigin(notes), notes);
	}

	private static List<String> read(Path file) throws IOException {
		List<String> notes = NOTE.matcher(Files.readString(file)).results().map(MatchResult::group).toList();
		if (notes.isEmpty()) {
			throw new IllegalArgumentException("'%s' holds no checkpoint".formatted(file));
		}
		return notes;
	}

	/** Another ledger may well have a chain of the same name. */
	private static String onlyOrigin(List<String> notes) {
		Set<String> origins = new TreeSet<>();
		notes.forEach((note) -> origins.add(log(note).substring(0, Math.max(log(note).lastIndexOf('/'), 0))));
		if (origins.size() > 1) {
			throw new IllegalArgumentException(
					"The checkpoints kept elsewhere are of several origins: say by --origin which of %s is this ledger's"
						.formatted(origins));
		}
		return origins.iterator().next();
	}

	private static String log(String note) {
		return note.substring(0, note.indexOf('\n'));
	}

	@Override
	public void publish(String chain, long size, String note) {
		throw new UnsupportedOperationException("Files of checkpoints are only read here");
	}

	@Override
	public Set<String> chains() {
		return this.notes.stream()
			.map(NoteArchive::log)
			.filter((log) -> log.startsWith(this.origin + "/"))
			.map((log) -> log.substring(this.origin.length() + 1))
			.collect(Collectors.toSet());
	}

	@Override
	public List<String> notes(String chain) {
		return this.notes.stream().filter((note) -> log(note).endsWith("/" + chain)).toList();
	}

}
