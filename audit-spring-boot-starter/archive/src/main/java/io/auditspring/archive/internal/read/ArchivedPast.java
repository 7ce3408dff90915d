/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.read;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.auditspring.Outcome;
import io.auditspring.archive.internal.parquet.DuckDb;
import io.auditspring.archive.internal.parquet.EntryFilesReader;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.Past;
import org.jspecify.annotations.Nullable;

/**
 * Some ranges of an archive.
 *
 * @param reader reads them
 * @param ranges the ranges, at least one
 */
record ArchivedPast(ArchiveReader reader, List<ArchivedRange> ranges) implements Past {

	/** How many ranges are asked at once for a page, which few of them fill. */
	private static final int AT_ONCE = 8;

	/** So long are the texts together that DuckDB and the driver have in hand at once. */
	private static final long PORTION = 8_000_000;

	/** What an entry may have that is long. */
	private static final List<String> TEXTS = List.of("user_agent", "geolocation", "message", "justification", "error",
			"before_state", "after_state", "changes", "metadata", "related");

	private static final Comparator<StoredEntry> OLDEST_FIRST = Comparator
		.comparing((StoredEntry entry) -> Objects.requireNonNull(entry.place().recordedAt()))
		.thenComparing((entry) -> Objects.requireNonNull(entry.place().seq()))
		.thenComparing((entry) -> String.valueOf(entry.place().id()));

	@Override
	public Instant from() {
		return this.ranges.stream().map(ArchivedRange::from).min(Comparator.naturalOrder()).orElseThrow();
	}

	@Override
	public Instant to() {
		return this.ranges.stream().map(ArchivedRange::to).max(Comparator.naturalOrder()).orElseThrow();
	}

	private List<ArchivedRange> of(Condition wanted) {
		return this.ranges.stream().filter((range) -> range.mayHave(wanted)).toList();
	}

	@Override
	public Found find(Condition wanted, Reading reading) {
		boolean older = reading.towardsOlder();
		List<ArchivedRange> left = of(wanted).stream()
			.filter((range) -> range.mayHave(reading))
			.sorted(older ? Comparator.comparing(ArchivedRange::to).reversed()
					: Comparator.comparing(ArchivedRange::from))
			.toList();
		Comparator<StoredEntry> order = older ? OLDEST_FIRST.reversed() : OLDEST_FIRST;
		int step = reading.ofEachOperation() ? Math.max(1, left.size()) : AT_ONCE;
		List<StoredEntry> found = new ArrayList<>();
		StoredEntry end = null;
		for (int at = 0; at < left.size() && !isFull(found, end, reading, left.get(at)); at += step) {
			List<ArchivedRange> some = left.subList(at, Math.min(at + step, left.size()));
			long room = reading.characters() - found.stream().mapToLong(StoredEntry::length).sum();
			Found page = this.reader.ask(some, (statement, files) -> page(statement, files, wanted, reading, room));
			found.addAll(page.entries());
			found.sort(order);
			if (page.more()) {
				StoredEntry last = page.entries().get(page.entries().size() - 1);
				end = (end == null || order.compare(last, end) < 0) ? last : end;
			}
			if (end != null) {
				// Behind it there may be others that were not read.
				found.subList(found.indexOf(end) + 1, found.size()).clear();
			}
			found.subList(Math.min(found.size(), reading.most()), found.size()).clear();
			end = (end != null && !found.contains(end)) ? found.get(found.size() - 1) : end;
		}
		return new Found(found, end != null);
	}

	/** Whether what comes next cannot come before what there is. */
	private static boolean isFull(List<StoredEntry> found, @Nullable StoredEntry end, Reading reading,
			ArchivedRange next) {
		if (found.size() < reading.most() && end == null) {
			return false;
		}
		Instant last = Objects.requireNonNull(found.get(found.size() - 1).place().recordedAt());
		return reading.towardsOlder() ? next.to().isBefore(last) : next.from().isAfter(last);
	}

	/**
	 * Where an entry is.
	 *
	 * @param file the place of its files among those that are asked
	 * @param seq its place in the chain
	 */
	private record Key(int file, long seq) {

	}

	/**
	 * To sort whole entries would take as much memory as all that are found have texts:
	 * so it is found out first which they are.
	 */
	private static Found page(Statement statement, List<TrueFiles.Pair> files, Condition wanted, Reading reading,
			long room) throws SQLException {
		List<String> unread = reading.unread().stream().map(DuckDbCondition::column).toList();
		List<Key> keys = keys(statement, files, wanted, reading);
		Map<Key, Long> lengths = lengths(statement, files, keys, unread);
		List<StoredEntry> page = new ArrayList<>();
		long characters = 0;
		for (int at = 0; at < keys.size() && (characters < room || page.isEmpty());) {
			int end = at;
			long length = 0;
			do {
				length += lengths.getOrDefault(keys.get(end), 0L);
				end++;
			}
			while (end < keys.size() && length + lengths.getOrDefault(keys.get(end), 0L) <= PORTION);
			List<Key> portion = keys.subList(at, end);
			Map<Key, StoredEntry> entries = entries(statement, files, portion, unread);
			for (Iterator<Key> key = portion.iterator(); key.hasNext() && (characters < room || page.isEmpty());) {
				StoredEntry entry = Objects.requireNonNull(entries.get(key.next()));
				page.add(entry);
				characters += entry.length();
			}
			at = end;
		}
		return new Found(following(statement, files, page), characters >= room && !page.isEmpty());
	}

	private static List<Key> keys(Statement statement, List<TrueFiles.Pair> files, Condition wanted, Reading reading)
			throws SQLException {
		List<Key> keys = new ArrayList<>();
		try (ResultSet row = statement.executeQuery("""
				select file, seq
				from (select * from %s where %s%s)
				where %s
				order by recorded_at %5$s, seq %5$s, id %5$s
				limit %6$s
				""".formatted(ArchiveReader.table(files), DuckDbCondition.of(wanted), reading.ofEachOperation() ? """
				 qualify row_number() over (
					partition by operation_id order by recorded_at desc, seq desc, id desc
				) = 1""" : "", behind(reading), reading.towardsOlder() ? "desc" : "asc", reading.most()))) {
			while (row.next()) {
				keys.add(new Key(row.getInt(1), row.getLong(2)));
			}
		}
		return keys;
	}

	/** How many bytes the texts of entries are long. */
	private static Map<Key, Long> lengths(Statement statement, List<TrueFiles.Pair> files, List<Key> keys,
			List<String> unread) throws SQLException {
		String length = TEXTS.stream()
			.filter((column) -> !unread.contains(column))
			.map("coalesce(strlen(%s), 0)"::formatted)
			.collect(Collectors.joining(" + "));
		Map<Key, Long> lengths = new HashMap<>();
		read(statement, files, keys,
				(pair, some) -> "select seq, %s from %s where %s".formatted(length, DuckDb.table(pair.payload()), some),
				(key, row) -> lengths.put(key, row.getLong(2)));
		return lengths;
	}

	private static Map<Key, StoredEntry> entries(Statement statement, List<TrueFiles.Pair> files, List<Key> keys,
			List<String> unread) throws SQLException {
		String columns = EntryFilesReader.columns(unread);
		Map<Key, StoredEntry> entries = new HashMap<>();
		read(statement, files, keys, (pair, some) -> """
				select %s
				from (select * from %s where %4$s) c join (select * from %s where %4$s) p using (seq)
				""".formatted(columns, DuckDb.table(pair.core()), DuckDb.table(pair.payload()), some), (key,
				row) -> entries.put(key, EntryFilesReader.joined(files.get(key.file()).range().name().chain(), row)));
		return entries;
	}

	/**
	 * What is asked of a range.
	 */
	private interface Asked {

		String sql(TrueFiles.Pair pair, String some);

	}

	/**
	 * What becomes of a row, which begins with the entry's place.
	 */
	private interface Answer {

		void add(Key key, ResultSet row) throws SQLException;

	}

	/** All files in one statement, each row of which ends with the place of its file. */
	private static void read(Statement statement, List<TrueFiles.Pair> files, List<Key> keys, Asked asked,
			Answer answer) throws SQLException {
		Map<Integer, List<String>> places = keys.stream()
			.collect(Collectors.groupingBy(Key::file, TreeMap::new,
					Collectors.mapping((key) -> String.valueOf(key.seq()), Collectors.toList())));
		if (places.isEmpty()) {
			return;
		}
		String sql = places.entrySet()
			.stream()
			.map((file) -> "select *, %s from (%s)".formatted(file.getKey(),
					asked.sql(files.get(file.getKey()), "seq in (%s)".formatted(String.join(", ", file.getValue())))))
			.collect(Collectors.joining(" union all "));
		try (ResultSet row = statement.executeQuery(sql)) {
			int last = row.getMetaData().getColumnCount();
			while (row.next()) {
				answer.add(new Key(row.getInt(last), row.getLong(1)), row);
			}
		}
	}

	private static String behind(Reading reading) {
		Position after = reading.after();
		return (after == null) ? "true"
				: "(recorded_at, seq, id) %s (%s, %s, %s)".formatted(reading.towardsOlder() ? "<" : ">",
						DuckDbCondition.literal(after.recordedAt()), after.seq(), DuckDbCondition.literal(after.id()));
	}

	/** What an entry follows is not in its row, but in the one before. */
	private static List<StoredEntry> following(Statement statement, List<TrueFiles.Pair> files, List<StoredEntry> page)
			throws SQLException {
		Map<String, Map<Long, byte[]>> hashes = new HashMap<>();
		List<Key> before = new ArrayList<>();
		for (int file = 0; file < files.size(); file++) {
			ArchivedRange range = files.get(file).range();
			hashes.computeIfAbsent(range.name().chain(), (chain) -> new HashMap<>())
				.put(range.name().first() - 1, files.get(file).prevHash());
			for (StoredEntry entry : page) {
				if (isIn(entry, range)) {
					before.add(new Key(file, Objects.requireNonNull(entry.place().seq()) - 1));
				}
			}
		}
		read(statement, files, before,
				(pair, some) -> "select seq, hash from %s where %s".formatted(DuckDb.table(pair.core()), some),
				(key, row) -> Objects.requireNonNull(hashes.get(files.get(key.file()).range().name().chain()))
					.put(key.seq(), row.getBytes(2)));
		return page.stream().map((entry) -> following(entry, hashes)).toList();
	}

	private static boolean isIn(StoredEntry entry, ArchivedRange range) {
		long seq = Objects.requireNonNull(entry.place().seq());
		return range.name().chain().equals(entry.core().chain()) && seq >= range.name().first()
				&& seq <= range.name().last();
	}

	private static StoredEntry following(StoredEntry entry, Map<String, Map<Long, byte[]>> hashes) {
		StoredEntry.Place place = entry.place();
		byte[] before = Objects.requireNonNull(hashes.get(entry.core().chain()))
			.get(Objects.requireNonNull(place.seq()) - 1);
		return new StoredEntry(
				new StoredEntry.Place(place.partition(), place.seq(), place.id(), place.recordedAt(),
						(before != null) ? before : new byte[0], place.hash()),
				entry.core(), entry.version(), entry.salt(), entry.actor(), entry.actorDigest(), entry.data(),
				entry.dataDigest());
	}

	/**
	 * What is made of a row.
	 *
	 * @param <T> its type
	 */
	private interface RowReader<T> {

		T read(ResultSet row) throws SQLException;

	}

	private <T> List<T> list(Condition wanted, String columns, String rest, RowReader<T> reader) {
		List<ArchivedRange> some = of(wanted);
		if (some.isEmpty()) {
			return List.of();
		}
		return this.reader.ask(some, (statement, files) -> {
			List<T> found = new ArrayList<>();
			try (ResultSet row = statement.executeQuery("select %s from %s where %s %s".formatted(columns,
					ArchiveReader.table(files), DuckDbCondition.of(wanted), rest))) {
				while (row.next()) {
					found.add(reader.read(row));
				}
			}
			return found;
		});
	}

	@Override
	public long count(Condition wanted) {
		return list(wanted, "count(*)", "", (row) -> row.getLong(1)).stream().mapToLong(Long::longValue).sum();
	}

	@Override
	public List<Sum> sums(Condition wanted, Duration interval) {
		return list(wanted,
				"epoch_us(recorded_at) // %1$s000000 * %1$s as start, outcome, count(*)"
					.formatted(interval.toSeconds()),
				"group by 1, 2", (row) -> new Sum(Instant.ofEpochSecond(row.getLong(1)),
						Outcome.valueOf(row.getString(2).toUpperCase(Locale.ROOT)), row.getLong(3)));
	}

	@Override
	public Map<String, Long> frequencies(Condition wanted, String attribute) {
		String column = DuckDbCondition.column(attribute);
		Map<String, Long> frequencies = new TreeMap<>();
		list(wanted, column + ", count(*)", "and %s is not null group by 1".formatted(column),
				(row) -> Map.entry(row.getString(1), row.getLong(2)))
			.forEach((value) -> frequencies.put(value.getKey(), value.getValue()));
		return frequencies;
	}

	@Override
	public List<Value> newest(Condition wanted, String attribute, int most) {
		return list(wanted, "epoch_us(recorded_at), " + DuckDbCondition.column(attribute),
				"order by recorded_at desc limit %s".formatted(most),
				(row) -> new Value(Instant.EPOCH.plus(row.getLong(1), ChronoUnit.MICROS), row.getString(2)));
	}

}
