/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.entry.Text;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.retention.internal.PersonTrace;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Erases groups of entries, as the format allows: the rest of each entry still verifies,
 * and each erasure is an entry of its own. The database function that does it needs the
 * role {@code audit_redactor}.
 * <p>
 * Works in batches and transactions of its own, so that writers never wait for long; what
 * is interrupted is completed by doing it again. A reason is stored for ever: it must not
 * contain what was erased.
 *
 * @since 0.1.0
 */
public class Redaction {

	static final int BATCH = 100;

	/** So many characters of texts are erased at once, as writers of the chain wait. */
	private static final long BATCH_CHARACTERS = 8_000_000;

	private static final String UNTRANSLATABLE_CHARACTER = "22P05";

	private final DataSource dataSource;

	private final Supplier<Entry> requestedBy;

	private final String find;

	private final String redact;

	private final String oldest;

	private final String forget;

	private final PersonSearch search;

	private final @Nullable RedactableArchive archive;

	private final TargetNames names;

	/**
	 * Creates the redaction of a ledger that is not archived.
	 * @param dataSource connections of a user that may redact
	 * @param schema where the ledger is
	 * @param requestedBy gives an entry that says who asks for it, and from where
	 */
	public Redaction(DataSource dataSource, Schema schema, Supplier<Entry> requestedBy) {
		this(dataSource, schema, requestedBy, null);
	}

	/**
	 * Creates the redaction of a ledger and its archive.
	 * @param dataSource connections of a user that may redact
	 * @param schema where the ledger is
	 * @param requestedBy gives an entry that says who asks for it, and from where
	 * @param archive where entries are that left the database, or {@code null}
	 */
	public Redaction(DataSource dataSource, Schema schema, Supplier<Entry> requestedBy,
			@Nullable RedactableArchive archive) {
		this(dataSource, schema, requestedBy, archive, TargetNames.AS_SAID);
	}

	/**
	 * Creates the redaction of the ledger of an application.
	 * @param names knows what entries show of what an application says
	 */
	Redaction(DataSource dataSource, Schema schema, Supplier<Entry> requestedBy, @Nullable RedactableArchive archive,
			TargetNames names) {
		this.names = names;
		this.archive = archive;
		this.dataSource = dataSource;
		this.requestedBy = requestedBy;
		this.search = new PersonSearch(schema);
		this.find = """
				select id, recorded_at, chain, seq, false as telling
				from %s
				where id = any (?) and chain = coalesce(?, chain)
				order by chain, seq
				""".formatted(schema.table("audit_log"));
		this.redact = """
				select id, result
				from %s(?, ?::jsonb, ?, ?, ?::jsonb -> 0)
				""".formatted(schema.table("audit_redact"));
		this.oldest = """
				select (extract(epoch from to_date(right(min(relname), 7), 'YYYY_MM')) * 1000)::bigint
				from pg_inherits join pg_class on pg_class.oid = inhrelid
				where inhparent = '%s'::regclass
				""".formatted(schema.table("audit_log"));
		this.forget = "select %s(?::date)".formatted(schema.table("audit_forget"));
	}

	/**
	 * Erases a group of some entries, wherever they are: what is there under two chains
	 * with one id is erased in both.
	 * @param ids the entries
	 * @param group what to erase
	 * @param reason why, without what is erased
	 * @return what became of them
	 * @throws DataAccessException if the database fails; what it reported before is done
	 */
	public ErasureReport redact(Collection<UUID> ids, EntryGroup group, String reason) {
		return forgetting((erasure) -> redactOnly(null, ids, group, reason, erasure));
	}

	/**
	 * Erases a group of some entries of which it is known in which chains they are. What
	 * another chain has under the same id stays: whoever writes a received chain chooses
	 * its ids.
	 * @param ids the entries, by their chains
	 * @param group what to erase
	 * @param reason why, without what is erased
	 * @return what became of them
	 * @throws DataAccessException if the database fails; what it reported before is done
	 */
	public ErasureReport redact(Map<String, ? extends Collection<UUID>> ids, EntryGroup group, String reason) {
		return forgetting(
				(erasure) -> ids.forEach((chain, entries) -> redactOnly(chain, entries, group, reason, erasure)));
	}

	/**
	 * Whoever asks again after a failure may find nothing more to erase: so what was
	 * erased before it is forgotten at once.
	 */
	private ErasureReport forgetting(Consumer<Erasure> work) {
		Erasure erasure = new Erasure();
		try {
			work.accept(erasure);
		}
		catch (RuntimeException ex) {
			try {
				forget(erasure.touched());
			}
			catch (DataAccessException also) {
				ex.addSuppressed(also);
			}
			throw ex;
		}
		forget(erasure.touched());
		return erasure.report();
	}

	/** Erases them, but not what statistics of the database may have kept of them. */
	void redactOnly(@Nullable String chain, Collection<UUID> ids, EntryGroup group, String reason, Erasure erasure) {
		String requestedBy = EntryCodec.write(List.of(this.requestedBy.get()));
		List<UUID> left = ids.stream().distinct().toList();
		Set<EntryKey> known = new HashSet<>();
		Map<UUID, ErasureReport.Cause> missing = new LinkedHashMap<>();
		for (int from = 0; from < left.size(); from += BATCH) {
			List<UUID> batch = left.subList(from, Math.min(from + BATCH, left.size()));
			List<PersonSearch.Found> found = run((connection) -> {
				List<PersonSearch.Found> entries = find(connection, chain, batch);
				missing(connection, batch, entries, missing);
				return entries;
			});
			found.forEach((entry) -> known.add(new EntryKey(entry.place().id(), recordedAt(entry).toInstant())));
			batches(found).forEach((entries) -> run((connection) -> {
				redact(connection, entries, group, reason, requestedBy, erasure);
				return entries.size();
			}));
		}
		for (RedactableArchive.Redacted archived : archived(
				(archive) -> archive.redact(chain, left, group, reason, requestedBy))) {
			missing.remove(archived.id());
			// What the database had, and lost meanwhile, is told of already.
			if (!known.contains(new EntryKey(archived.id(), archived.recordedAt()))) {
				add(archived, erasure);
			}
		}
		missing.forEach(erasure::left);
	}

	/** Makes the statistics of months anew, which are samples of what was in them. */
	void forget(Collection<YearMonth> months) {
		for (YearMonth month : months) {
			run((connection) -> {
				Sql.execute(connection, this.forget, month.atDay(1).toString());
				return month;
			});
		}
	}

	/**
	 * What an archive is asked to do.
	 */
	private interface Archived {

		List<RedactableArchive.Redacted> redact(RedactableArchive archive) throws IOException;

	}

	private List<RedactableArchive.Redacted> archived(Archived work) {
		if (this.archive == null) {
			return List.of();
		}
		try {
			return work.redact(this.archive);
		}
		catch (IOException ex) {
			throw new DataAccessResourceFailureException(
					"Archived audit entries cannot be redacted; what was erased before stays erased: "
							+ ex.getMessage(),
					ex);
		}
	}

	private static void add(RedactableArchive.Redacted archived, Erasure erasure) {
		erasure.add(archived.id(), YearMonth.from(archived.recordedAt().atOffset(ZoneOffset.UTC)), archived.group(),
				archived.result().name().toLowerCase(Locale.ROOT));
	}

	/**
	 * Erases a person's traces from the whole ledger and its archive, by whatever name
	 * entries show what stands for the person. What is recorded while this runs is not
	 * looked at, nor are the entries of redactions and retirements, as what the ledger
	 * itself rests on. Those that tell of a hold on the person are never erased for the
	 * same reason: they are told as {@linkplain ErasureReport.Cause#KEPT kept}, so for
	 * whom there ever was a hold on, the report is never
	 * {@linkplain ErasureReport#complete() complete}.
	 * @param subject the person
	 * @param reason why, without what is erased
	 * @return what was erased, and what was not
	 * @throws DataAccessException if the database fails; doing it again completes it
	 */
	public ErasureReport erase(Subject subject, String reason) {
		return forgetting((erasure) -> eraseOnly(subject, reason, erasure));
	}

	private void eraseOnly(Subject subject, String reason, Erasure erasure) {
		String requestedBy = EntryCodec.write(List.of(this.requestedBy.get()));
		List<Subject> subjects = shown(subject);
		PersonSearch.@Nullable Position start = this.<PersonSearch.@Nullable Position>run(this.search::start);
		for (PersonTrace trace : traces(subjects)) {
			if (canHold(trace.parameters())) {
				erase(this.search::next, trace, start, reason, requestedBy, erasure);
			}
			erase(this.search::nextInQuarantine, trace, PersonSearch.Position.QUARANTINE, reason, requestedBy, erasure);
		}
		archived((archive) -> archive.erase(subjects, reason, requestedBy)).forEach((each) -> add(each, erasure));
		if (canHold(PersonSearch.mentions(subjects.get(0)))) {
			run((connection) -> {
				erasure.elsewhere(this.search.staged(connection, subjects.get(0)),
						this.search.quarantined(connection, subjects.get(0)));
				return true;
			});
		}
	}

	/**
	 * What finds traces.
	 */
	private interface Search {

		PersonSearch.Page next(Connection connection, PersonTrace trace, PersonSearch.Position position)
				throws SQLException;

	}

	private void erase(Search search, PersonTrace trace, PersonSearch.@Nullable Position start, String reason,
			String requestedBy, Erasure erasure) {
		PersonSearch.@Nullable Position position = start;
		while (position != null) {
			PersonSearch.Position from = position;
			PersonSearch.Page page = run((connection) -> search.next(connection, trace, from));
			erase(page, trace, reason, requestedBy, erasure);
			position = page.end();
		}
	}

	/** What the encoding of the database does not have is in none of its columns. */
	private boolean canHold(List<String> texts) {
		try {
			return OwnTransaction.look(this.dataSource,
					(connection) -> Sql.is(connection, "select ?::text[] is not null", Sql.array("text", texts)));
		}
		catch (SQLException ex) {
			if (UNTRANSLATABLE_CHARACTER.equals(ex.getSQLState())) {
				return false;
			}
			throw failed(ex);
		}
	}

	/** The person, as a target under each name that entries may show. */
	private List<Subject> shown(Subject subject) {
		Subject.Target target = subject.target();
		if (target == null) {
			return List.of(subject);
		}
		String id = this.names.id(target.type(), target.id());
		List<Subject> subjects = new ArrayList<>();
		for (String kind : this.names.kinds(target.type())) {
			String actor = subjects.isEmpty() ? subject.actorId() : null;
			subjects.add(new Subject(actor, new Subject.Target(kind, id), subject.everything()));
		}
		return subjects;
	}

	private static List<PersonTrace> traces(List<Subject> subjects) {
		return subjects.stream()
			.flatMap((each) -> PersonTrace.of(each.actorId(), each.targetAsText(), each.everything()).stream())
			.toList();
	}

	// An entry loses all or nothing: without its actor nobody would find it again.
	private void erase(PersonSearch.Page page, PersonTrace trace, String reason, String requestedBy, Erasure erasure) {
		batches(page.entries()).forEach((entries) -> run((connection) -> {
			redact(connection, entries.stream().filter(PersonSearch.Found::telling).toList(), EntryGroup.DATA, reason,
					requestedBy, erasure);
			if (trace.kind().isActor()) {
				redact(connection, entries, EntryGroup.ACTOR, reason, requestedBy, erasure);
			}
			return true;
		}));
	}

	private List<PersonSearch.Found> find(Connection connection, @Nullable String chain, List<UUID> ids)
			throws SQLException {
		return this.search.read(connection,
				Sql.list(connection, this.find, PersonSearch.Found::of, Sql.array("uuid", ids), chain));
	}

	/** Entries of one chain. */
	private void redact(Connection connection, List<PersonSearch.Found> entries, EntryGroup group, String reason,
			String requestedBy, Erasure erasure) throws SQLException {
		if (entries.isEmpty()) {
			return;
		}
		Map<UUID, YearMonth> months = new HashMap<>();
		entries.stream()
			.filter((entry) -> entry.recordedAt() != null)
			.forEach((entry) -> months.put(entry.place().id(), month(entry)));
		Sql.each(connection, this.redact, (row) -> {
			UUID id = row.getObject("id", UUID.class);
			erasure.add(id, months.get(id), group, row.getString("result"));
		}, entries.get(0).place().chain(), json(entries), CoreObject.stored(group), Text.normalize(reason),
				requestedBy);
	}

	// Each in a transaction of its own, as it locks its chain until the end: whoever
	// waited for one chain with another locked would keep the writers of both waiting,
	// and somebody who has them in the other order for ever.
	private static List<List<PersonSearch.Found>> batches(List<PersonSearch.Found> entries) {
		Map<String, List<PersonSearch.Found>> chains = entries.stream()
			.collect(Collectors.groupingBy((entry) -> entry.place().chain(), TreeMap::new, Collectors.toList()));
		List<List<PersonSearch.Found>> batches = new ArrayList<>();
		for (List<PersonSearch.Found> chain : chains.values()) {
			int from = 0;
			long characters = 0;
			for (int i = 0; i < chain.size(); i++) {
				characters += chain.get(i).length();
				if (characters > BATCH_CHARACTERS && i > from) {
					batches.add(chain.subList(from, i));
					from = i;
					characters = chain.get(i).length();
				}
			}
			batches.add(chain.subList(from, chain.size()));
		}
		return batches;
	}

	private static OffsetDateTime recordedAt(PersonSearch.Found entry) {
		return Objects.requireNonNull(entry.recordedAt());
	}

	private static YearMonth month(PersonSearch.Found entry) {
		return YearMonth.from(recordedAt(entry).atZoneSameInstant(ZoneOffset.UTC));
	}

	private static String json(List<PersonSearch.Found> entries) {
		return entries.stream()
			.map((entry) -> new CanonicalObject().text("actor", hex(entry.actor()))
				.text("data", hex(entry.data()))
				.text("id", entry.place().id().toString())
				.number("seq", entry.place().seq())
				.toString())
			.collect(Collectors.joining(",", "[", "]"));
	}

	private static @Nullable String hex(byte @Nullable [] digest) {
		return (digest != null) ? HexFormat.of().formatHex(digest) : null;
	}

	// An id begins with the time of its capture, RFC 9562, section 5.7.
	private void missing(Connection connection, List<UUID> ids, List<PersonSearch.Found> found,
			Map<UUID, ErasureReport.Cause> causes) throws SQLException {
		List<UUID> missing = new ArrayList<>(ids);
		found.forEach((entry) -> missing.remove(entry.place().id()));
		if (missing.isEmpty()) {
			return;
		}
		long kept = Sql.get(connection, this.oldest, (row) -> row.getLong(1));
		for (UUID id : missing) {
			boolean retired = id.version() == 7 && id.getMostSignificantBits() >>> 16 < kept;
			causes.put(id, retired ? ErasureReport.Cause.RETIRED : ErasureReport.Cause.MISSING);
		}
	}

	private <T extends @Nullable Object> T run(OwnTransaction.Work<T, RuntimeException> work) {
		try {
			return OwnTransaction.run(this.dataSource, work);
		}
		catch (SQLException ex) {
			throw failed(ex);
		}
	}

	private static DataAccessException failed(SQLException ex) {
		return new DataAccessResourceFailureException("Audit entries cannot be redacted", ex);
	}

}
