/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditCheckpointAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.signing.RootLog;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A service whose database was restored, and the centre that has entries which it lacks.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContinuationTests {

	private static final String LOG = ReceivingLab.ORIGIN + "/" + ReceivingLab.CHAIN;

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	/** The database of the service as it was when it had five entries. */
	private LedgerDatabase restored;

	@BeforeEach
	void restoreTheSource() throws SQLException {
		this.lab = new ReceivingLab(this.memory);
		this.lab.write(5);
		poll(this.lab.source);
		this.restored = this.lab.source.copy();
		this.lab.write(5);
		poll(this.lab.source);
		assertThat(this.lab.size()).isEqualTo(10);
	}

	private void poll(LedgerDatabase source) throws SQLException {
		new JdbcSource("orders", source.dataSource(), source.schema(), List.of("orders"), this.lab.receiver,
				this.lab.statistics,
				new Receipts(this.lab.receiving, this.lab.centre.schema(), this.lab.centreSigner, null, false))
			.receive();
	}

	/** The application at the source, which trusts the key of the centre, and signs. */
	private ApplicationContextRunner service() {
		return service("service");
	}

	private ApplicationContextRunner service(String memory) {
		return service(this.restored.dataSource(), memory);
	}

	private ApplicationContextRunner service(DataSource database, String memory) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class,
					AuditCheckpointAutoConfiguration.class, AuditUpkeepAutoConfiguration.class))
			.withBean(DataSource.class, () -> database)
			.withPropertyValues("audit.flyway.enabled=false", "audit.chain=orders", "audit.checkpoint.interval=100ms",
					"audit.checkpoint.origin=" + ReceivingLab.ORIGIN, "audit.checkpoint.private-key=" + this.lab.pem,
					"audit.checkpoint.memory=" + this.memory.resolve(memory),
					"audit.retention.centre-keys=" + VerifierKey.of(this.lab.centreSigner));
	}

	private static void record(ApplicationContext service, String action, int times) {
		for (int i = 0; i < times; i++) {
			service.getBean(AuditRecorder.class).record(AuditRecord.action(action).target("Order", i).build());
		}
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(becomesTrue);
	}

	private static String chains(LedgerDatabase database) {
		return ReceivingLab.query(database, """
				select string_agg(concat_ws(' ', name, size, successor), ', ' order by name) from audit.audit_chain
				where starts_with(name, 'orders')
				""");
	}

	private static String content(LedgerDatabase database, String chain) {
		return ReceivingLab.query(database, """
				select coalesce(string_agg(encode(sha256(convert_to(l::text, 'UTF8')), 'hex'), ' ' order by seq), '')
				from audit.audit_log l
				where chain = '%s'
				""".formatted(chain));
	}

	private String problemsAtTheSource() {
		return String.join("; ",
				new LedgerVerifier(this.restored.dataSource(), this.restored.schema()).verify()
					.chains()
					.stream()
					.flatMap((chain) -> chain.problems().stream())
					.map((problem) -> problem.chain() + ": " + problem.what())
					.toList());
	}

	@Test
	void aServiceThatTheCentreReachedBeforeItsStartAppendsNothingUnderTheOldName(CapturedOutput output)
			throws SQLException {
		poll(this.restored);
		assertThat(this.lab.statistics.troubles()).isEmpty();
		service().run((service) -> {
			record(service, "order.pay", 3);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 4"));
			await(() -> assertThat(output)
				.containsOnlyOnce("THE AUDIT LEDGER LACKS ENTRIES: of chain 'orders' 10 were received")
				.contains("It goes on as 'orders@2'"));
			assertThat(ReceivingLab.query(this.restored, """
					select concat_ws(' ', action, metadata ->> 'predecessor', metadata ->> 'size',
						metadata ->> 'signedSize', metadata ->> 'storedSize') from audit.audit_log
					where chain = 'orders@2' and seq = 0
					""")).isEqualTo("audit.chain.continued orders 5 5 10");
			assertThat(ReceivingLab.query(this.restored,
					"select metadata ->> 'storedRoot' from audit.audit_log where chain = 'orders@2' and seq = 0"))
				.isEqualTo(HexFormat.of().formatHex(this.lab.checkpoints(this.lab.source).root("orders", 10)));
			await(() -> {
				poll(this.restored);
				assertThat(chains(this.lab.centre)).isEqualTo("orders 10 orders@2, orders@2 4");
			});
		});
		assertThat(content(this.lab.centre, "orders@2")).isEqualTo(content(this.restored, "orders@2"));
		assertThat(ReceivingLab.query(this.lab.centre, """
				select string_agg(concat_ws(' ', metadata ->> 'chain', metadata ->> 'predecessor'), ', ' order by seq)
				from audit.audit_log where chain = 'local' and action = 'audit.chain.received'
				""")).isEqualTo("orders, orders@2 orders");
		assertThat(this.lab.problems()).isEmpty();
		assertThat(problemsAtTheSource()).isEmpty();
		assertThat(this.lab.statistics.troubles()).isEmpty();
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isZero();
	}

	@Test
	void allInstancesGoOnInTheSameChainAndAfterARestartToo() throws SQLException {
		poll(this.restored);
		service().run((one) -> service().run((other) -> {
			record(one, "order.pay", 2);
			record(other, "order.pay", 2);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 5"));
		}));
		service().run((service) -> {
			record(service, "order.refund", 2);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 7"));
			await(() -> {
				poll(this.restored);
				assertThat(chains(this.lab.centre)).isEqualTo("orders 10 orders@2, orders@2 7");
			});
		});
		assertThat(problemsAtTheSource()).isEmpty();
	}

	@Test
	void aServiceThatWroteBeforeTheCentreReachedItGoesOnWithWhatIsOnlyHereStated(CapturedOutput output) {
		service().run((service) -> {
			record(service, "order.pay", 8);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 13"));
			poll(this.restored);
			await(() -> assertThat(chains(this.restored)).startsWith("orders 13 orders@2, orders@2 "));
			await(() -> assertThat(output).contains("THE AUDIT LEDGER LACKS ENTRIES"));
			assertThat(ReceivingLab.query(this.restored, """
					select concat_ws(' ', metadata ->> 'size', metadata ->> 'head' = encode(head, 'hex'))
					from audit.audit_log join audit.audit_chain on name = 'orders'
					where chain = 'orders@2' and seq = 0
					""")).isEqualTo("13 t");
			record(service, "order.refund", 2);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 13 orders@2, orders@2 3"));
		});
		assertThat(problemsAtTheSource()).isEmpty();
	}

	@Test
	void aReplicaThatLaggedIsNoticedUnderARunningService() throws SQLException {
		this.restored.execute("delete from audit.audit_receipt");
		DelegatingDataSource database = new DelegatingDataSource(this.lab.source.dataSource());
		service(database, "service").run((service) -> {
			// Meanwhile it has looked at the receipt of ten entries.
			Awaitility.await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
			database.setTargetDataSource(this.restored.dataSource());
			poll(this.restored);
			await(() -> assertThat(chains(this.restored)).startsWith("orders 5 orders@2"));
			record(service, "order.pay", 3);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 4"));
		});
	}

	@Test
	void aChainWhoseReceiptIsOfItsOwnEntriesGoesOnAsItIs(CapturedOutput output) {
		service().run((service) -> {
			record(service, "order.pay", 3);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 8"));
			Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
			assertThat(chains(this.restored)).isEqualTo("orders 8");
		});
		assertThat(output).doesNotContain("LACKS ENTRIES").doesNotContain("cannot be found out");
	}

	/** A receipt that somebody put into the table who has not the key of the centre. */
	private record Forgery(String name, Maker maker) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	private interface Maker {

		String make(ReceivingLab lab);

	}

	static Stream<Forgery> forgeries() {
		byte[] root = new byte[32];
		return Stream.of(new Forgery("another key of the same name",
				(lab) -> ReceiptNote.STORED.sign(LOG, 1000, root, Ed25519Signer.ofPem("centre", Ed25519Signer.newPem()))
					.note()),
				new Forgery("the key of the service itself",
						(lab) -> ReceiptNote.STORED.sign(LOG, 1000, root, lab.signer).note()),
				new Forgery("a receipt of another chain",
						(lab) -> ReceiptNote.STORED.sign(ReceivingLab.ORIGIN + "/billing", 1000, root, lab.centreSigner)
							.note()),
				new Forgery("a receipt of another service",
						(lab) -> ReceiptNote.STORED.sign("other/orders", 1000, root, lab.centreSigner).note()),
				new Forgery("a receipt of another kind",
						(lab) -> ReceiptNote.SAFE.sign(LOG, 1000, root, lab.centreSigner).note()),
				new Forgery("a checkpoint of the centre",
						(lab) -> Checkpoint.sign(LOG, 1000, root, lab.centreSigner).note()),
				new Forgery("a true receipt with another size",
						(lab) -> ReceiptNote.STORED.sign(LOG, 4, root, lab.centreSigner)
							.note()
							.replace("\n4\n", "\n1000\n")),
				new Forgery("no note at all", (lab) -> "a note\n1000\n"));
	}

	@ParameterizedTest
	@MethodSource
	void forgeries(Forgery forgery, CapturedOutput output) {
		this.restored.execute("""
				update audit.audit_receipt set size = 1000, note = '%s' where chain = 'orders' and kind = 'stored'
				""".formatted(forgery.maker().make(this.lab)));
		service().run((service) -> {
			record(service, "order.pay", 3);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 8"));
			Awaitility.await().pollDelay(Duration.ofMillis(2500)).until(() -> true);
			assertThat(chains(this.restored)).isEqualTo("orders 8");
		});
		assertThat(output).doesNotContain("LACKS ENTRIES");
	}

	@Test
	void theDatabaseLetsNoChainGoOnWithoutAReceiptThatIsThere() throws SQLException {
		String other = ReceiptNote.STORED.sign(LOG, 1000, new byte[32], this.lab.centreSigner).note();
		String asked = "select audit.audit_continue_behind('orders', '%s', null, 'orders@2', null)";
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.restored.execute(asked.formatted(other)))
			.withStackTraceContaining("takes a chain of this ledger, and its receipt");
		String own = ReceivingLab.query(this.restored, "select note from audit.audit_receipt where kind = 'stored'");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.restored.execute(asked.formatted(own)))
			.withStackTraceContaining("it can go on as it is");
		poll(this.restored);
		String behind = ReceivingLab.query(this.restored, "select note from audit.audit_receipt where kind = 'stored'");
		assertThat(this.restored.query(asked.formatted(behind))).isEqualTo("orders@2");
		assertThat(this.restored.query(asked.formatted(behind))).isEqualTo("orders@2");
	}

	@Test
	void aReceiptOfWhatIsThereIsNoReasonToGoOnWhateverWasSigned() {
		byte[] root = this.lab.checkpoints(this.restored).root(ReceivingLab.CHAIN, 3);
		String receipt = ReceiptNote.STORED.sign(LOG, 3, root, this.lab.centreSigner).note();
		this.restored
			.execute("update audit.audit_receipt set size = 3, note = '%s' where kind = 'stored'".formatted(receipt));
		assertThat(ReceivingLab.query(this.restored, "select count(*) from audit.audit_checkpoint where size = 3"))
			.isEqualTo("0");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.restored.execute(
					"select audit.audit_continue_behind('orders', '%s', null, 'orders@2', null)".formatted(receipt)))
			.withStackTraceContaining("it can go on as it is");
	}

	@Test
	void theDatabaseKnowsTheRootOfEachSize() {
		this.restored.append(ReceivingLab.CHAIN, Entries.entries(600));
		Checkpoints checkpoints = this.lab.checkpoints(this.restored);
		for (int signed = 0; signed < 2; signed++) {
			for (long size : new long[] { 1, 2, 5, 7, 255, 256, 257, 511, 512, 513, 605 }) {
				assertThat(ReceivingLab.query(this.restored,
						"select encode(audit.audit_root_of('orders', %d), 'hex')".formatted(size)))
					.as("size %d, signed %d times", size, signed)
					.isEqualTo(HexFormat.of().formatHex(checkpoints.root(ReceivingLab.CHAIN, size)));
			}
			checkpoints.create(ReceivingLab.CHAIN);
		}
	}

	@Test
	void itsOwnerMayLetItGoOnByHand() throws SQLException {
		poll(this.restored);
		for (String wrong : List.of("orders", "orders@0", "billing@2")) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> continueChain(this.restored, wrong))
				.withStackTraceContaining("such as \"orders@2\"");
		}
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> continueChain(this.lab.source, "orders@2"))
			.withStackTraceContaining("it can go on as it is");
		continueChain(this.restored, "orders@2");
		assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 1");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> continueChain(this.restored, "orders@3"))
			.withStackTraceContaining("goes on as \"orders@2\" already");
		this.restored.append("orders", Entries.entries(2));
		assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 3");
	}

	private void awaitSigned(String chain, long size) {
		await(() -> assertThat(ReceivingLab.query(this.restored,
				"select coalesce(max(size), 0) from audit.audit_checkpoint where chain = '%s'".formatted(chain)))
			.isEqualTo(String.valueOf(size)));
	}

	private void awaitAtTheCentre(String chains) {
		await(() -> {
			try {
				poll(this.restored);
			}
			catch (IllegalStateException ex) {
				// It says which chain is another one.
				assertThat(ex).hasMessageContaining("one of ledger");
			}
			assertThat(chains(this.lab.centre)).isEqualTo(chains);
		});
	}

	private void assertAllIsWell() throws SQLException {
		Instant before = Instant.now();
		poll(this.restored);
		assertThat(this.lab.statistics.standings().values())
			.allSatisfy((standing) -> assertThat(standing.heardAt()).isAfterOrEqualTo(before));
		assertThat(this.lab.problems()).isEmpty();
		assertThat(problemsAtTheSource()).isEmpty();
		assertThat(this.lab.statistics.troubles()).isEmpty();
		assertThat(this.lab.statistics.bundles(Reception.Kind.FORK)).isZero();
	}

	@Test
	void oneThatIsRestoredAgainBeforeTheCentreReadItGoesOnUnderTheNameAfterThat() throws SQLException {
		poll(this.restored);
		LedgerDatabase backup = this.restored.copy();
		service().run((service) -> {
			record(service, "order.pay", 3);
			awaitSigned("orders@2", 4);
		});
		this.restored = backup;
		service().run((service) -> {
			record(service, "order.refund", 2);
			await(() -> assertThat(chains(this.restored)).isEqualTo("orders 5 orders@3, orders@3 3"));
			awaitAtTheCentre("orders 10 orders@3, orders@3 3");
		});
		assertThat(content(this.lab.centre, "orders@3")).isEqualTo(content(this.restored, "orders@3"));
		assertAllIsWell();
	}

	@Test
	void oneThatIsRestoredAgainAfterTheCentreReadItGoesOnUnderTheNameAfterThat() throws SQLException {
		poll(this.restored);
		LedgerDatabase backup = this.restored.copy();
		service().run((service) -> {
			record(service, "order.pay", 3);
			awaitAtTheCentre("orders 10 orders@2, orders@2 4");
		});
		this.restored = backup;
		service().run((service) -> {
			record(service, "order.refund", 2);
			awaitAtTheCentre("orders 10 orders@2, orders@2 4 orders@3, orders@3 3");
		});
		assertThat(chains(this.restored)).isEqualTo("orders 5 orders@3, orders@3 3");
		assertAllIsWell();
	}

	@Test
	void oneThatIsRestoredAgainWithoutAMemoryGoesOnUnderTheNameAfterThat() throws SQLException {
		poll(this.restored);
		LedgerDatabase backup = this.restored.copy();
		service().run((service) -> {
			record(service, "order.pay", 3);
			awaitAtTheCentre("orders 10 orders@2, orders@2 4");
		});
		this.restored = backup;
		service("another").run((service) -> {
			record(service, "order.refund", 2);
			awaitAtTheCentre("orders 10 orders@2, orders@2 4 orders@3, orders@3 1");
			record(service, "order.refund", 2);
			awaitAtTheCentre("orders 10 orders@2, orders@2 4 orders@3, orders@3 3");
		});
		assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 3 orders@3, orders@3 3");
		assertAllIsWell();
	}

	@Test
	void oneThatSignedMoreThanWasReadAndIsRestoredGoesOnUnderTheNextName(CapturedOutput output) throws SQLException {
		this.restored = this.lab.source;
		LedgerDatabase backup = this.restored.copy();
		service().run((service) -> {
			record(service, "order.pay", 3);
			awaitSigned("orders", 13);
		});
		this.restored = backup;
		service().run((service) -> {
			record(service, "order.refund", 2);
			awaitAtTheCentre("orders 10 orders@2, orders@2 3");
			await(() -> assertThat(output).contains("LACKS ENTRIES: of chain 'orders' 13 were signed"));
		});
		assertThat(ReceivingLab.query(this.restored, """
				select concat_ws(' ', metadata ->> 'size', metadata ->> 'signedSize', metadata ->> 'storedSize')
				from audit.audit_log where chain = 'orders@2' and seq = 0
				""")).isEqualTo("10 13 10");
		assertAllIsWell();
	}

	@Test
	void oneThatIsRestoredToTheBeginningOfItsSecondNameGoesOnUnderTheNameAfterThat() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		LedgerDatabase backup = this.restored.copy();
		service().run((service) -> {
			record(service, "order.pay", 3);
			awaitSigned("orders@2", 4);
		});
		this.restored = backup;
		service().run((service) -> {
			record(service, "order.refund", 2);
			await(() -> assertThat(chains(this.restored))
				.isEqualTo("orders 5 orders@2, orders@2 1 orders@3, orders@3 3"));
			awaitAtTheCentre("orders 10 orders@3, orders@3 3");
		});
		assertThat(ReceivingLab.query(this.restored, """
				select concat_ws(' ', metadata ->> 'predecessor', metadata ->> 'storedChain', metadata ->> 'storedSize')
				from audit.audit_log where chain = 'orders@3' and seq = 0
				""")).isEqualTo("orders@2 orders 10");
		assertAllIsWell();
	}

	private static void continueChain(LedgerDatabase database, String successor) {
		database.execute("select audit.audit_continue_chain('orders', '%s', 'restored')".formatted(successor));
	}

	private String signed(Ed25519Signer by) {
		byte[] root = this.lab.checkpoints(this.restored).create("orders@2").orElseThrow().root();
		return this.lab.sign("orders@2", Long.parseLong(size("orders@2")), root, by);
	}

	private String size(String chain) {
		return ReceivingLab.query(this.restored,
				"select size from audit.audit_chain where name = '%s'".formatted(chain));
	}

	private Reception send(String note) {
		return this.lab
			.receive(Bundle.of("orders@2", 0, note, this.lab.entries(this.restored, "orders@2", 0, Long.MAX_VALUE)));
	}

	@Test
	void aSuccessorThatNobodyRegisteredSignedIsNotRegistered() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		Reception reception = send(signed(Ed25519Signer.ofPem(ReceivingLab.ORIGIN, Ed25519Signer.newPem())));
		assertThat(reception.kind()).isEqualTo(Reception.Kind.REFUSED);
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10");
		assertThat(send(signed(this.lab.signer)).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10 orders@2, orders@2 1");
	}

	@Test
	void aSuccessorWithoutAReceiptOfThisLedgerIsForTheOwnerToRegister() {
		this.restored.execute("update audit.audit_receipt set note = '%s' where kind = 'stored'"
			.formatted(ReceiptNote.STORED.sign(LOG, 7, new byte[32], this.lab.centreSigner).note()));
		continueChain(this.restored, "orders@2");
		Reception reception = send(signed(this.lab.signer));
		assertThat(reception.kind()).isEqualTo(Reception.Kind.REFUSED);
		assertThat(reception.reason()).contains("let its owner register it by audit_receive_chain");
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10");
	}

	@Test
	void aSuccessorOfAParkedChainIsForTheOwnerToRegister() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		this.lab.receive(Bundle.of("orders", 3, this.lab.sign("orders", 3, new byte[32], this.lab.signer)));
		Reception reception = send(signed(this.lab.signer));
		assertThat(reception.kind()).isEqualTo(Reception.Kind.PAUSED);
		assertThat(reception.reason()).contains("the owner of the ledger registers that by audit_receive_chain");
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10");
	}

	@Test
	void whatIsErasedOfTheChainBeforeIsRecordedInTheOneInWhichItGoesOnAndErasedAtTheCentre() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		UUID id = UUID.fromString(
				ReceivingLab.query(this.restored, "select id from audit.audit_log where chain = 'orders' and seq = 2"));
		new Redaction(this.restored.dataSource(), this.restored.schema(), () -> Entries.entries(1).get(0))
			.redact(List.of(id), EntryGroup.ACTOR, "asked to");
		assertThat(chains(this.restored)).isEqualTo("orders 5 orders@2, orders@2 2");
		assertThat(problemsAtTheSource()).isEmpty();
		assertThat(send(signed(this.lab.signer)).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(ReceivingLab.query(this.lab.centre,
				"""
						select string_agg(seq::text, ' ') from audit.audit_log where chain = 'orders' and actor_digest is not null
						"""))
			.isEqualTo("2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatIsRetiredOfTheChainBeforeIsStillAtTheCentre() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		this.restored.forge("orders@2", Entries.controlEntry(ControlEntry.RETIREMENT, ReceivingLab.query(this.restored,
				"""
						select jsonb_build_object('chain', 'orders', 'partition', 'audit_log_2019_01', 'firstSeq', 0, 'lastSeq', 2,
							'entries', 3, 'action', 'drop', 'firstPrevHash', min(encode(prev_hash, 'hex')) filter (where seq = 0),
							'lastHash', min(encode(hash, 'hex')) filter (where seq = 2))
						from audit.audit_log
						where chain = 'orders'
						""")));
		assertThat(send(signed(this.lab.signer)).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(this.lab.problems()).isEmpty();
	}

	/** Other entries than the centre has under these numbers, and more. */
	private void eraseWhatTheCentreNeverHad(long seq) throws SQLException {
		this.restored.append("orders", Entries.entries(8));
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		this.lab.redact(this.restored, seq);
		assertThat(problemsAtTheSource()).isEmpty();
		assertThat(send(signed(this.lab.signer)).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10 orders@2, orders@2 2");
	}

	private void assertRecorded(String chain, String size) {
		new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(), () -> Entries.entries(1).get(0))
			.record(Duration.ofMillis(1));
		assertThat(ReceivingLab.query(this.lab.centre,
				"select max(size) from audit.audit_root_head where chain = '%s'".formatted(chain)))
			.isEqualTo(size);
	}

	private String erased() {
		return ReceivingLab.query(this.lab.centre, """
				select coalesce(string_agg(seq::text, ' ' order by seq), 'none')
				from audit.audit_log where chain = 'orders' and actor_digest is not null
				""");
	}

	@ParameterizedTest
	@ValueSource(longs = { 6, 12 })
	void whatIsErasedThatTheCentreNeverHadAccusesNobody(long seq) throws SQLException {
		eraseWhatTheCentreNeverHad(seq);
		assertThat(erased()).isEqualTo("none");
		assertThat(this.lab.problems()).isEmpty();
		assertRecorded("orders@2", "2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void anErasureThatIsUndoneAtTheCentreIsFound() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		this.lab.redact(this.restored, 2);
		String before = ReceivingLab.query(this.lab.centre,
				"select salt from audit.audit_log where chain = 'orders' and seq = 2");
		send(signed(this.lab.signer));
		assertThat(this.lab.problems()).isEmpty();
		this.lab.centre.tamper("""
				update audit.audit_log l set actor_digest = null, salt = '%s', actor_id = o.actor_id,
					actor_name = o.actor_name
				from audit.audit_log o where l.chain = 'orders' and l.seq = 2 and o.chain = 'orders' and o.seq = 1
				""".formatted(before));
		assertThat(this.lab.problems()).contains("REDACTION_ENTRY orders null");
	}

	@Test
	void whatOnlyTheCentreHasIsErasedThereOnceItsChainIsSaidToBeGone() throws SQLException {
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		send(signed(this.lab.signer));
		this.lab.redact(this.lab.centre, 7);
		poll(this.restored);
		assertThat(erased()).isEqualTo("none");
		this.lab.centre.execute("select audit.audit_source_gone('orders', 'It goes on as orders@2')");
		this.lab.redact(this.lab.centre, 7);
		assertThat(erased()).isEqualTo("7");
		this.restored.append("orders@2", Entries.entries(1));
		signed(this.lab.signer);
		poll(this.restored);
		assertThat(chains(this.lab.centre)).isEqualTo("orders 10 orders@2, orders@2 2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatWasErasedBeforeTheRestoreMayBeErasedOnceMore() throws SQLException {
		this.lab.redact(this.lab.source, 3);
		this.lab.sign();
		poll(this.lab.source);
		assertThat(erased()).isEqualTo("3");
		poll(this.restored);
		continueChain(this.restored, "orders@2");
		this.lab.redact(this.restored, 3);
		assertThat(send(signed(this.lab.signer)).kind()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(this.lab.problems()).isEmpty();
		assertRecorded("orders@2", "2");
		assertThat(this.lab.problems()).isEmpty();
	}

	/** As where the centre was restored, too. */
	private String goOnWithEntriesThatTheCentreLacks() {
		String note = this.lab.write(5);
		this.lab.source.execute("update audit.audit_receipt set note = '%s' where kind = 'stored'"
			.formatted(ReceiptNote.STORED.sign(LOG, 7, new byte[32], this.lab.centreSigner).note()));
		continueChain(this.lab.source, "orders@2");
		this.lab.register("orders@2");
		return note;
	}

	private void receiveTheSuccessor() {
		byte[] root = this.lab.checkpoints(this.lab.source).create("orders@2").orElseThrow().root();
		assertThat(this.lab.receive(Bundle.of("orders@2", 0, this.lab.sign("orders@2", 2, root, this.lab.signer),
				this.lab.entries(this.lab.source, "orders@2", 0, 2)))
			.kind()).isEqualTo(Reception.Kind.APPENDED);
	}

	@Test
	void whatALaterChainHasDeclaredErasedIsReceivedErased() throws SQLException {
		String note = goOnWithEntriesThatTheCentreLacks();
		this.lab.redact(this.lab.source, 12);
		receiveTheSuccessor();
		Reception reception = this.lab.send(10, note);
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(erased()).isEqualTo("12");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatCameLateAndIsErasedByNowIsErasedAsItComes() throws SQLException {
		String note = goOnWithEntriesThatTheCentreLacks();
		List<StoredEntry> late = this.lab.entries(this.lab.source, 10, 15);
		this.lab.redact(this.lab.source, 12);
		receiveTheSuccessor();
		Reception reception = this.lab.receive(Bundle.of("orders", 10, note, late));
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(erased()).isEqualTo("12");
		assertThat(this.lab.problems()).isEmpty();
	}

	private static Health health(ApplicationContext service) {
		return service.getBean("auditReceiptsHealthIndicator", HealthIndicator.class).health();
	}

	@Test
	void healthSaysWhatHoldsUpReceiptsAndUnderWhichNameTheChainGoesOn() throws SQLException {
		service().withPropertyValues("audit.retention.centre-keys=")
			.run((service) -> assertThat(service).hasNotFailed().doesNotHaveBean("auditReceiptsHealthIndicator"));
		this.restored.appendAt(Instant.now().minus(Duration.ofMinutes(90)), ReceivingLab.CHAIN, Entries.entry("late"));
		service().run((service) -> {
			await(() -> assertThat(health(service).getStatus()).isEqualTo(Status.UNKNOWN));
			assertThat(health(service).getDetails().get("reason").toString())
				.startsWith("there has been no receipt for entries of 54");
			this.restored.execute("""
					update audit.audit_limit set most = 1 where name = 'chains'
					""");
			poll(this.restored);
			await(() -> assertThat(health(service).getStatus()).isEqualTo(Status.DOWN));
			assertThat(health(service).getDetails().get("behind").toString())
				.contains("orders=10 entries were received elsewhere, and it cannot go on");
			this.restored.execute("update audit.audit_limit set most = 1000 where name = 'chains'");
			await(() -> assertThat(health(service).getStatus()).isEqualTo(Status.UP));
			await(() -> assertThat(health(service).getDetails()).containsEntry("continued", "orders@2"));
		});
	}

	/** As after its application was stopped, and got another name by hand. */
	private void closeBillingAndGoOn() {
		this.lab.source.append("billing", Entries.entries(5));
		this.lab.source.execute("""
				select audit.audit_close_chain('billing', 'It goes on as billing@2',
					'{"actorType": "system", "operation": "%s", "actor": {"id": "system"}}')
				""".formatted(UUID.randomUUID()));
		this.lab.source.append("billing@2", Entries.entries(1));
	}

	private List<StoredEntry> atTheSource(String chain) {
		return this.lab.entries(this.lab.source, chain, 0, Long.MAX_VALUE);
	}

	private void assertReceived(String chain, List<StoredEntry> entries) {
		String note = this.lab.checkpoints(this.lab.source).create(chain).map(Checkpoint::note).orElseThrow();
		Reception reception = this.lab.receive(Bundle.of(chain, 0, note, entries));
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.APPENDED);
	}

	private String billing(String what) {
		return ReceivingLab.query(this.lab.centre,
				"select coalesce(%s, 'none') from audit.audit_%s".formatted(
						what.equals("erased") ? "string_agg(seq::text, ' ' order by seq)"
								: "string_agg(concat_ws(' ', name, successor), ', ' order by name)",
						what.equals("erased") ? "log where chain = 'billing' and actor_digest is not null"
								: "chain where starts_with(name, 'billing')"));
	}

	@Test
	void whereOnlyTheChainIsRegisteredInWhichItGoesOnThatIsReceived() {
		closeBillingAndGoOn();
		this.lab.redact(this.lab.source, "billing", 2);
		this.lab.register("billing@2");
		assertReceived("billing@2", atTheSource("billing@2"));
		assertThat(this.lab.problems()).isEmpty();
		this.lab.register("billing");
		assertThat(billing("chains")).isEqualTo("billing billing@2, billing@2");
		assertReceived("billing", atTheSource("billing"));
		assertThat(billing("erased")).isEqualTo("2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whicheverIsRegisteredFirstWhatALaterChainSaysIsErased() {
		closeBillingAndGoOn();
		List<StoredEntry> unerased = atTheSource("billing");
		this.lab.redact(this.lab.source, "billing", 2);
		this.lab.register("billing@2");
		this.lab.register("billing");
		assertReceived("billing", unerased);
		assertReceived("billing@2", atTheSource("billing@2"));
		assertThat(billing("erased")).isEqualTo("2");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void aChainThatIsRegisteredBetweenTwoOthersIsBetweenThem() {
		this.lab.source.execute(
				"select audit.audit_ledger_id(name) from unnest(array['billing@10', 'billing@2', 'billing']) name");
		this.lab.register("billing@10");
		this.lab.register("billing");
		assertThat(billing("chains")).isEqualTo("billing billing@10, billing@10");
		this.lab.register("billing@2");
		assertThat(billing("chains")).isEqualTo("billing billing@2, billing@10, billing@2 billing@10");
	}

	private void assertNotReceivedBeside(String chain, String origin, String other) {
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.lab.centre.execute("""
					set role audit_owner;
					select audit.audit_receive_chain('%s', '%s', '%s', '%s')
					""".formatted(chain, UUID.randomUUID(), origin,
					VerifierKey.of(Ed25519Signer.ofPem(origin, Ed25519Signer.newPem())))))
			.withStackTraceContaining("cannot be received beside chain \"%s\"".formatted(other));
	}

	@Test
	void aChainOfAnotherSourceGoesOnInThePlaceOfNone() {
		assertNotReceivedBeside("orders@2", "another-service", "orders");
		this.lab.source.execute("select audit.audit_ledger_id('billing@3')");
		this.lab.register("billing@3");
		assertNotReceivedBeside("billing", "another-service", "billing@3");
		assertNotReceivedBeside("billing@2", "another-service", "billing@3");
		this.lab.centre.append("stock", Entries.entries(1));
		assertNotReceivedBeside("stock@2", ReceivingLab.ORIGIN, "stock");
		assertThat(ReceivingLab.query(this.lab.centre, "select audit.audit_speaks_for('orders@2', 'orders')"))
			.isEqualTo("f");
	}

}
