/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.Subject;
import io.auditspring.signing.RootLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A centre whose database has another encoding than its source, and so cannot hold all
 * that comes.
 */
class RefusedGroupsTests {

	private static final LedgerDatabase OF_ANOTHER_ENCODING = ofAnotherEncoding();

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	@BeforeEach
	void createTheLab() {
		this.lab = new ReceivingLab(this.memory, OF_ANOTHER_ENCODING.copy());
	}

	private static LedgerDatabase ofAnotherEncoding() {
		LedgerDatabase empty = ReceivingLab.ofAnotherEncoding();
		Roles.apply(empty.dataSource(), empty.schema());
		return empty;
	}

	private String quarantined() {
		return ReceivingLab.query(this.lab.centre, """
				select coalesce(string_agg(concat_ws(' ', seq, redacted), ', ' order by seq), 'none')
				from audit.audit_received_quarantine
				""");
	}

	private void assertSound() {
		assertThat(ReceivingLab.query(this.lab.centre,
				"select string_agg(encode(hash, 'hex'), ' ' order by seq) from audit.audit_log where chain = 'orders'"))
			.isEqualTo(ReceivingLab.query(this.lab.source,
					"select string_agg(encode(hash, 'hex'), ' ' order by seq) from audit.audit_log where chain = 'orders'"));
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatTheDatabaseCannotHoldIsInQuarantineAndTheChainGoesOn() {
		this.lab.source.append(ReceivingLab.CHAIN, Entries.entries(3));
		String note = this.lab.write(Entries.withMessage("für 5 ₿ und 10 £"), Entries.withMessage("für 10 £"),
				Entries.withMetadata("{\"note\":\"日本\"}"));
		Reception reception = this.lab.send(0, note);
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(this.lab.size()).isEqualTo(6);
		assertThat(quarantined()).isEqualTo("3 data, 5 data");
		byte[] content = HexFormat.of()
			.parseHex(ReceivingLab.query(this.lab.centre,
					"select encode(content, 'hex') from audit.audit_received_quarantine where seq = 3"));
		assertThat(new String(content, 16, content.length - 16, StandardCharsets.UTF_8)).contains("für 5 ₿ und 10 £");
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(concat_ws(' ', metadata ->> 'chain', metadata ->> 'seq', metadata ->> 'group'), ', '
					order by seq)
				from audit.audit_log where chain = 'local' and action = 'audit.quarantined'
				""")).isEqualTo("orders 3 data, orders 5 data");
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(metadata ->> 'reason', ' ') from audit.audit_log where action = 'audit.quarantined'
				""")).contains("character with byte sequence").doesNotContain("für");
		assertThat(ReceivingLab.query(this.lab.centre, """
				select concat_ws(' ', message, actor_id) from audit.audit_log where chain = 'orders' and seq = 4
				""")).isEqualTo("für 10 £ jane");
		assertThat(ReceivingLab.query(this.lab.centre,
				"select actor_id from audit.audit_log where chain = 'orders' and seq = 3"))
			.isEqualTo("jane");
		assertSound();
		new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(), () -> Entries.entries(1).get(0))
			.record(Duration.ofMillis(1));
		assertThat(ReceivingLab.query(this.lab.centre,
				"select max(size) from audit.audit_root_head where chain = 'orders'"))
			.isEqualTo("6");
		assertSound();
	}

	@Test
	void anActorWhoCannotBeStoredIsInQuarantineToo() {
		String note = this.lab.write(Entries.entry("order.pay", "Order", "1", "żaneta"));
		assertThat(this.lab.send(0, note).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(quarantined()).isEqualTo("0 actor");
		assertSound();
	}

	@Test
	void whatIsErasedAtTheSourceIsErasedFromTheQuarantine() {
		this.lab.send(0, this.lab.write(Entries.withMessage("5 ₿")));
		UUID id = UUID
			.fromString(ReceivingLab.query(this.lab.centre, "select id from audit.audit_log where chain = 'orders'"));
		ErasureReport report = new Redaction(this.lab.centre.dataSource(), this.lab.centre.schema(),
				() -> Entries.entries(1).get(0))
			.redact(List.of(id), EntryGroup.DATA, "asked to");
		assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.ASKED);
		new Redaction(this.lab.source.dataSource(), this.lab.source.schema(), () -> Entries.entries(1).get(0))
			.redact(List.of(id), EntryGroup.DATA, "asked to");
		assertThat(this.lab.send(1, this.lab.sign()).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(quarantined()).isEqualTo("none");
		assertSound();
	}

	@Test
	void whereItsSourceIsGoneWhatIsInQuarantineIsErasedHere() {
		this.lab.send(0,
				this.lab.write(Entries.withMessage("5 ₿"), Entries.withMessage("6 ₿"), Entries.withMessage("7")));
		this.lab.centre.execute("select audit.audit_source_gone('orders', 'Shut down in May')");
		Redaction redaction = new Redaction(this.lab.centre.dataSource(), this.lab.centre.schema(),
				() -> Entries.entries(1).get(0));
		List<UUID> all = Stream
			.of(ReceivingLab
				.query(this.lab.centre,
						"select string_agg(id::text, ' ' order by seq) from audit.audit_log where chain = 'orders'")
				.split(" "))
			.map(UUID::fromString)
			.toList();
		ErasureReport report = redaction.redact(List.of(all.get(0), all.get(2)), EntryGroup.DATA, "asked to");
		assertThat(report.left()).isEmpty();
		assertThat(quarantined()).isEqualTo("1 data");
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(metadata ->> 'seq', ' ' order by seq)
				from audit.audit_log where chain = 'local' and action = 'audit.redaction'
				""")).isEqualTo("0 2");
		assertSound();
		new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(), () -> Entries.entries(1).get(0))
			.record(Duration.ofMillis(1));
		assertSound();
		assertThat(redaction.redact(all, EntryGroup.DATA, "asked to").alreadyErased()).isEqualTo(2);
		assertThat(quarantined()).isEqualTo("none");
	}

	/** Somebody whose name the centre cannot store, as it is, or by its id, too. */
	private static Entry by(String actor, Entry entry) {
		return new Entry(entry.id(), entry.occurredAt(), entry.service(), entry.tenant(), entry.operation(),
				entry.action(), entry.category(), entry.severity(), entry.outcome(), entry.actorType(),
				entry.targetType(), entry.targetId(), entry.revision(), entry.durationMicros(), entry.traceId(),
				new Entry.ActorGroup(actor, "Żaneta", "u-1", null, null, null, null, null), entry.data());
	}

	private ErasureReport erase(Subject subject) {
		return new Redaction(Roles.user(this.lab.centre.dataSource(), "audit_redactor"), this.lab.centre.schema(),
				() -> Entries.entries(1).get(0))
			.erase(subject, "asked to");
	}

	private void sourceIsGone() {
		this.lab.centre.execute("select audit.audit_source_gone('orders', 'Shut down in May')");
	}

	@ParameterizedTest
	@ValueSource(strings = { "u-17", "żaneta" })
	void whoIsInQuarantineIsFoundAndItsSourceErases(String actor) {
		Entry entry = by(actor, Entries.entry("order.pay"));
		this.lab.send(0, this.lab.write(Entries.entry("order.pay"), entry, by("u-18", Entries.entry("order.pay"))));
		assertThat(quarantined()).isEqualTo("1 actor, 2 actor");
		ErasureReport report = erase(Subject.actor(actor));
		assertThat(report.left()).isEqualTo(Map.of(ErasureReport.Cause.ASKED, List.of(entry.id())));
		assertThat(report.complete()).isFalse();
		assertThat(ReceivingLab.query(this.lab.centre,
				"select string_agg(concat_ws(' ', seq, redacted), ', ') from audit.audit_request"))
			.isEqualTo("1 actor");
		new Redaction(this.lab.source.dataSource(), this.lab.source.schema(), () -> Entries.entries(1).get(0))
			.redact(List.of(entry.id()), EntryGroup.ACTOR, "asked to");
		assertThat(this.lab.send(3, this.lab.sign()).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(quarantined()).isEqualTo("2 actor");
		assertThat(erase(Subject.actor(actor)).complete()).isTrue();
		assertSound();
	}

	@Test
	void whereItsSourceIsGoneWhoIsInQuarantineIsErasedHere() {
		Entry named = by("u-17", Entries.withMetadata("{\"actorAttributes\":{\"name\":\"Żaneta\"}}"));
		this.lab.send(0, this.lab.write(named, by("u-17", Entries.withMessage("5 ₿")),
				Entries.withMetadata("{\"actorAttributes\":{\"name\":\"Żaneta\"}}")));
		assertThat(quarantined()).isEqualTo("0 actor, 0 data, 1 actor, 1 data, 2 data");
		sourceIsGone();
		assertThat(erase(Subject.actor("u-17")).erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 2L, EntryGroup.DATA, 1L));
		assertThat(quarantined()).isEqualTo("1 data, 2 data");
		assertThat(erase(Subject.actor("jane")).erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L, EntryGroup.DATA, 1L));
		assertThat(quarantined()).isEqualTo("1 data");
		assertThat(erase(Subject.target("Order", 42)).erased()).containsOnlyKeys(EntryGroup.DATA);
		assertThat(quarantined()).isEqualTo("none");
		assertThat(erase(Subject.actor("u-17").andTarget("Order", 42).withEverything()).complete()).isTrue();
		assertSound();
	}

	@Test
	void whoActedForOthersAndWhatIsRelatedAreFoundInQuarantineToo() {
		Entry related = Entries.withRelated("[{\"id\":\"ł\",\"type\":\"User\"},{\"id\":\"9\",\"type\":\"Connector\"}]");
		this.lab.send(0, this.lab.write(by("u-17", Entries.entry("order.pay")), related, Entries.withMessage("5 ₿")));
		assertThat(quarantined()).isEqualTo("0 actor, 1 data, 2 data");
		sourceIsGone();
		assertThat(erase(Subject.actor("u-1")).erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L));
		assertThat(quarantined()).isEqualTo("1 data, 2 data");
		assertThat(erase(Subject.target("Connector", 9)).erased()).isEmpty();
		assertThat(erase(Subject.target("User", "ł").withEverything()).erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(quarantined()).isEqualTo("2 data");
		assertSound();
	}

	@Test
	void manyInQuarantineAreFoundPageByPage() {
		this.lab.send(0, this.lab
			.write(Stream.generate(() -> by("u-17", Entries.entry("order.pay"))).limit(230).toArray(Entry[]::new)));
		assertThat(erase(Subject.actor("u-17")).left().get(ErasureReport.Cause.ASKED)).hasSize(230);
	}

	/** Of such an entry only its digests are in the archive. */
	@Test
	void whatIsInQuarantineOfAnArchivedEntryIsAskedFor() {
		this.lab.send(0, this.lab.write(by("u-17", Entries.entry("order.pay"))));
		String id = ReceivingLab.query(this.lab.centre, "select id from audit.audit_log where chain = 'orders'");
		this.lab.centre.tamper("delete from audit.audit_log where chain = 'orders'");
		this.lab.centre.execute("""
				insert into audit.audit_archived
				values ('orders', 0, 0, 1, repeat('0', 64), '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00')
				""");
		assertThat(erase(Subject.actor("u-17")).left())
			.isEqualTo(Map.of(ErasureReport.Cause.ASKED, List.of(UUID.fromString(id))));
		holds().placeOnActor("u-17", "a dispute");
		assertThat(erase(Subject.actor("u-17")).left())
			.containsEntry(ErasureReport.Cause.HELD, List.of(UUID.fromString(id)))
			.doesNotContainKey(ErasureReport.Cause.ASKED);
	}

	private LegalHolds holds() {
		return new LegalHolds(Roles.user(this.lab.centre.dataSource(), "audit_retention", "audit_reader"),
				this.lab.centre.schema(), "main", () -> Entries.entry("by", "-", "-", "clerk"));
	}

	private String monthIsHeld() {
		return ReceivingLab.query(this.lab.centre, "select audit.audit_month_is_held(current_date)");
	}

	@Test
	void aLegalHoldKeepsWhatIsInQuarantine() {
		Entry entry = by("u-17", Entries.entry("order.pay"));
		this.lab.send(0, this.lab.write(entry));
		holds().placeOnActor("u-18", "another dispute");
		assertThat(monthIsHeld()).isEqualTo("f");
		long hold = holds().placeOnActor("u-17", "a dispute");
		assertThat(monthIsHeld()).isEqualTo("t");
		assertThat(erase(Subject.actor("u-17")).left()).containsEntry(ErasureReport.Cause.HELD, List.of(entry.id()))
			.doesNotContainKey(ErasureReport.Cause.ASKED);
		new Redaction(this.lab.source.dataSource(), this.lab.source.schema(), () -> Entries.entries(1).get(0))
			.redact(List.of(entry.id()), EntryGroup.ACTOR, "asked to");
		String note = this.lab.sign();
		assertThat(this.lab.send(1, note).kind()).isEqualTo(Reception.Kind.DELAYED);
		assertThat(quarantined()).isEqualTo("0 actor");
		holds().lift(hold, "settled");
		assertThat(monthIsHeld()).isEqualTo("f");
		assertThat(this.lab.send(1, note).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(quarantined()).isEqualTo("none");
		assertSound();
	}

	@Test
	void aLegalHoldOnWhatIsRelatedKeepsWhatIsInQuarantine() {
		this.lab.send(0, this.lab.write(Entries.withMessage("7"),
				Entries.withRelated("[{\"id\":\"9\",\"type\":\"Connector\"},{\"id\":\"ł\",\"type\":\"User\"}]")));
		assertThat(quarantined()).isEqualTo("1 data");
		sourceIsGone();
		String held = """
				select string_agg(audit.audit_is_held(entry)::text, ' ' order by seq) from audit.audit_log as entry
				where chain = 'orders'
				""";
		holds().placeOnTarget("Connector", 8, "another dispute");
		assertThat(ReceivingLab.query(this.lab.centre, held)).isEqualTo("false false");
		holds().placeOnTarget("Connector", 9, "a dispute");
		assertThat(ReceivingLab.query(this.lab.centre, held)).isEqualTo("false true");
		assertThat(erase(Subject.target("Order", 42)).left()).containsOnlyKeys(ErasureReport.Cause.HELD);
		assertThat(quarantined()).isEqualTo("1 data");
	}

	@Test
	void whoHadOthersActIsFoundInQuarantineToo() {
		Entry entry = Entries.delegated("ł", "kari");
		this.lab.send(0, this.lab.write(entry, Entries.delegated("ł", "kar"),
				Entries.withRelated("[{\"id\":\"kari\",\"type\":\"Agent\"},{\"id\":\"ł\",\"type\":\"User\"}]")));
		assertThat(quarantined()).isEqualTo("0 actor, 0 data, 1 actor, 1 data, 2 data");
		long hold = holds().placeOnActor("kari", "a dispute");
		assertThat(monthIsHeld()).isEqualTo("t");
		assertThat(erase(Subject.actor("kari")).left()).isEqualTo(Map.of(ErasureReport.Cause.HELD, List.of(entry.id()),
				ErasureReport.Cause.KEPT, List.of(UUID.fromString(ReceivingLab.query(this.lab.centre,
						"select id from audit.audit_log where action = 'audit.hold'")))));
		holds().lift(hold, "settled");
		assertThat(monthIsHeld()).isEqualTo("f");
		sourceIsGone();
		assertThat(erase(Subject.actor("kari")).erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(quarantined()).isEqualTo("0 actor, 1 actor, 1 data, 2 data");
		assertSound();
	}

	@Test
	void whatIsInQuarantineIsDroppedWithItsMonth() {
		this.lab.source.appendAt(Instant.parse("2018-12-31T00:00:00Z"), ReceivingLab.CHAIN, Entries.withMessage("5 ₿"));
		this.lab.send(0, this.lab.write(Entries.withMessage("6 ₿")));
		assertThat(quarantined()).isEqualTo("0 data, 1 data");
		assertThat(new Retention(this.lab.centre.dataSource(), this.lab.centre.schema(), Period.ofYears(5),
				RetentionAction.DROP, () -> Entries.entry("by"),
				Clock.fixed(Instant.parse("2024-01-15T00:00:00Z"), ZoneOffset.UTC), null)
			.apply()
			.retired()).containsExactly(YearMonth.of(2018, 12));
		assertThat(quarantined()).isEqualTo("1 data");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void aCoreThatCannotBeStoredPausesTheChain() {
		String note = this.lab.write(Entries.entry("order.pay", "Order", "№ 1", "jane"));
		Reception reception = this.lab.send(0, note);
		assertThat(reception.kind()).isEqualTo(Reception.Kind.PAUSED);
		assertThat(this.lab.size()).isZero();
		assertThat(quarantined()).isEqualTo("none");
	}

}
