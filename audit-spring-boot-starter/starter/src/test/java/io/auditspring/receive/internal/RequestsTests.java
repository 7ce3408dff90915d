/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Redaction;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the centre asks of the sources of its chains: to erase, and to keep.
 */
@ExtendWith(OutputCaptureExtension.class)
class RequestsTests {

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	private DataSource atTheSource;

	@BeforeEach
	void receiveFiveEntries() {
		this.lab = new ReceivingLab(this.memory);
		Roles.apply(this.lab.source.dataSource(), this.lab.source.schema());
		this.atTheSource = Roles.user(this.lab.source.dataSource(), "audit_centre");
		this.lab.write(5);
		poll();
	}

	private JdbcSource jdbc() {
		return jdbc(this.atTheSource);
	}

	private JdbcSource jdbc(DataSource database) {
		return new JdbcSource("orders", database, this.lab.source.schema(), List.of(), this.lab.receiver,
				this.lab.statistics,
				new Receipts(this.lab.receiving, this.lab.centre.schema(), this.lab.centreSigner, null, false),
				Duration.ZERO);
	}

	private void poll() {
		try {
			jdbc().receive();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private ErasureReport redact(LedgerDatabase database, long seq) {
		return new Redaction(Roles.user(database.dataSource(), "audit_redactor"), database.schema(),
				() -> Entries.entry("by", "-", "-", "clerk"))
			.redact(List.of(id(seq)), EntryGroup.ACTOR, "asked to");
	}

	private UUID id(long seq) {
		return UUID.fromString(ReceivingLab.query(this.lab.source,
				"select id from audit.audit_log where chain = 'orders' and seq = " + seq));
	}

	private static String erased(LedgerDatabase database) {
		return ReceivingLab.query(database, """
				select coalesce(string_agg(seq::text, ' ' order by seq), 'none') from audit.audit_log
				where chain = 'orders' and actor_digest is not null
				""");
	}

	/** The application at the source, which trusts the key of the centre. */
	private ApplicationContextRunner source() {
		return source(this.lab.source);
	}

	private ApplicationContextRunner source(LedgerDatabase database) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class,
					AuditCheckpointAutoConfiguration.class, AuditUpkeepAutoConfiguration.class))
			.withBean(DataSource.class, database::dataSource)
			.withPropertyValues("audit.flyway.enabled=false", "audit.chain=orders",
					"audit.checkpoint.origin=" + ReceivingLab.ORIGIN,
					"audit.checkpoint.trusted-keys=" + VerifierKey.of(this.lab.signer),
					"audit.retention.centre-keys=" + VerifierKey.of(this.lab.centreSigner));
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(becomesTrue);
	}

	@Test
	void whatIsToBeErasedOfAReceivedChainItsSourceErases() {
		ErasureReport report = redact(this.lab.centre, 2);
		assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.ASKED);
		assertThat(report.complete()).isFalse();
		assertThat(ReceivingLab.query(this.lab.centre, """
				select concat_ws(' ', actor_id, metadata ->> 'chain', metadata ->> 'seq', metadata ->> 'reason')
				from audit.audit_log where chain = 'local' and action = 'audit.redaction.asked'
				""")).isEqualTo("clerk orders 2 asked to");
		redact(this.lab.centre, 2);
		assertThat(ReceivingLab.query(this.lab.centre,
				"select count(*) from audit.audit_log where action = 'audit.redaction.asked'"))
			.isEqualTo("1");
		poll();
		source().run((context) -> await(() -> assertThat(erased(this.lab.source)).isEqualTo("2")));
		assertThat(erased(this.lab.centre)).isEqualTo("none");
		this.lab.sign();
		poll();
		assertThat(erased(this.lab.centre)).isEqualTo("2");
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(ReceivingLab.content(this.lab.source));
		assertThat(this.lab.problems()).isEmpty();
		assertThat(redact(this.lab.centre, 2).alreadyErased()).isEqualTo(1);
		assertThat(requests(this.lab.centre)).isEqualTo("0");
	}

	private static String requests(LedgerDatabase database) {
		return ReceivingLab.query(database, "select count(*) from audit.audit_request");
	}

	/** Its source may have been away for a long time. */
	@Test
	void whatIsInTheArchiveOnlyIsAskedForUntilItsSourceHasErasedIt() {
		redact(this.lab.centre, 2);
		this.lab.centre.execute("update audit.audit_request set asked_at = now() - interval '400 days'");
		this.lab.centre.tamper("delete from audit.audit_log where chain = 'orders' and seq = 2");
		this.lab.centre.execute("""
				insert into audit.audit_archived
				values ('orders', 2, 2, 1, repeat('0', 64), '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00')
				""");
		poll();
		assertThat(requests(this.lab.source)).isEqualTo("1");
		redact(this.lab.source, 2);
		this.lab.sign();
		poll();
		assertThat(requests(this.lab.centre)).isEqualTo("0");
	}

	private ErasureReport redact(long seq, String reason) {
		return new Redaction(Roles.user(this.lab.centre.dataSource(), "audit_redactor"), this.lab.centre.schema(),
				() -> Entries.entry("by", "-", "-", "clerk"))
			.redact(List.of(id(seq)), EntryGroup.ACTOR, reason);
	}

	@Test
	void whatASourceCannotStoreOfHoldsAndRequestsKeepsNothingElseFromIt(CapturedOutput output) {
		this.lab = new ReceivingLab(this.memory.resolve("another"), ReceivingLab.ofAnotherEncoding(),
				LedgerDatabase.create());
		Roles.apply(this.lab.source.dataSource(), this.lab.source.schema());
		this.atTheSource = Roles.user(this.lab.source.dataSource(), "audit_centre");
		this.lab.write(5);
		this.lab.source.append("stock", Entries.entries(3));
		this.lab.checkpoints(this.lab.source).create("stock");
		this.lab.register("stock");
		poll();
		long hold = holds(this.lab.centre, "main").placeOnActor("łukasz", "a dispute");
		holds(this.lab.centre, "main").placeOnActor("john", "спор");
		redact(1, "по просьбе");
		redact(2, "asked to");
		this.lab.write(2);
		poll();
		poll();
		assertThat(this.lab.size()).isEqualTo(7);
		assertThat(ReceivingLab.query(this.lab.source,
				"select string_agg(concat_ws(' ', actor_id, reason), ', ') from audit.audit_legal_hold"))
			.isEqualTo("john ????");
		assertThat(ReceivingLab.query(this.lab.source,
				"select string_agg(chain, ' ' order by chain) from audit.audit_receipt"))
			.isEqualTo("orders stock");
		assertThat(output).containsOnlyOnce("what legal hold %d is on".formatted(hold))
			.containsOnlyOnce("cannot store the reason for which entry 1 of chain 'orders' is to be erased");
		holds(this.lab.centre, "main").lift(Long.parseLong(
				ReceivingLab.query(this.lab.centre, "select id from audit.audit_legal_hold where actor_id = 'john'")),
				"settled");
		poll();
		assertThat(ReceivingLab.query(this.lab.source, "select count(*) from audit.audit_legal_hold")).isEqualTo("0");
		redact(1, "asked for it");
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(metadata ->> 'reason', ', ' order by seq) from audit.audit_log
				where action = 'audit.redaction.asked' and metadata ->> 'seq' = '1'
				""")).isEqualTo("по просьбе, asked for it");
		poll();
		assertThat(ReceivingLab.query(this.lab.source,
				"select string_agg(concat_ws(' ', seq, reason), ', ' order by seq) from audit.audit_request"))
			.isEqualTo("1 asked for it, 2 asked to");
	}

	private void redactAll(String where) {
		List<UUID> ids = Stream
			.of(ReceivingLab
				.query(this.lab.source,
						"select string_agg(id::text, ' ') from audit.audit_log where chain = 'orders' and " + where)
				.split(" "))
			.map(UUID::fromString)
			.toList();
		assertThat(
				new Redaction(this.lab.source.dataSource(), this.lab.source.schema(), () -> Entries.entries(1).get(0))
					.redact(ids, EntryGroup.ACTOR, "asked to")
					.left())
			.isEmpty();
	}

	@Test
	void manyErasuresAtOnceArriveBeforeAndAfterTheirEntries() {
		this.lab.source.append("orders", Entries.entries(1200));
		this.lab.sign();
		poll();
		this.lab.source.append("orders", Entries.entries(1200));
		redactAll("seq between 0 and 1999");
		this.lab.sign();
		poll();
		assertThat(ReceivingLab.query(this.lab.centre,
				"select count(actor_digest) from audit.audit_log where chain = 'orders'"))
			.isEqualTo("2000");
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(ReceivingLab.content(this.lab.source));
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatStaysOpenKeepsNoOtherRequestFromItsSource() throws SQLException {
		this.lab.write(140);
		poll();
		this.lab.centre.execute("""
				insert into audit.audit_request (chain, seq, id, redacted, reason)
				select chain, seq, id, 'actor', 'asked to' from audit.audit_log where chain = 'orders' and seq < 130
				""");
		JdbcSource source = jdbc(this.atTheSource);
		source.receive();
		source.receive();
		assertThat(ReceivingLab.query(this.lab.source, "select count(*) from audit.audit_request")).isEqualTo("130");
	}

	@Test
	void whatMayNotBeErasedKeepsNothingElseFromBeingErased() {
		this.lab.write(520);
		this.lab.source.execute("""
				insert into audit.audit_request (chain, seq, id, redacted, reason, note, asked_at)
				select chain, seq, id, part, 'asked to', 'no note', now() - interval '1 day'
				from audit.audit_log, unnest(array['actor', 'data']) as part where chain = 'orders' and seq < 520
				""");
		ask(521, new RedactionRequest(ReceivingLab.ORIGIN + "/orders", 521, id(521), "actor", "asked to")
			.sign(this.lab.centreSigner));
		source().run((context) -> await(() -> assertThat(erased(this.lab.source)).isEqualTo("521")));
	}

	/** A month after the service was closed under its old name by hand. */
	@Test
	void whatIsErasedOfAChainThatWasClosedByHandIsErasedAtTheCentre() {
		this.lab.source.execute("""
				select audit.audit_close_chain('orders', 'It goes on as orders@2',
					'{"actorType": "system", "operation": "%s", "actor": {"id": "system"}}')
				""".formatted(UUID.randomUUID()));
		this.lab.sign();
		this.lab.source.append("orders@2", Entries.entries(2));
		this.lab.register("orders@2");
		redact(this.lab.centre, 2);
		poll();
		source().run((context) -> await(() -> assertThat(erased(this.lab.source)).isEqualTo("2")));
		this.lab.checkpoints(this.lab.source).create("orders@2");
		poll();
		assertThat(erased(this.lab.centre)).isEqualTo("2");
		assertThat(this.lab.problems()).isEmpty();
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isZero();
	}

	@Test
	void whatItsSourceHasNoMoreIsAskedForAndHoldsNothingUp() {
		redact(this.lab.centre, 2);
		this.lab.source.tamper("delete from audit.audit_log where chain = 'orders' and seq = 2");
		this.lab.write(1);
		poll();
		assertThat(this.lab.size()).isEqualTo(6);
	}

	@Test
	void whatNobodyKnownAsksForIsNotErased(CapturedOutput output) {
		RedactionRequest other = new RedactionRequest(ReceivingLab.ORIGIN + "/orders", 1, id(1), "actor", "asked to");
		Ed25519Signer thief = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());
		ask(1, other.sign(thief));
		ask(2, other.sign(this.lab.centreSigner));
		ask(3, "no note");
		ask(4, new RedactionRequest(ReceivingLab.ORIGIN + "/orders", 4, id(4), "actor", "asked to")
			.sign(this.lab.centreSigner));
		source().run((context) -> await(() -> assertThat(erased(this.lab.source)).isEqualTo("4")));
		assertThat(output).containsOnlyOnce("Entry 1 of audit chain 'orders'")
			.containsOnlyOnce("Entry 2 of audit chain 'orders'")
			.containsOnlyOnce("Entry 3 of audit chain 'orders'");
	}

	private void ask(long seq, String note) {
		this.lab.source.execute("select audit.audit_take_request('orders', %d, '%s', 'actor', 'asked to', '%s')"
			.formatted(seq, id(seq), note));
	}

	@Test
	void whatTheCentreHoldsIsKeptAtItsSourcesUntilItIsLifted() {
		LegalHolds holds = holds(this.lab.centre, "main");
		long hold = holds.placeOnActor("jane", "a dispute");
		poll();
		assertThat(redact(this.lab.source, 2).left()).containsOnlyKeys(ErasureReport.Cause.HELD);
		assertThat(ReceivingLab.query(this.lab.source, "select audit.audit_month_is_held(current_date)"))
			.isEqualTo("t");
		assertThat(ReceivingLab.query(this.lab.source, """
				select metadata ->> 'reason' from audit.audit_log where chain = 'orders' and action = 'audit.hold'
				""")).isEqualTo("a dispute");
		long there = holds(this.lab.source, "orders").current().get(0).id();
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> holds(this.lab.source, "orders").lift(there, "not wanted here"))
			.withStackTraceContaining("was placed by the centre, and is lifted there");
		poll();
		assertThat(holds(this.lab.source, "orders").current()).hasSize(1);
		holds.lift(hold, "It is settled");
		poll();
		assertThat(holds(this.lab.source, "orders").current()).isEmpty();
		assertThat(redact(this.lab.source, 2).left()).isEmpty();
		this.lab.sign();
		poll();
		assertThat(erased(this.lab.centre)).isEqualTo("2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void aHoldUnderSeveralNamesIsPlacedAndLiftedUnderEach() {
		String hold = ReceivingLab.query(this.lab.centre, """
				select audit.audit_hold_target('main', '{Purchase,Order}', '42', 'a dispute', '{"actorType": "user",
					"operation": "00000000-0000-7000-8000-000000000000", "actor": {"id": "clerk"}}')
				""");
		poll();
		assertThat(ReceivingLab.query(this.lab.source,
				"select string_agg(target_type, ' ' order by target_type) from audit.audit_legal_hold"))
			.isEqualTo("Order Purchase");
		holds(this.lab.centre, "main").lift(Long.parseLong(hold), "It is settled");
		poll();
		assertThat(ReceivingLab.query(this.lab.source, "select count(*) from audit.audit_legal_hold")).isEqualTo("0");
	}

	/** A backup of a source knows the holds of its time. */
	@Test
	void whatASourceHasLostItIsToldAgain() throws SQLException {
		holds(this.lab.centre, "main").placeOnActor("jane", "a dispute");
		JdbcSource source = jdbc();
		source.receive();
		this.lab.source.execute("delete from audit.audit_legal_hold");
		source.receive();
		assertThat(redact(this.lab.source, 2).left()).containsOnlyKeys(ErasureReport.Cause.HELD);
		String before = ReceivingLab.query(this.lab.source, "select max(seq) from audit.audit_log");
		source.receive();
		assertThat(ReceivingLab.query(this.lab.source, "select max(seq) from audit.audit_log")).isEqualTo(before);
	}

	/** A backup of the centre counts from the holds of its time on. */
	@Test
	void aHoldWhoseNumberIsThatOfAnotherOneIsPlacedAllTheSame() {
		this.lab.source.execute("""
				select audit.audit_take_holds('orders', '[{"id": 7, "actor": "john", "reason": "a case"}]')
				""");
		this.lab.source.execute("""
				select audit.audit_take_holds('orders', '[{"id": 7, "actor": "jane", "reason": "another case"}]')
				""");
		assertThat(ReceivingLab.query(this.lab.source,
				"select string_agg(concat_ws(' ', actor_id, centre_hold), ', ') from audit.audit_legal_hold"))
			.isEqualTo("jane 7");
	}

	private static LegalHolds holds(LedgerDatabase database, String chain) {
		return new LegalHolds(database.dataSource(), database.schema(), chain,
				() -> Entries.entry("by", "-", "-", "clerk"));
	}

}
