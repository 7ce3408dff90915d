/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of bundles, honest and forged ones. Source and centre are two databases.
 */
class BundleReceiverTests {

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	@BeforeEach
	void createTheLab() {
		this.lab = new ReceivingLab(this.memory);
	}

	private void assertKind(Reception reception, Reception.Kind kind) {
		assertThat(reception.kind()).as(String.valueOf(reception.reason())).isEqualTo(kind);
	}

	/** Anybody may send a name, and whoever heard a note may send that again. */
	@Test
	void whatIsNotSignedCostsNoMoreThanWhatComesWithIt() {
		String note = this.lab.write(5);
		this.lab.send(0, note);
		assertKind(this.lab.receive(Bundle.of("none@999999999", 0, note, List.of())), Reception.Kind.REFUSED);
		assertKind(this.lab.receive(Bundle.of("orders@999999999", 0, note, List.of())), Reception.Kind.REFUSED);
		assertKind(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0, note, List.of())), Reception.Kind.SEEN);
		assertThat(Succession.isOf("orders", "orders@999999999")).isTrue();
		assertThat(Succession.isOf("orders@2", "orders@999999999")).isTrue();
		assertThat(Succession.isOf("orders@1", "orders@999999999")).isFalse();
		assertThat(Succession.isOf("orders@3", "orders@2")).isFalse();
		assertThat(Succession.isOf("orders@2", "orders@3@2")).isTrue();
	}

	private void assertAsAtTheSource() {
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(ReceivingLab.content(this.lab.source));
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void entriesAreHereAsTheyAreAtTheirSource() {
		Reception reception = this.lab.send(0, this.lab.write(700));
		assertKind(reception, Reception.Kind.APPENDED);
		assertThat(reception.appended()).isEqualTo(700);
		assertKind(this.lab.send(700, this.lab.write(3)), Reception.Kind.APPENDED);
		assertThat(this.lab.size()).isEqualTo(703);
		assertThat(this.lab.statistics.entries()).isEqualTo(703);
		assertAsAtTheSource();
	}

	@Test
	void whatComesAgainIsSkipped() {
		String first = this.lab.write(300);
		String second = this.lab.write(10);
		assertKind(this.lab.send(0, first), Reception.Kind.APPENDED);
		assertKind(this.lab.send(0, first), Reception.Kind.SEEN);
		assertKind(this.lab.send(100, second), Reception.Kind.APPENDED);
		assertKind(this.lab.send(0, second), Reception.Kind.SEEN);
		assertKind(this.lab.send(200, first), Reception.Kind.SEEN);
		assertAsAtTheSource();
	}

	@Test
	void whatLeavesEntriesOutIsAGapUntilTheyCome() {
		String first = this.lab.write(5);
		String second = this.lab.write(5);
		Reception gap = this.lab.send(5, second);
		assertKind(gap, Reception.Kind.GAP);
		assertThat(gap.size()).isZero();
		assertThat(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 10, second)).kind()).isEqualTo(Reception.Kind.GAP);
		assertThat(this.lab.statistics.troubles()).containsKey(ReceivingLab.CHAIN);
		this.lab.send(0, first);
		this.lab.send(5, second);
		assertThat(this.lab.statistics.troubles()).isEmpty();
		assertAsAtTheSource();
	}

	@Test
	void aSourceWithoutNewEntriesIsHeard() {
		String note = this.lab.write(5);
		this.lab.send(0, note);
		assertKind(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 5, note)), Reception.Kind.SEEN);
	}

	/** What an attacker sends who has no key, and otherwise all. */
	private record Forgery(String name, Maker maker) {

	}

	private interface Maker {

		Bundle make(ReceivingLab lab, String note, List<StoredEntry> entries);

	}

	private static List<Forgery> forgeries() {
		return List
			.of(new Forgery("an entry is altered",
					(lab, note, entries) -> bundle(5, note, with(entries, 2, "entirely another"))),
					new Forgery("an entry is altered and all hashes made anew",
							(lab, note, entries) -> bundle(5, note, rechained(with(entries, 2, "entirely another")))),
					new Forgery("an entry is left out", (lab, note, entries) -> bundle(5, note, without(entries, 3))),
					new Forgery("the last entry is left out", (lab, note, entries) -> bundle(5, note,
							without(entries, 4))),
					new Forgery("two entries change places",
							(lab, note, entries) -> bundle(5, note,
									List.of(entries.get(0), entries.get(2), entries.get(1), entries.get(3),
											entries.get(4)))),
					new Forgery("an entry comes twice",
							(lab, note, entries) -> bundle(5, note,
									Stream.concat(entries.stream(), entries.stream().skip(4)).toList())),
					new Forgery("nobody signed it",
							(lab, note, entries) -> bundle(5, note.substring(0, note.indexOf("\n\n") + 2), entries)),
					new Forgery("it has no note", (lab, note, entries) -> bundle(5, "", entries)),
					new Forgery("another key signed it", (lab, note, entries) -> bundle(5,
							lab.sign(ReceivingLab.CHAIN, 10, Checkpoint.parse(note).root(),
									Ed25519Signer.ofPem(ReceivingLab.ORIGIN, Ed25519Signer.newPem())),
							entries)),
					new Forgery("the signature is of another note",
							(lab, note, entries) -> bundle(5, note.replace("\n10\n", "\n9\n"), without(entries, 4))),
					new Forgery("the note is of another chain",
							(lab, note, entries) -> bundle(5,
									lab.sign("invoices", 10, Checkpoint.parse(note).root(), lab.signer), entries)),
					new Forgery("it is of a chain that is not registered",
							(lab, note, entries) -> Bundle.of("invoices", 0,
									lab.sign("invoices", 10, Checkpoint.parse(note).root(), lab.signer), entries)),
					new Forgery("no chain can be called so",
							(lab, note, entries) -> Bundle.of("orders\0", 5, note, entries)),
					new Forgery("its entries are of another chain",
							(lab, note, entries) -> bundle(5, note,
									entries.stream().map(BundleReceiverTests::moved).toList())),
					new Forgery("it begins behind its end", (lab, note, entries) -> bundle(11, note, entries)),
					new Forgery("it begins before all", (lab, note, entries) -> bundle(-1, note, entries)),
					new Forgery("an entry that is here already is altered",
							(lab, note, entries) -> bundle(0, note,
									with(lab.entries(lab.source, 0, 10), 1, "entirely another"))),
					new Forgery("an entry that is here already is altered, below an old note",
							(lab, note, entries) -> bundle(0, ReceivingLab.query(lab.source, """
									select note from audit.audit_checkpoint where chain = 'orders' and size = 5
									"""), with(lab.entries(lab.source, 0, 5), 1, "entirely another"))));
	}

	private static Bundle bundle(long first, String note, List<StoredEntry> entries) {
		return Bundle.of(ReceivingLab.CHAIN, first, note, entries);
	}

	private static List<StoredEntry> with(List<StoredEntry> entries, int index, String action) {
		return entries.stream()
			.map((entry) -> (entry == entries.get(index)) ? Altered.action(entry, action) : entry)
			.toList();
	}

	private static List<StoredEntry> rechained(List<StoredEntry> entries) {
		return Altered.rechained(entries);
	}

	private static List<StoredEntry> without(List<StoredEntry> entries, int index) {
		return entries.stream().filter((entry) -> entry != entries.get(index)).toList();
	}

	private static StoredEntry moved(StoredEntry entry) {
		return Altered.chain(entry, "invoices");
	}

	/** One after the other, none of which leaves anything behind. */
	@Test
	void forgeriesAreRefused() {
		this.lab.send(0, this.lab.write(5));
		String note = this.lab.write(5);
		String before = ReceivingLab.content(this.lab.centre);
		int refused = 0;
		for (Forgery forgery : forgeries()) {
			Bundle forged = forgery.maker().make(this.lab, note, this.lab.entries(this.lab.source, 5, 10));
			Reception reception = this.lab.receive(forged);
			assertThat(reception.kind()).as("%s: %s", forgery.name(), reception.reason())
				.isEqualTo(Reception.Kind.REFUSED);
			assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).as(forgery.name()).isEqualTo(++refused);
			assertThat(this.lab.statistics.troubles()).as(forgery.name()).isEmpty();
			assertThat(this.lab.size()).as(forgery.name()).isEqualTo(5);
			assertThat(ReceivingLab.content(this.lab.centre)).as(forgery.name()).isEqualTo(before);
		}
		assertThat(refused).isEqualTo(18);
		assertKind(this.lab.send(5, note), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@Test
	void aSourceThatSignsAnotherHistoryIsParkedWithTheEvidence() {
		String before = this.lab.write(5);
		LedgerDatabase backup = this.lab.source.copy();
		this.lab.send(0, before);
		this.lab.send(5, this.lab.write(5));
		String here = ReceivingLab.content(this.lab.centre);
		backup.append(ReceivingLab.CHAIN, Entries.entries(5));
		String other = this.lab.checkpoints(backup).create(ReceivingLab.CHAIN).map(Checkpoint::note).orElseThrow();
		Reception fork = this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 5, other, this.lab.entries(backup, 5, 10)));
		assertKind(fork, Reception.Kind.FORK);
		assertThat(fork.reason()).startsWith("its source signed two entries 5");
		assertThat(ReceivingLab.query(this.lab.centre,
				"""
						select concat_ws(' ', seq, ours <> theirs, note <> our_note) from audit.audit_fork where chain = 'orders'
						"""))
			.isEqualTo("5 t t");
		assertThat(ReceivingLab.query(this.lab.centre, "select note from audit.audit_fork")).isEqualTo(other);
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(action, ' ' order by seq) from audit.audit_log where chain = 'local'
				""")).isEqualTo("audit.chain.received audit.chain.parked");
		assertKind(this.lab.send(10, this.lab.write(1)), Reception.Kind.PARKED);
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(here);
		assertThat(this.lab.problems()).isEmpty();
		this.lab.centre.execute("set role audit_owner; select audit.audit_unpark('orders', 'the backup was put away')");
		assertKind(this.lab.send(10, this.lab.sign(ReceivingLab.CHAIN, 11, root(), this.lab.signer)),
				Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	private byte[] root() {
		return Checkpoint
			.parse(ReceivingLab.query(this.lab.source,
					"select note from audit.audit_checkpoint where chain = 'orders' order by size desc limit 1"))
			.root();
	}

	@Test
	void twoRootsOfOneSizeAreAForkToo() {
		this.lab.send(0, this.lab.write(5));
		String other = this.lab.sign(ReceivingLab.CHAIN, 3, new byte[32], this.lab.signer);
		assertKind(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 3, other)), Reception.Kind.FORK);
	}

	@Test
	void aKeyCountsForTheSizesThatItIsRegisteredFor() {
		this.lab.send(0, this.lab.write(5));
		this.lab.source.append(ReceivingLab.CHAIN, Entries.entries(5));
		Ed25519Signer next = Ed25519Signer.ofPem(ReceivingLab.ORIGIN, Ed25519Signer.newPem());
		byte[] root = Checkpoint.parse(this.lab.sign()).root();
		String byNext = this.lab.sign(ReceivingLab.CHAIN, 10, root, next);
		String byOld = this.lab.sign(ReceivingLab.CHAIN, 10, root, this.lab.signer);
		assertKind(this.lab.send(5, byNext), Reception.Kind.REFUSED);
		this.lab.centre.execute("set role audit_owner; select audit.audit_receive_key('orders', '%s', 6)"
			.formatted(VerifierKey.of(next)));
		assertKind(this.lab.send(5, byOld), Reception.Kind.REFUSED);
		assertKind(this.lab.send(5, byNext), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@Test
	void whatIsSignedInTheNameOfASourceThatIsGoneIsRefused() {
		this.lab.send(0, this.lab.write(5));
		this.lab.centre.execute("set role audit_owner; select audit.audit_source_gone('orders', 'shut down')");
		assertKind(this.lab.send(5, this.lab.write(5)), Reception.Kind.REFUSED);
		assertThat(this.lab.size()).isEqualTo(5);
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isEqualTo(1);
	}

	@Test
	void whatIsAheadOfTheClockIsDelayedAndParksNothing() {
		this.lab.send(0, this.lab.write(1));
		this.lab.source.appendAt(Instant.now().plusSeconds(3600), ReceivingLab.CHAIN, Entries.entry("early"));
		String note = this.lab.sign();
		assertKind(this.lab.send(1, note), Reception.Kind.DELAYED);
		assertThat(this.lab.size()).isEqualTo(1);
		assertThat(this.lab.statistics.troubles().get(ReceivingLab.CHAIN).reason()).contains("ahead of the clock here");
	}

	@Test
	void oldMonthsGetTheirPartitions() {
		this.lab.source.appendAt(Instant.parse("2024-02-29T12:00:00Z"), ReceivingLab.CHAIN, Entries.entry("a"),
				Entries.entry("b"));
		this.lab.source.appendAt(Instant.parse("2025-07-01T00:00:00Z"), ReceivingLab.CHAIN, Entries.entry("c"));
		assertKind(this.lab.send(0, this.lab.write(2)), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@Test
	void whatItsSourceErasesIsErasedHere() {
		this.lab.send(0, this.lab.write(5));
		this.lab.redact(this.lab.source, 2);
		assertKind(this.lab.send(5, this.lab.sign()), Reception.Kind.APPENDED);
		assertThat(ReceivingLab.query(this.lab.centre,
				"select count(*) from audit.audit_log where chain = 'orders' and actor_digest is not null"))
			.isEqualTo("1");
		assertAsAtTheSource();
		this.lab.redact(this.lab.source, 3);
		this.lab.write(1);
		this.lab.poll();
		assertAsAtTheSource();
	}

	@Test
	void whatWasErasedBeforeItCameComesWithTheEntryThatSaysSo() {
		String note = this.lab.write(5);
		this.lab.redact(this.lab.source, 2);
		assertKind(this.lab.send(0, note), Reception.Kind.INCOMPLETE);
		assertThat(this.lab.size()).isZero();
		assertKind(this.lab.send(0, this.lab.sign()), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@Test
	void anErasureOfWhatALegalHoldKeepsHereWaits() {
		this.lab.send(0, this.lab.write(5));
		this.lab.centre.execute("insert into audit.audit_legal_hold (actor_id, reason) values ('jane', 'a dispute')");
		this.lab.redact(this.lab.source, 2);
		String note = this.lab.sign();
		Reception reception = this.lab.send(5, note);
		assertKind(reception, Reception.Kind.DELAYED);
		assertThat(reception.reason()).contains("a legal hold keeps entry 2 of chain \"orders\"");
		this.lab.centre.execute("delete from audit.audit_legal_hold");
		assertKind(this.lab.send(5, note), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@Test
	void aClosedChainIsClosedHereToo() {
		this.lab.write(3);
		this.lab.source.execute("""
				select audit.audit_close_chain('orders', 'It goes on as orders@2',
					'{"actorType": "system", "operation": "%s", "actor": {"id": "system"}}')
				""".formatted(UUID.randomUUID()));
		assertKind(this.lab.send(0, this.lab.sign()), Reception.Kind.APPENDED);
		assertThat(ReceivingLab.query(this.lab.centre,
				"select closed_at is not null from audit.audit_chain where name = 'orders'"))
			.isEqualTo("t");
		assertAsAtTheSource();
	}

	/** Its source signs whatever it likes. */
	@ParameterizedTest
	@ValueSource(strings = { "zzzzzzzz", "10.0.0.1", "::1", "7F000001" })
	void anAddressThatIsNoneIsInQuarantine(String address) {
		this.lab.write(1);
		List<StoredEntry> entries = Altered
			.rechained(List.of(Altered.address(this.lab.entries(this.lab.source, 0, 1).get(0), address)));
		CompactRange tree = new CompactRange();
		tree.append(entries.get(0).hash(), (full) -> {
		});
		assertKind(
				this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0,
						this.lab.sign(ReceivingLab.CHAIN, 1, LeafHashes.root(tree), this.lab.signer), entries)),
				Reception.Kind.APPENDED);
		assertThat(ReceivingLab.query(this.lab.centre, "select redacted from audit.audit_received_quarantine"))
			.isEqualTo("actor");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatCannotEvenBeReadIsRefused() {
		String note = this.lab.write(1);
		assertKind(this.lab.receive(new Bundle(ReceivingLab.CHAIN, 0, note, (sink) -> {
			throw new ArithmeticException("integer overflow");
		}, true)), Reception.Kind.REFUSED);
		assertKind(this.lab.send(0, note), Reception.Kind.APPENDED);
	}

	@Test
	void entriesOfAnotherTenantAreNotTaken() {
		this.lab.centre.execute("update audit.audit_received set tenant = 'other'");
		Reception reception = this.lab.send(0, this.lab.write(1));
		assertThat(reception.kind()).isEqualTo(Reception.Kind.PAUSED);
		assertThat(reception.reason()).contains("not all of tenant");
		this.lab.centre.execute("update audit.audit_received set tenant = 'acme'");
		assertKind(this.lab.send(0, this.lab.sign(ReceivingLab.CHAIN, 1, root(), this.lab.signer)),
				Reception.Kind.APPENDED);
	}

	/** Its source signs whatever it likes, also of entries that are on hold here. */
	@Test
	void anErasureThatIsSaidOfAnotherTargetPausesTheChain() {
		this.lab.send(0, this.lab.write(5));
		this.lab.centre.execute("insert into audit.audit_legal_hold (actor_id, reason) values ('jane', 'a dispute')");
		String here = ReceivingLab.content(this.lab.centre);
		this.lab.source.forge(ReceivingLab.CHAIN, Entries.controlEntry(ControlEntry.REDACTION, """
				{"chain": "orders", "seq": 2, "id": "%s", "group": "actor", "reason": "asked to"}
				""".formatted(ReceivingLab.query(this.lab.source,
				"select id from audit.audit_log where chain = 'orders' and seq = 2"))));
		CompactRange tree = new CompactRange();
		this.lab.entries(this.lab.source, 0, 6).forEach((entry) -> tree.append(entry.hash(), (full) -> {
		}));
		Reception reception = this.lab.send(5,
				this.lab.sign(ReceivingLab.CHAIN, 6, LeafHashes.root(tree), this.lab.signer));
		assertKind(reception, Reception.Kind.PAUSED);
		assertThat(reception.reason()).contains("entry 2 of chain \"orders\"");
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(here);
		assertThat(this.lab.problems()).isEmpty();
	}

	private void failWith(String state) {
		this.lab.centre.execute("""
				create function audit.fail() returns trigger language plpgsql as $$
				begin
					raise exception 'not now' using errcode = '%s';
				end
				$$;
				create trigger fail after insert on audit.audit_log for each statement execute function audit.fail()
				""".formatted(state));
	}

	@ParameterizedTest
	@ValueSource(strings = { "42501", "42P01", "P0001", "XX000", "23514", "55000", "0A000" })
	void whatTheDatabaseSaysOfABundleHoldsUpNoOtherChain(String state) {
		this.lab.send(0, this.lab.write(5));
		failWith(state);
		String note = this.lab.write(1);
		assertKind(this.lab.send(5, note), Reception.Kind.PAUSED);
		this.lab.centre.execute("drop trigger fail on audit.audit_log");
		assertKind(this.lab.send(5, note), Reception.Kind.APPENDED);
		assertAsAtTheSource();
	}

	@ParameterizedTest
	@ValueSource(strings = { "40001", "40P01", "53100", "55P03", "57014", "57P01", "58030", "08006", "25006" })
	void aDatabaseThatFailsIsNoFaultOfTheBundle(String state) {
		this.lab.send(0, this.lab.write(5));
		failWith(state);
		String note = this.lab.write(1);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.lab.send(5, note))
			.satisfies((ex) -> assertThat(ex.getCause()).isInstanceOfSatisfying(SQLException.class,
					(cause) -> assertThat(cause.getSQLState()).isEqualTo(state)));
	}

}
