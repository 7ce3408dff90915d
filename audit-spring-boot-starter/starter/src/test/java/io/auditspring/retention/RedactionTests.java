package io.auditspring.retention;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ActorType;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.LedgerVerifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is erased is gone, all else stays and verifies, and only the ledger's own function
 * can do it.
 */
class RedactionTests {

	private static final String ACTOR_COLUMNS = "actor_id, actor_name, impersonator_id, ip_address, user_agent, "
			+ "session_id, device_fingerprint, geolocation";

	private static final String DATA_COLUMNS = "target_name, message, justification, error, before_state, "
			+ "after_state, changes, metadata, related";

	private static final String ZEROS = "decode(repeat('00', 16), 'hex')";

	private final LedgerDatabase database = LedgerDatabase.withRoles();

	private DataSource user = this.database.dataSource();

	private Redaction redaction = redaction(this.user);

	@BeforeEach
	void becomeTheRedactor() {
		this.user = Roles.user(this.database.dataSource(), "audit_redactor");
		this.redaction = redaction(this.user);
	}

	private Redaction redaction(DataSource dataSource) {
		return new Redaction(dataSource, this.database.schema(), () -> Entries.entry("by", "-", "-", "lawyer"));
	}

	@Test
	void theActorIsErasedAndTheRestVerifies() {
		List<Entry> entries = Entries.entries(3);
		this.database.append("main", entries);
		ErasureReport report = this.redaction.redact(List.of(entries.get(1).id()), EntryGroup.ACTOR, "request 7");
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L));
		assertThat(report.months()).containsExactly(Map.entry(LedgerDatabase.thisMonth(), 1L));
		assertThat(report.complete()).isTrue();
		assertThat(count("num_nonnulls(%s) = 0 and actor_digest is not null".formatted(ACTOR_COLUMNS))).isEqualTo(1);
		assertThat(count("substring(salt for 16) = " + ZEROS)).isEqualTo(1);
		assertThat(count("message is not null and action <> 'audit.redaction'")).isEqualTo(3);
		assertThat(count("message = 'Data of an entry was erased'")).isEqualTo(1);
		assertVerifies(4);
	}

	@Test
	void theDataIsErasedAndTheRestVerifies() {
		List<Entry> entries = Entries.entries(3);
		this.database.append("main", entries);
		this.redaction.redact(List.of(entries.get(2).id()), EntryGroup.DATA, "request 7");
		assertThat(count("num_nonnulls(%s) = 0 and data_digest is not null".formatted(DATA_COLUMNS))).isEqualTo(1);
		assertThat(count("substring(salt from 17) = " + ZEROS)).isEqualTo(1);
		assertThat(count("actor_id = 'jane'")).isEqualTo(3);
		assertVerifies(4);
	}

	@Test
	void eachErasureIsRecordedWithoutWhatWasErased() {
		Entry entry = Entries.entry("order.pay", "Order", "42", "jane");
		this.database.append("main", entry);
		this.redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "request \"7\"\n\u00e9\u0001");
		assertThat(this.database.query("""
				select concat_ws('|', seq, action, category, actor_id, impersonator_id, host(ip_address), target_type,
					target_id = '%1$s', metadata = jsonb_build_object('chain', 'main', 'seq', 0, 'id', '%1$s',
						'group', 'actor', 'reason', e'request "7"\\n\\u00e9\\u0001'), (audit_log::text) like '%%jane%%',
					substr(id::text, 15, 1))
				from audit.audit_log
				where seq = 1
				""".formatted(entry.id())))
			.isEqualTo("1|audit.redaction|audit|lawyer|root|203.0.113.9|AuditEntry|t|t|f|7");
		assertVerifies(2);
	}

	@Test
	void oneGroupAfterTheOtherLeavesWhatCannotBeErased() {
		Entry entry = Entries.entry("order.pay");
		this.database.append("main", entry);
		this.redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "r");
		this.redaction.redact(List.of(entry.id()), EntryGroup.DATA, "r");
		assertThat(count("seq = 0 and num_nonnulls(%s, %s) = 0".formatted(ACTOR_COLUMNS, DATA_COLUMNS))).isEqualTo(1);
		assertVerifies(3);
	}

	@Test
	void toRepeatItChangesNothing() {
		Entry entry = Entries.entry("order.pay");
		this.database.append("main", entry);
		this.redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "r");
		ErasureReport again = this.redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "r");
		assertThat(again.erased()).isEmpty();
		assertThat(again.alreadyErased()).isEqualTo(1);
		assertVerifies(2);
	}

	@Test
	void everyTextIsHashedByTheDatabaseAsByJava() {
		List<Entry> entries = new ArrayList<>();
		String[] texts = { "", "\"\\/\b\f\n\r\t", "\u0000\u0001\u001f\u007f\u0080\u2028\u2029\ufeff\uffff",
				"\uD83D\uDE00 \uD800", "null", "%s {}' $$", "\u00e9e\u0301" };
		for (String text : texts) {
			entries.add(Entries.entry(text, text, text, text));
		}
		entries.add(Entries.bare("bare"));
		this.database.append("a \"chain\"\\\u00e9\u2028\uD83D\uDE00", entries);
		List<UUID> ids = entries.stream().map(Entry::id).toList();
		this.redaction.redact(ids, EntryGroup.DATA, "r");
		ErasureReport report = this.redaction.redact(ids, EntryGroup.ACTOR, "r");
		assertThat(report.left()).isEmpty();
		assertThat(report.erased()).containsEntry(EntryGroup.ACTOR, 8L);
		assertVerifies(24);
	}

	@Test
	void anAlteredEntryIsLeftForTheVerifierToFind() {
		List<Entry> entries = Entries.entries(2);
		this.database.append("main", entries);
		this.database.tamper("update audit.audit_log set message = 'never happened' where seq = 0");
		ErasureReport report = this.redaction.redact(List.of(entries.get(0).id()), EntryGroup.DATA, "r");
		assertThat(report.left()).isEqualTo(Map.of(ErasureReport.Cause.ALTERED, List.of(entries.get(0).id())));
		assertThat(count("action = 'audit.redaction'")).isZero();
	}

	@Test
	void unknownEntriesAreNamed() {
		UUID unknown = UUID.randomUUID();
		UUID old = UUID.fromString("01000000-0000-7000-8000-000000000000");
		this.database.append("main", Entries.entries(1));
		assertThat(this.redaction.redact(List.of(unknown, old), EntryGroup.DATA, "r").left()).isEqualTo(
				Map.of(ErasureReport.Cause.MISSING, List.of(unknown), ErasureReport.Cause.RETIRED, List.of(old)));
	}

	@Test
	void whatTellsOfHoldsIsKeptToo() {
		this.database.append("main", Entries.entry("order.pay"));
		new LegalHolds(this.database.dataSource(), this.database.schema(), "main", () -> Entries.entry("by"))
			.placeOnActor("nobody", "case 12");
		UUID hold = UUID
			.fromString(String.valueOf(this.database.query("select id from audit.audit_log where seq = 1")));
		assertThat(this.redaction.redact(List.of(hold), EntryGroup.DATA, "r").left())
			.isEqualTo(Map.of(ErasureReport.Cause.KEPT, List.of(hold)));
		assertThat(this.redaction.redact(List.of(hold), EntryGroup.ACTOR, "r").erased()).hasSize(1);
		assertVerifies(3);
	}

	@Test
	void whatTellsOfRedactionsIsKept() {
		Entry entry = Entries.entry("order.pay");
		this.database.append("main", entry);
		this.redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, "r");
		UUID record = UUID
			.fromString(String.valueOf(this.database.query("select id from audit.audit_log where seq = 1")));
		assertThat(this.redaction.redact(List.of(record), EntryGroup.DATA, "r").left())
			.isEqualTo(Map.of(ErasureReport.Cause.KEPT, List.of(record)));
		assertThat(this.redaction.redact(List.of(record), EntryGroup.ACTOR, "r").erased()).hasSize(1);
		assertVerifies(3);
	}

	@Test
	void aPersonIsErasedAsActorEverywhere() {
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < Redaction.BATCH + 2; i++) {
			entries.add(Entries.entry("order.pay", "Order", "42", (i % 2 == 0) ? "jane" : "john"));
		}
		this.database.append("main", entries);
		this.database.append("other", Entries.entry("order.pay", "Order", "42", "jane"));
		ErasureReport report = this.redaction.erase(Subject.actor("jane"), "request 7");
		long expected = Redaction.BATCH / 2 + 2;
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, expected));
		assertThat(count("actor_id = 'jane'")).isZero();
		assertThat(count("actor_id = 'john'")).isEqualTo(Redaction.BATCH / 2 + 1);
		assertThat(this.redaction.erase(Subject.actor("jane"), "request 7").erased()).isEmpty();
		assertVerifies(entries.size() + 1 + expected);
		// Who impersonated is erased, too; those who asked for redactions are not.
		assertThat(this.redaction.erase(Subject.actor("root"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.ACTOR, (long) Redaction.BATCH / 2 + 1));
	}

	@Test
	void aPersonIsErasedAsTargetAndWhereItIsRelated() {
		this.database.append("main", Entries.entry("customer.edit", "Connector", "9", "jane"),
				Entries.entry("order.pay"), Entries.entry("x", "Connector", "8", "jane"));
		assertThat(this.redaction.erase(Subject.target("Connector", 9), "r").erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(this.redaction.erase(Subject.target("Connector", 9).withEverything(), "r").erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 2L));
		assertThat(count("related is not null")).isZero();
		assertVerifies(6);
	}

	@Test
	void whatTheActorDidIsErasedWithItOnDemand() {
		this.database.append("main", Entries.entries(2));
		Subject jane = Subject.actor("jane").andTarget("User", 7).withEverything();
		assertThat(this.redaction.erase(jane, "r").erased())
			.isEqualTo(Map.of(EntryGroup.ACTOR, 2L, EntryGroup.DATA, 2L));
		assertVerifies(6);
	}

	/**
	 * What is known of an actor is in the data of the entry, which goes as a whole; that
	 * of others stays, and so does what says nothing of the actor.
	 */
	@Test
	void whatIsKnownOfAnActorIsErasedWithIt() {
		Entry told = Entries.withMetadata("{\"actorAttributes\":{\"email\":\"jane@example.org\",\"role\":\"clerk\"}}");
		Entry silent = Entries.withMetadata("{\"amount\":7}");
		this.database.append("main", told, silent, Entries.entry("order.pay", "Order", "42", "john"));
		assertThat(this.redaction.erase(Subject.actor("jane"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.ACTOR, 2L, EntryGroup.DATA, 1L));
		assertThat(count("audit_log::text like '%jane@example.org%'")).isZero();
		assertThat(count("metadata -> 'actorAttributes' is not null")).isZero();
		assertThat(count("id = '%s' and actor_digest is not null and data_digest is not null".formatted(told.id())))
			.isEqualTo(1);
		assertThat(count("id = '%s' and metadata = '{\"amount\":7}'".formatted(silent.id()))).isEqualTo(1);
		assertVerifies(3 + 3);
	}

	/** Who had an agent act is neither the actor nor the impersonator. */
	@Test
	void whoeverActsForSomebodyOrHasOthersActIsErased() {
		Entry root = Entries.delegated("agent", "root");
		Entry kari = Entries.delegated("kari", "svc");
		Entry other = Entries.delegated("agent", "roo");
		this.database.append("main", root, kari, other);
		assertThat(this.redaction.erase(Subject.actor("root"), "r").erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(count("audit_log::text like '%\"root\"%'")).isZero();
		assertThat(count("actor_id = 'jane' and impersonator_id = 'agent'")).isEqualTo(2);
		assertThat(this.redaction.erase(Subject.actor("kari"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 1L, EntryGroup.ACTOR, 1L));
		assertThat(count("audit_log::text like '%kari%'")).isZero();
		assertThat(count("id = '%s' and data_digest is null".formatted(other.id()))).isEqualTo(1);
		assertThat(this.redaction.erase(Subject.actor("root").withEverything(), "r").erased()).isEmpty();
		assertVerifies(6);
	}

	/** The actor group, which names who acted, goes with the first of them who asks. */
	@Test
	void whoeverActsIsFoundAfterTheActorWasErased() {
		this.database.append("main", Entries.delegated("kari"));
		assertThat(this.redaction.erase(Subject.actor("jane"), "r").erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L));
		assertThat(this.redaction.erase(Subject.actor("kari"), "r").erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(count("audit_log::text like '%kari%'")).isZero();
	}

	@Test
	void aThingOfTheApplicationIsNobodyWhoActs() {
		this.database.append("main", Entries.withRelated("[{\"type\":\"Agent\",\"id\":\"17\"}]"),
				Entries.withMetadata("{\"delegation\":[\"17\"]}"));
		assertThat(this.redaction.erase(Subject.actor("17").withEverything(), "r").erased()).isEmpty();
	}

	/** Nobody would find by the actor what an impersonator's erasure left of it. */
	@Test
	void whatNamesTheImpersonatorOrTellsOfTheActorIsErasedWithBoth() {
		Entry ended = Entries.of("authentication", ActorType.USER,
				Entries.by("root", "root", Entries.withMessage("root gave up the identity of jane")));
		this.database.append("main", Entries.by("jane", "root", ended),
				Entries.by("jane", "root",
						Entries.withMetadata("{\"actorAttributes\":{\"email\":\"jane@example.org\"}}")),
				Entries.by("jane", "root", Entries.withMessage("paid")));
		assertThat(this.redaction.erase(Subject.actor("root"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.ACTOR, 3L, EntryGroup.DATA, 2L));
		assertThat(count("action <> 'audit.redaction' and audit_log::text ~ 'root|jane'")).isZero();
	}

	@Test
	void anAgentIsErasedFromWhatIsRelatedToo() {
		Entry entry = Entries.withRelated("[{\"type\":\"Agent\",\"id\":\"bot\"}]");
		this.database.append("main", Entries.by("bot", null, Entries.of("order", ActorType.AGENT, entry)));
		assertThat(this.redaction.erase(Subject.actor("bot"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.ACTOR, 1L, EntryGroup.DATA, 1L));
	}

	@Test
	void whoeverActsIsMentionedByStagedEntries() {
		this.database.execute("insert into audit.audit_outbox (chain, entries) values ('main', '%s')"
			.formatted(EntryCodec.write(List.of(Entries.delegated("agent", "kari")))));
		assertThat(this.redaction.erase(Subject.actor("kari"), "r").staged()).isEqualTo(1);
		assertThat(this.redaction.erase(Subject.actor("kar"), "r").staged()).isZero();
	}

	/** Neither transaction sees the entry of the other one. */
	private void appendToBoth(String chain, String other, Entry entry) throws SQLException {
		this.database.append(chain, Entries.bare("begin"));
		this.database.append(other, Entries.bare("begin"));
		LedgerWriter writer = new LedgerWriter(this.database.schema());
		try (Connection one = this.database.begin(); Connection two = this.database.begin()) {
			writer.append(one, chain, List.of(entry));
			writer.append(two, other, List.of(entry));
			one.commit();
			two.commit();
		}
	}

	@Test
	void whatIsThereUnderTwoChainsWithOneIdIsErasedInBoth() throws SQLException {
		Entry entry = Entries.entry("order.pay");
		appendToBoth("orders", "orders@2", entry);
		ErasureReport report = this.redaction.redact(List.of(entry.id(), entry.id()), EntryGroup.DATA, "r");
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.DATA, 2L));
		assertThat(report.alreadyErased()).isZero();
		assertThat(count("id = '%s' and data_digest is not null".formatted(entry.id()))).isEqualTo(2);
		assertThat(this.redaction.erase(Subject.actor("jane"), "r").erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 2L));
		assertThat(count("actor_id = 'jane'")).isZero();
		assertHashes(2 + 2 + 4);
	}

	@Test
	void whatAnotherChainHasUnderTheSameIdStaysWhereTheChainIsSaid() throws SQLException {
		Entry entry = Entries.entry("order.pay");
		appendToBoth("orders", "orders@2", entry);
		ErasureReport report = this.redaction.redact(Map.of("orders@2", List.of(entry.id())), EntryGroup.DATA, "r");
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(count("chain = 'orders' and data_digest is not null")).isZero();
		assertThat(this.redaction.redact(Map.of("main", List.of(entry.id())), EntryGroup.DATA, "r").left())
			.containsOnlyKeys(ErasureReport.Cause.MISSING);
	}

	@Test
	void whatTellsOfThePersonIsErasedInBothToo() throws SQLException {
		Entry entry = Entries.withMetadata("{\"actorAttributes\":{\"email\":\"jane@example.org\"}}");
		appendToBoth("orders", "orders@2", entry);
		assertThat(this.redaction.erase(Subject.actor("jane"), "r").erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 2L, EntryGroup.ACTOR, 2L));
		assertThat(count("audit_log::text like '%jane@example.org%'")).isZero();
	}

	/** Whoever appends to the chain waits for each batch. */
	@Test
	void ofLargeEntriesFewAreErasedAtOnce() {
		String text = "x".repeat(1_000_000);
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			entries.add(Entries.withMetadata("{\"note\":\"%s\"}".formatted(text)));
		}
		entries.forEach((entry) -> this.database.append("main", entry));
		assertThat(this.redaction.erase(Subject.target("Order", 42), "r").erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 12L));
		// What one transaction records has one time.
		assertThat(this.database.query("""
				select string_agg(entries::text, ' ' order by first)
				from (
					select count(*) as entries, min(seq) as first
					from audit.audit_log
					where action = 'audit.redaction'
					group by recorded_at
				) as batch
				""")).isEqualTo("7 5");
		assertHashes(24);
	}

	@Test
	void whatWasErasedIsInNoStatisticsOfTheDatabase() {
		this.database.append("main", Entries.entries(50));
		this.database.append("main", Entries.entry("order.pay", "Order", "43", "john"));
		analyze();
		assertThat(samples()).contains("jane", "Order 42: order.pay");
		this.redaction.erase(Subject.actor("jane").andTarget("Order", 42), "r");
		assertThat(samples()).doesNotContain("jane", "Order 42: order.pay").contains("lawyer");
	}

	private void analyze() {
		this.database.execute("analyze audit." + LedgerDatabase.partition(LedgerDatabase.thisMonth()));
	}

	private String samples() {
		return this.database.query("""
				select coalesce(string_agg(concat_ws(' ', most_common_vals::text, histogram_bounds::text), ' '), '')
				from pg_stats where schemaname = 'audit' and tablename = '%s'
				""".formatted(LedgerDatabase.partition(LedgerDatabase.thisMonth())));
	}

	/** Whoever erases the person again finds nothing there. */
	@Test
	void whatWasErasedBeforeTheArchiveFailedIsInNoStatisticsOfTheDatabase() {
		this.database.append("main", Entries.entries(50));
		this.database.append("main", Entries.entry("order.pay", "Order", "43", "john"));
		AtomicInteger failures = new AtomicInteger();
		Redaction failing = new Redaction(this.user, this.database.schema(),
				() -> Entries.entry("by", "-", "-", "lawyer"), new NoArchive(failures));
		Subject person = Subject.actor("jane").andTarget("Order", 42);
		analyze();
		assertThat(samples()).contains("jane", "Order 42: order.pay");
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> failing.erase(person, "r"))
			.withMessageContaining("the archive is away");
		assertThat(samples()).doesNotContain("jane", "Order 42: order.pay").contains("lawyer");
		assertThat(failing.erase(person, "r").erased()).isEmpty();
		assertThat(failures).hasValue(1);
	}

	/** Of somebody who was killed before it forgot. */
	@Test
	void whatWasErasedBeforeIsInNoStatisticsOfTheDatabaseWhenItIsAskedForAgain() {
		List<Entry> entries = Entries.entries(50);
		this.database.append("main", entries);
		List<UUID> ids = entries.stream().map(Entry::id).toList();
		analyze();
		this.redaction.redactOnly(null, ids, EntryGroup.ACTOR, "r", new Erasure());
		this.redaction.redactOnly(null, ids, EntryGroup.DATA, "r", new Erasure());
		assertThat(samples()).contains("jane", "Order 42: order.pay");
		ErasureReport report = this.redaction.redact(ids, EntryGroup.ACTOR, "r");
		assertThat(report.alreadyErased()).isEqualTo(50);
		assertThat(report.months()).isEmpty();
		assertThat(samples()).doesNotContain("jane", "Order 42: order.pay").contains("lawyer");
	}

	/**
	 * An archive that cannot be reached at first, and has nothing.
	 *
	 * @param failures how often it failed
	 */
	private record NoArchive(AtomicInteger failures) implements RedactableArchive {

		@Override
		public List<Redacted> redact(@Nullable String chain, Collection<UUID> ids, EntryGroup group, String reason,
				String requestedBy) {
			return List.of();
		}

		@Override
		public List<Redacted> erase(Collection<Subject> subjects, String reason, String requestedBy)
				throws IOException {
			if (this.failures.compareAndSet(0, 1)) {
				throw new IOException("the archive is away");
			}
			return List.of();
		}

		@Override
		public void followLedger(String requestedBy) {
		}

	}

	/** PostgreSQL would wait for a fifth of a month to be erased. */
	@Test
	void whatWasErasedLeavesTheTableByTheNextVacuum() {
		this.database.append("main", Entries.entries(1));
		assertThat(this.database.query("""
				select string_agg(distinct array_to_string(reloptions, ' '), '; ')
				from pg_class join pg_inherits on inhrelid = pg_class.oid
				where inhparent = 'audit.audit_log'::regclass
				"""))
			.isEqualTo("autovacuum_vacuum_threshold=0 autovacuum_vacuum_scale_factor=0 vacuum_index_cleanup=on");
	}

	@Test
	void otherTablesThatMentionThePersonAreReported() {
		String staged = EntryCodec.write(Entries.entries(1)).replace("'", "''");
		this.database.execute(
				"""
						insert into audit.audit_outbox (chain, entries) values ('main', '%1$s'), ('main', '[]');
						insert into audit.audit_quarantine (chain, entries, reason) values ('main', '[]', ''), ('main', '%1$s', '')
						"""
					.formatted(staged));
		ErasureReport report = this.redaction.erase(Subject.actor("jane"), "r");
		assertThat(report.staged()).isEqualTo(1);
		assertThat(report.quarantined()).containsExactly(2L);
		assertThat(report.complete()).isFalse();
		assertThat(this.redaction.erase(Subject.actor("jan"), "r").complete()).isTrue();
	}

	@Test
	void writersGoOnMeanwhile() throws Exception {
		for (int i = 0; i < 20; i++) {
			this.database.append("main", Entries.entries(100));
		}
		Thread writer = new Thread(() -> {
			for (int i = 0; i < 50; i++) {
				this.database.append("main", Entries.entry("order.pay", "Order", "43", "john"));
			}
		});
		writer.start();
		this.redaction.erase(Subject.target("Order", 42), "r");
		writer.join();
		assertVerifies(2000 + 2000 + 50);
	}

	/**
	 * Who did it is what the data that names it is found by: an entry loses both or none.
	 */
	@Test
	void whatIsRecordedMeanwhileIsErasedTheNextTime() {
		AtomicInteger left = new AtomicInteger(20);
		DataSource busy = new DelegatingDataSource(this.user) {

			@Override
			public Connection getConnection() throws SQLException {
				if (left.getAndDecrement() > 0) {
					signIn();
				}
				return super.getConnection();
			}

		};
		signIn();
		ErasureReport report = redaction(busy).erase(Subject.actor("jane"), "request 7");
		assertThat(report.erased()).containsEntry(EntryGroup.DATA, report.erased().get(EntryGroup.ACTOR));
		assertThat(count("actor_digest is not null and metadata -> 'actorAttributes' is not null")).isZero();
		assertThat(count("actor_id = 'jane'")).isPositive();
		this.redaction.erase(Subject.actor("jane"), "request 7");
		assertThat(count("actor_id = 'jane' or audit_log::text like '%jane@example.org%'")).isZero();
	}

	private void signIn() {
		this.database.append("main", Entries.withMetadata("{\"actorAttributes\":{\"email\":\"jane@example.org\"}}"));
	}

	@Test
	void whoeverErasesWaitsForOneChainAtATime() throws Exception {
		this.database.append("zeta", Entries.entries(1));
		this.database.append("alpha", Entries.entries(1));
		try (Connection other = this.database.begin(); Statement statement = other.createStatement()) {
			statement.execute("select from audit.audit_chain where name = 'alpha' for update");
			List<ErasureReport> reports = new ArrayList<>();
			Thread erasing = new Thread(() -> reports.add(this.redaction.erase(Subject.actor("jane"), "r")));
			erasing.start();
			while (erasing.isAlive()
					&& "0".equals(this.database.query("select count(*) from pg_locks where not granted"))) {
				Thread.onSpinWait();
			}
			statement.execute("select from audit.audit_chain where name = 'zeta' for update");
			other.commit();
			erasing.join();
			assertThat(reports).singleElement()
				.satisfies((report) -> assertThat(report.erased()).containsEntry(EntryGroup.ACTOR, 2L));
		}
	}

	@Test
	void aTargetIsErasedUnderEachNameThatEntriesMayShow() {
		this.database.append("main", Entries.entry("order.pay", "Order", "43", "jane"),
				Entries.entry("order.pay", "Purchase", "43", "jane"), Entries.entry("x", "Order", "44", "jane"));
		List<Subject> asked = new ArrayList<>();
		RedactableArchive archive = new RedactableArchive() {

			@Override
			public List<Redacted> redact(@Nullable String chain, Collection<UUID> ids, EntryGroup group, String reason,
					String requestedBy) {
				return List.of();
			}

			@Override
			public List<Redacted> erase(Collection<Subject> subjects, String reason, String requestedBy) {
				asked.addAll(subjects);
				return List.of();
			}

			@Override
			public void followLedger(String requestedBy) {
			}

		};
		Redaction redaction = new Redaction(this.user, this.database.schema(), () -> Entries.entry("by"), archive,
				new ShownNames("Purchase", "Order"));
		Subject said = Subject.actor("john").andTarget("Purchase", "forty-three");
		assertThat(redaction.erase(said, "r").erased()).isEqualTo(Map.of(EntryGroup.DATA, 2L));
		assertThat(asked).containsExactly(Subject.actor("john").andTarget("Order", "43"),
				Subject.target("Purchase", "43"));
		String staged = EntryCodec.write(List.of(Entries.entry("order.pay", "Order", "43", "jane")));
		this.database.execute("insert into audit.audit_outbox (chain, entries) values ('main', '%s')"
			.formatted(staged.replace("'", "''")));
		assertThat(redaction.erase(said, "r").staged()).isOne();
	}

	static Stream<String> forbidden() {
		return Stream.of("update audit.audit_log set actor_id = null",
				"insert into audit.audit_log select * from audit.audit_log", "delete from audit.audit_log",
				"update audit.audit_chain set size = 0",
				"select audit.audit_append_own('main', 'audit.redaction', null, null, '{}', '{}')",
				"select audit.audit_lock_chain('main')", "delete from audit.audit_legal_hold",
				"insert into audit.audit_legal_hold (actor_id, reason) values ('jane', '')");
	}

	@ParameterizedTest
	@MethodSource("forbidden")
	void aRedactorCanDoNothingElse(String sql) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(this.user, sql))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42501"));
	}

	@Test
	void othersCannotRedact() {
		DataSource other = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader", "audit_retention");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute(other, "select audit.audit_redact('main', '[]', 'actor', '', '{}')"))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42501"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "group", "digest", "other digest" })
	void theFunctionRefusesWhatIsNotTrue(String lie) throws SQLException {
		Entry entry = Entries.entry("order.pay");
		this.database.append("main", entry);
		String zeros = "00".repeat(32);
		String call = "select result from audit.audit_redact('main', '[{\"seq\": 0, \"id\": \"%s\", \"actor\": \"%s\"%s}]', '%s', 'r', '{}')";
		String sql = switch (lie) {
			case "group" -> call.formatted(entry.id(), zeros, ", \"data\": \"" + zeros + "\"", "core");
			case "digest" -> call.formatted(entry.id(), zeros, ", \"data\": \"" + zeros + "\"", "actor");
			default -> call.formatted(entry.id(), zeros, "", "actor");
		};
		if (lie.equals("group")) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(this.user, sql))
				.withMessageContaining("actor");
		}
		else {
			execute(this.user, sql);
		}
		assertThat(count("actor_digest is not null or action = 'audit.redaction'")).isZero();
	}

	// Even the owner, who can call the guards off, must do so first.
	@ParameterizedTest
	@ValueSource(
			strings = { "actor_digest = sha256(''), actor_id = null, salt = " + ZEROS + " || substring(salt from 17)",
					"salt = " + ZEROS + " || substring(salt from 17)", "salt = sha256(salt)", "hash = hash" })
	void nobodyErasesByHand(String change) {
		this.database.append("main", Entries.bare("done"));
		String sql = "update audit.audit_log set " + change;
		assertRefused("set role audit_owner; " + sql);
		assertRefused(sql);
	}

	@Test
	void aRecordedRedactionAllowsNothingElse() {
		this.database.append("main", Entries.bare("first"), Entries.bare("second"));
		this.redaction.redact(List.of(id(0)), EntryGroup.ACTOR, "r");
		String actor = "actor_digest = sha256(''), actor_id = null, salt = " + ZEROS + " || substring(salt from 17)";
		String data = "data_digest = sha256(''), salt = substring(salt for 16) || " + ZEROS;
		assertRefused("set role audit_owner; update audit.audit_log set %s where seq = 0".formatted(actor));
		assertRefused("set role audit_owner; update audit.audit_log set %s where seq = 0".formatted(data));
		assertRefused("set role audit_owner; update audit.audit_log set %s where seq = 1".formatted(actor));
		assertRefused(
				"set role audit_owner; update audit.audit_log set actor_digest = null, actor_id = 'x' where seq = 0");
	}

	private void assertRefused(String sql) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(this.database.dataSource(), sql))
			.withMessageContaining("audit entries cannot be changed: update");
	}

	private UUID id(int seq) {
		return UUID
			.fromString(String.valueOf(this.database.query("select id from audit.audit_log where seq = " + seq)));
	}

	private long count(String condition) {
		return Long
			.parseLong(String.valueOf(this.database.query("select count(*) from audit.audit_log where " + condition)));
	}

	private void assertVerifies(long entries) {
		Verification verification = new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify();
		assertThat(verification.chains().stream().mapToLong(ChainVerification::entries).sum()).isEqualTo(entries);
		assertThat(verification.chains()).flatExtracting(ChainVerification::problems)
			.extracting(Problem::what)
			.allMatch((what) -> what.endsWith("redacted without a redaction entry")
					|| what.startsWith("there are further"));
		assertHashes(entries);
	}

	private void assertHashes(long entries) {
		assertThat(this.database.entries()).hasSize((int) entries).allMatch((entry) -> entry.findings().isEmpty());
	}

	private static void execute(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
