/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.auditspring.delivery.internal.outbox.InDoubtEntries;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that takes what cannot be written to the database any more, and gives it
 * back when it can. Each time a file of its own, complete or not there at all, so that
 * instances never meet in one; that two of them take in the same file does no harm, as
 * what is in the ledger already is passed over.
 * <p>
 * Applications may be given the same directory: each has one of its own in it. Earlier
 * versions put their files beside these; their owners take them in from there.
 * <p>
 * Entries hold personal data: only the user of the process may read the files.
 */
final class Spool {

	private static final Logger logger = LoggerFactory.getLogger(Spool.class);

	private static final String SUFFIX = ".spool";

	private static final String UNFINISHED = ".tmp";

	/** Nobody writes a file for so long. */
	private static final Duration UNFINISHED_FOR = Duration.ofHours(1);

	private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

	private static final boolean POSIX = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

	private final Path shared;

	private final Path directory;

	private final SpoolOwner owner;

	private final LongAdder kept = new LongAdder();

	private final LongAdder takenIn = new LongAdder();

	/** Files of earlier versions that belong to somebody else. */
	private final Set<Path> passedOver = new HashSet<>();

	private volatile boolean pending = true;

	/** When to look for what other instances left here. */
	private long nextLook = System.nanoTime();

	private boolean probed;

	private boolean told;

	private boolean failed;

	private volatile boolean failing;

	Spool(Path directory, SpoolOwner owner) {
		this.shared = directory;
		this.directory = directory.resolve(owner.directory());
		this.owner = owner;
	}

	/**
	 * Writes a file. On return it is on disk.
	 * @param doubts what it holds
	 * @throws IOException if it cannot be written
	 */
	void keep(List<InDoubtEntries> doubts) throws IOException {
		createFile(doubts);
		keepOn(doubts.stream().mapToInt((doubt) -> doubt.entries().size()).sum());
	}

	/**
	 * Keeps a copy that is there, as nobody has written what it holds.
	 * @param entries how many entries of it were not written
	 */
	void keepOn(int entries) {
		this.pending = true;
		this.kept.add(entries);
	}

	/**
	 * Writes a file for as long as somebody else tries to write to the database. On
	 * return it is on disk.
	 * @param doubts what it holds
	 * @return the file, to be deleted
	 * @throws IOException if it cannot be written
	 */
	Path keepCopy(List<InDoubtEntries> doubts) throws IOException {
		return createFile(doubts);
	}

	/**
	 * Deletes a copy. One that stays does no harm: what the ledger has is not written
	 * again.
	 * @param copy the file, or {@code null}
	 */
	void delete(@Nullable Path copy) {
		try {
			if (copy != null) {
				Files.deleteIfExists(copy);
			}
		}
		catch (IOException ex) {
			logger.debug("{} could not be deleted", copy, ex);
		}
	}

	private Path createFile(List<InDoubtEntries> doubts) throws IOException {
		createDirectory();
		String name = System.currentTimeMillis() + "-" + UUID.randomUUID();
		Path unfinished = this.directory.resolve(name + UNFINISHED);
		try {
			write(unfinished, doubts);
			Path file = this.directory.resolve(name + SUFFIX);
			Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
			force(this.directory);
			return file;
		}
		finally {
			Files.deleteIfExists(unfinished);
		}
	}

	private void createDirectory() throws IOException {
		if (!Files.isDirectory(this.directory, LinkOption.NOFOLLOW_LINKS)) {
			Files.createDirectories(this.directory, only("rwx------"));
			force(this.shared);
		}
		requireOwn(this.directory);
	}

	private void write(Path file, List<InDoubtEntries> doubts) throws IOException {
		Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
		try (FileChannel channel = FileChannel.open(file, options, only("rw-------"));
				BufferedWriter out = new BufferedWriter(
						new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8))) {
			SpoolFile.write(out, this.owner.toString(), doubts);
			out.flush();
			channel.force(true);
		}
	}

	// That the file has its name must survive, too. Not every system can do that.
	private static void force(Path directory) {
		try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (IOException ex) {
			logger.debug("The directory {} could not be forced to disk", directory, ex);
		}
	}

	private static FileAttribute<?>[] only(String permissions) {
		return POSIX
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	// In a directory that others may write to, or that somebody else made, anybody could
	// plant entries. The one above it may be open, as volumes of containers are.
	private static void requireOwn(Path directory) throws IOException {
		if ((POSIX && !isPrivate(directory)) || !isOfThisUser(directory)) {
			throw new IOException(("The directory %s is not of this user, or may be written to by others, so what is "
					+ "in it cannot be trusted: give it to this user alone, or set audit.spool.directory")
				.formatted(directory));
		}
	}

	private static boolean isPrivate(Path directory) throws IOException {
		Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
		return !permissions.contains(PosixFilePermission.GROUP_WRITE)
				&& !permissions.contains(PosixFilePermission.OTHERS_WRITE);
	}

	private static boolean isOfThisUser(Path directory) throws IOException {
		Path probe = Files.createTempFile(directory, "owner", ".probe", only("rw-------"));
		try {
			return !POSIX || Files.getOwner(probe).equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS));
		}
		finally {
			Files.deleteIfExists(probe);
		}
	}

	/**
	 * Gives back what was kept, file by file; a file is deleted when all of it was taken.
	 * One that is damaged is set aside, and one of somebody else is left alone.
	 * @param taker takes it
	 * @param mayGoOn whether to go on after a file of which something was taken
	 * @return whether there may be more to take
	 * @throws SQLException what the taker throws; the file stays
	 */
	boolean takeIn(Taker taker, BooleanSupplier mayGoOn) throws SQLException {
		if (!this.pending && System.nanoTime() - this.nextLook < 0) {
			return false;
		}
		this.pending = false;
		this.failed = false;
		this.nextLook = System.nanoTime() + BETWEEN_LOOKS.toNanos();
		try {
			probe();
			boolean more = takeIn(files(), taker, mayGoOn);
			this.told &= this.failed;
			this.pending |= more;
			return more;
		}
		catch (IOException | UncheckedIOException | DirectoryIteratorException ex) {
			tell(this.shared, ex);
			return false;
		}
		catch (SQLException | RuntimeException | Error ex) {
			this.pending = true;
			throw ex;
		}
		finally {
			this.failing = this.failed;
		}
	}

	private boolean takeIn(List<Path> files, Taker taker, BooleanSupplier mayGoOn) throws SQLException {
		for (Path file : files) {
			long before = this.takenIn.sum();
			tryToTakeIn(file, taker);
			if (this.takenIn.sum() > before && !mayGoOn.getAsBoolean()) {
				return true;
			}
		}
		return false;
	}

	// One that cannot be read keeps no others from being taken in.
	private void tryToTakeIn(Path file, Taker taker) throws SQLException {
		try {
			takeIn(file, taker);
		}
		catch (IOException | UncheckedIOException | OutOfMemoryError ex) {
			tell(file, ex);
		}
	}

	/** It is tried again each minute. */
	private void tell(Path what, Throwable failure) {
		this.failed = true;
		if (!this.told) {
			this.told = true;
			if (what.equals(this.shared)) {
				logger.error("The spool {} cannot be used: what the database has not taken when the application stops "
						+ "will be lost, and what was kept there is not taken in. Give audit.spool.directory a "
						+ "directory that this user may write to, and nobody else; a share with modes of its own is "
						+ "to be mounted with dir_mode=0700,file_mode=0600", what, failure);
			}
			else {
				logger.error("{} cannot be read; entries that were kept in it are not taken in", what, failure);
			}
		}
	}

	// Whether there could be a file is better known before there must be one. As long as
	// there was none, nothing is left behind.
	private void probe() throws IOException {
		if (this.probed || Files.isDirectory(this.directory, LinkOption.NOFOLLOW_LINKS)) {
			return;
		}
		Path existing = this.directory.toAbsolutePath().getParent();
		while (existing.getParent() != null && !Files.exists(existing)) {
			existing = existing.getParent();
		}
		Path probe = Files.createTempDirectory(existing, "audit-spool", only("rwx------"));
		try {
			requireOwn(probe);
			this.probed = true;
		}
		finally {
			Files.deleteIfExists(probe);
		}
	}

	/**
	 * Whether the last look found a directory that cannot be used, or a file that cannot
	 * be read.
	 * @return whether it is to be told
	 */
	boolean isFailing() {
		return this.failing;
	}

	private List<Path> files() throws IOException {
		List<Path> files = new ArrayList<>();
		// What is beside it is of earlier versions, which used none that was a link or
		// open.
		if (Files.isDirectory(this.shared, LinkOption.NOFOLLOW_LINKS) && (!POSIX || isPrivate(this.shared))) {
			files.addAll(files(this.shared));
		}
		if (Files.isDirectory(this.directory, LinkOption.NOFOLLOW_LINKS)) {
			requireOwn(this.directory);
			deleteUnfinished();
			files.addAll(files(this.directory));
		}
		// Their names begin with the time.
		files.sort(Comparator.comparing(Path::getFileName));
		return files;
	}

	private List<Path> files(Path directory) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			return files.filter((file) -> file.getFileName().toString().endsWith(SUFFIX))
				.filter((file) -> !this.passedOver.contains(file))
				.toList();
		}
	}

	// As of a process that was killed while it wrote it.
	private void deleteUnfinished() throws IOException {
		try (DirectoryStream<Path> files = Files.newDirectoryStream(this.directory, "*" + UNFINISHED)) {
			for (Path file : files) {
				deleteIfOld(file);
			}
		}
	}

	private static void deleteIfOld(Path file) {
		try {
			Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
			if (written.isBefore(Instant.now().minus(UNFINISHED_FOR))) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			logger.debug("{} could not be deleted", file, ex);
		}
	}

	private void takeIn(Path file, Taker taker) throws SQLException, IOException {
		try (BufferedReader in = SpoolFile.open(file)) {
			if (isOurs(file, SpoolFile.readOwner(in))) {
				takeIn(file, in, taker);
			}
		}
		catch (NoSuchFileException ex) {
			logger.debug("{} was taken in by another instance", file);
		}
		catch (SpoolFile.DamagedException ex) {
			setAside(file, ex);
		}
	}

	private void takeIn(Path file, BufferedReader in, Taker taker) throws SQLException, IOException {
		List<InDoubtEntries> left = new ArrayList<>();
		SpoolFile.DamagedException damage = null;
		long lines = 0;
		for (boolean more = true; more; lines++) {
			try {
				InDoubtEntries next = SpoolFile.readNext(in, lines);
				more = next != null;
				if (next != null && !take(next, taker)) {
					left.add(next);
				}
			}
			catch (SpoolFile.DamagedException ex) {
				// What is behind a damaged line may be good.
				more = ex instanceof SpoolFile.DamagedLineException;
				damage = (damage != null) ? damage : ex;
			}
		}
		// Not counting the end.
		lines--;
		if (!left.isEmpty() && (left.size() < lines || damage != null)) {
			// What is dealt with is not done once more each time.
			createFile(left);
		}
		this.pending |= !left.isEmpty();
		if (damage != null) {
			throw damage;
		}
		if (left.size() < lines || lines == 0) {
			Files.deleteIfExists(file);
			logger.info("The entries of {} were taken in", file);
		}
	}

	private boolean take(InDoubtEntries next, Taker taker) throws SQLException {
		boolean taken = taker.take(next);
		if (taken) {
			this.takenIn.add(next.entries().size());
		}
		return taken;
	}

	private boolean isOurs(Path file, String fileOwner) {
		boolean ours = fileOwner.equals(this.owner.toString());
		if (!ours) {
			this.passedOver.add(file);
			logger.debug("The spool file {} belongs to '{}' and not to '{}'; it is left for its owner", file, fileOwner,
					this.owner);
		}
		return ours;
	}

	private void setAside(Path file, IOException damage) throws IOException {
		Path aside = file.resolveSibling(file.getFileName() + ".damaged");
		Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
		logger
			.error("A spool file is damaged and now called {}: {}. What is good in it was taken in; look for the rest "
					+ "in the file", aside, damage.getMessage());
	}

	/**
	 * How many entries were written to files.
	 * @return their number since the start
	 */
	public long kept() {
		return this.kept.sum();
	}

	/**
	 * How many entries were taken in from files.
	 * @return their number since the start
	 */
	public long takenIn() {
		return this.takenIn.sum();
	}

	/**
	 * Takes what was kept.
	 */
	@FunctionalInterface
	interface Taker {

		/**
		 * Takes entries.
		 * @param doubt the entries
		 * @return whether they are dealt with; if not, the file stays
		 * @throws SQLException when the database takes nothing
		 */
		boolean take(InDoubtEntries doubt) throws SQLException;

	}

}
