package io.auditspring.receive.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
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

import javax.sql.DataSource;

import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditUpkeepAutoConfiguration;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.ExportVerifier;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Retention;
import io.auditspring.retention.RetentionAction;
import io.auditspring.retention.RetirementSeal;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.RootLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a source says of entries that it retired is not about those that are here.
 */
class RetiredAtTheSourceTests {

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	private static final YearMonth JANUARY = YearMonth.of(2019, 1);

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	@BeforeEach
	void receiveThreeMonthsOfWhichTheFirstIsRetiredThere() {
		this.lab = new ReceivingLab(this.memory);
		this.lab.source.appendAt(Instant.parse("2018-12-31T00:00:00Z"), ReceivingLab.CHAIN, Entries.entry("a"),
				Entries.entry("b"));
		this.lab.source.appendAt(Instant.parse("2019-01-01T00:00:00Z"), ReceivingLab.CHAIN, Entries.entry("c"));
		this.lab.write(2);
		this.lab.poll();
		retireAtTheSource(DECEMBER);
	}

	private void retireAtTheSource(YearMonth month) {
		assertThat(retire(this.lab.source, month,
				new RetirementSeal(this.lab.checkpoints(this.lab.source), this.lab.signer)))
			.containsExactly(month);
		this.lab.sign();
		this.lab.poll();
	}

	private static List<YearMonth> retire(LedgerDatabase database, YearMonth month, @Nullable RetirementSeal seal) {
		Instant due = month.plusMonths(1).plusYears(5).atDay(15).atStartOfDay().toInstant(ZoneOffset.UTC);
		return new Retention(database.dataSource(), database.schema(), Period.ofYears(5), RetentionAction.DROP,
				() -> Entries.entry("by"), Clock.fixed(due, ZoneOffset.UTC), seal)
			.apply()
			.retired();
	}

	private Checkpoints ofTheCentre() {
		return new Checkpoints(this.lab.centre.dataSource(), this.lab.centre.schema(), "centre",
				TrustedKeys.of(VerifierKey.of(this.lab.centreSigner)), new CheckpointSigning(this.lab.centreSigner,
						new SignerMemory(this.memory.resolve("centre")), List.of()));
	}

	@Test
	void theRootLogGoesOn() {
		new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(), () -> Entries.entries(1).get(0))
			.record(Duration.ofMillis(1));
		assertThat(this.lab.centre
			.query("select max(size) from audit.audit_root_head where chain = '%s'".formatted(ReceivingLab.CHAIN)))
			.isEqualTo(String.valueOf(this.lab.size()));
		assertThat(this.lab.problems()).isEmpty();
	}

	/** Its first entry was recorded at its source long before. */
	@Test
	void theRootLogDoesNotMissAChainThatIsReceivedSince() {
		RootLog rootLog = new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(),
				() -> Entries.entries(1).get(0));
		this.lab.source.append("invoices", Entries.entries(3));
		this.lab.checkpoints(this.lab.source).create("invoices");
		rootLog.record(Duration.ofMillis(1));
		this.lab.register("invoices");
		this.lab.poll();
		assertThat(this.lab.problems()).isEmpty();
		rootLog.record(Duration.ofMillis(1));
		assertThat(this.lab.problems()).isEmpty();
		this.lab.centre.tamper("delete from audit.audit_root_head where chain = 'invoices'");
		assertThat(this.lab.problems()).contains("chain 'invoices' had begun");
	}

	@Test
	void theChainIsSignedHereToo() {
		assertThat(ofTheCentre().create(ReceivingLab.CHAIN)).get()
			.satisfies((checkpoint) -> assertThat(checkpoint.size()).isEqualTo(this.lab.size()));
	}

	@Test
	void itsMonthsAreRetiredHereAsTheyAreHere() {
		RetirementSeal seal = new RetirementSeal(ofTheCentre(), this.lab.centreSigner);
		assertThat(retire(this.lab.centre, DECEMBER, seal)).containsExactly(DECEMBER);
		retireAtTheSource(JANUARY);
		assertThat(retire(this.lab.centre, JANUARY, seal)).containsExactly(JANUARY);
		assertThat(this.lab.problems()).isEmpty();
	}

	/**
	 * That it was retired stands in the chain "local", of which months are retired, too.
	 */
	@Test
	void itsMonthsAreRetiredHereAfterAPauseThatIsLongerThanThePeriod() {
		LedgerDatabase centre = LedgerDatabase.create();
		centre.setClock(Instant.parse("2019-02-10T00:00:00Z"));
		this.lab = new ReceivingLab(this.memory.resolve("another"), centre);
		this.lab.source.appendAt(Instant.parse("2018-12-31T00:00:00Z"), ReceivingLab.CHAIN, Entries.entry("a"),
				Entries.entry("b"));
		this.lab.sign();
		this.lab.poll();
		RetirementSeal seal = new RetirementSeal(ofTheCentre(), this.lab.centreSigner);
		assertThat(retire(centre, DECEMBER, seal)).containsExactly(DECEMBER);
		centre.setClock(null);
		assertThat(retire(centre, YearMonth.of(2019, 2), seal)).containsExactly(YearMonth.of(2019, 2));
		assertThat(this.lab.problems()).isEmpty();
		this.lab.source.appendAt(Instant.parse("2019-03-01T00:00:00Z"), ReceivingLab.CHAIN, Entries.entry("c"));
		this.lab.sign();
		this.lab.poll();
		assertThat(this.lab.problems()).isEmpty();
		assertThat(retire(centre, YearMonth.of(2019, 3), seal)).containsExactly(YearMonth.of(2019, 3));
		assertThat(this.lab.problems()).isEmpty();
	}

	/** What its source retired is here, and nobody may take it out of an export. */
	@Test
	void whoSaysOfAnExportThatTheChainIsNotReceivedIsContradicted() throws Exception {
		ofTheCentre().create("local");
		TrustPolicy evidence = new TrustPolicy(
				TrustedKeys.of(VerifierKey.of(this.lab.signer), VerifierKey.of(this.lab.centreSigner)), List.of(),
				null);
		String export = export(ReceivingLab.CHAIN);
		String local = export("local");
		Verification whole = verify(export + local, evidence);
		assertThat(whole.chains()).flatMap(ChainVerification::problems).isEmpty();
		List<StoredEntry> retired = this.lab.entries(this.lab.centre, 0, 2);
		StringBuilder cut = new StringBuilder();
		export.replace(",\"received\":true", "").lines().forEach((line) -> {
			if (line.startsWith("{\"chain\"") && !cut.toString().contains("{\"retired\"")) {
				cut.append("{\"retired\":\"%s%s\",\"chain\":\"%s\",\"size\":2}\n".formatted(
						HexFormat.of().formatHex(retired.get(0).hash()),
						HexFormat.of().formatHex(retired.get(1).hash()), ReceivingLab.CHAIN));
			}
			if (!line.contains("\"seq\":0,") && !line.contains("\"seq\":1,")) {
				cut.append(line).append('\n');
			}
		});
		Verification alone = verify(cut.toString(), evidence);
		assertThat(alone.chains()).flatMap(ChainVerification::problems).isEmpty();
		assertThat(verify(cut + local, evidence).chains()).flatMap(ChainVerification::problems)
			.singleElement()
			.satisfies((problem) -> {
				assertThat(problem.kind()).isEqualTo(Problem.Kind.RETIREMENT);
				assertThat(problem.chain()).isEqualTo(ReceivingLab.CHAIN);
				assertThat(problem.what()).contains("another ledger appends");
			});
		String unsigned = local.replaceAll("[{]\"checkpoint\"[^\n]*\n", "");
		assertThat(verify(cut + unsigned, evidence).tampered()).isFalse();
	}

	private String export(String chain) throws Exception {
		StringBuilder out = new StringBuilder();
		new LedgerExport(this.lab.centre.dataSource(), this.lab.centre.schema()).write(chain, out);
		return out.toString();
	}

	private static Verification verify(String export, TrustPolicy evidence) throws IOException {
		return new ExportVerifier(evidence, VerificationProgress.NONE)
			.verify(new BufferedReader(new StringReader(export)));
	}

	@Test
	void whatOnlyTheCentreHasIsErasedHere() {
		ErasureReport report = redact(1, 3);
		assertThat(report.erased()).containsOnly(Map.entry(EntryGroup.ACTOR, 1L));
		assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.ASKED);
		assertThat(this.lab.centre
			.query("""
					select string_agg(concat_ws(' ', chain, action, metadata ->> 'chain', metadata ->> 'seq'), ', ' order by seq)
					from audit.audit_log where action like 'audit.redaction%'
					"""))
			.isEqualTo("local audit.redaction.asked orders 3, local audit.redaction orders 1");
		this.lab.write(1);
		this.lab.poll();
		assertThat(this.lab.problems()).isEmpty();
		assertThat(redact(1).alreadyErased()).isOne();
	}

	private ErasureReport redact(Integer... places) {
		List<UUID> ids = Stream.of(places)
			.map((seq) -> UUID
				.fromString(this.lab.centre.query("select id from audit.audit_log where chain = '%s' and seq = %d"
					.formatted(ReceivingLab.CHAIN, seq))))
			.toList();
		Roles.apply(this.lab.centre.dataSource(), this.lab.centre.schema());
		return new Redaction(Roles.user(this.lab.centre.dataSource(), "audit_redactor"), this.lab.centre.schema(),
				() -> Entries.entry("by"))
			.redact(ids, EntryGroup.ACTOR, "asked to");
	}

	/** What the upkeep of the centre's application does each hour. */
	private void keepUp() {
		Roles.apply(this.lab.centre.dataSource(), this.lab.centre.schema());
		DataSource user = Roles.user(this.lab.centre.dataSource(), "audit_writer", "audit_reader", "audit_redactor");
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditUpkeepAutoConfiguration.class))
			.withBean(DataSource.class, () -> user)
			.withPropertyValues("audit.flyway.enabled=false")
			.run((context) -> context.getBeansOfType(TableUpkeep.class).values().forEach(TableUpkeep::keep));
	}

	private String atTheCentre(String what) {
		return ReceivingLab.query(this.lab.centre, switch (what) {
			case "erased" -> """
					select coalesce(string_agg(seq::text, ' ' order by seq), 'none') from audit.audit_log
					where chain = 'orders' and actor_digest is not null
					""";
			case "recorded" ->
				"""
						select coalesce(string_agg(concat_ws(' ', metadata ->> 'seq', metadata ->> 'reason'), ', ' order by seq),
							'none')
						from audit.audit_log where chain = 'local' and action = 'audit.redaction'
						""";
			default -> "select count(*) from audit.audit_request";
		});
	}

	@Test
	void whatItsSourceWasAskedForAndRetiredBeforeItErasedThatIsErasedHere() {
		assertThat(redact(2).left()).containsOnlyKeys(ErasureReport.Cause.ASKED);
		keepUp();
		assertThat(atTheCentre("erased")).isEqualTo("none");
		retireAtTheSource(JANUARY);
		keepUp();
		assertThat(atTheCentre("erased")).isEqualTo("2");
		assertThat(atTheCentre("recorded")).isEqualTo("2 asked to");
		assertThat(atTheCentre("requests")).isEqualTo("0");
		keepUp();
		assertThat(atTheCentre("recorded")).isEqualTo("2 asked to");
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void whatASourceThatIsGoneWasAskedForIsErasedHereUnlessItIsHeld() {
		assertThat(redact(2, 3).left()).containsOnlyKeys(ErasureReport.Cause.ASKED);
		this.lab.centre.execute("select audit.audit_source_gone('orders', 'Shut down in May')");
		this.lab.centre.execute("insert into audit.audit_legal_hold (actor_id, reason) values ('jane', 'a dispute')");
		keepUp();
		assertThat(atTheCentre("erased")).isEqualTo("none");
		assertThat(atTheCentre("requests")).isEqualTo("2");
		this.lab.centre.execute("delete from audit.audit_legal_hold");
		keepUp();
		assertThat(atTheCentre("erased")).isEqualTo("2 3");
		assertThat(atTheCentre("requests")).isEqualTo("0");
		assertThat(this.lab.problems()).isEmpty();
	}

	/** As where its source sends again what the centre seems to lack. */
	@Test
	void whatReachesIntoAMonthThatWasRetiredHereIsTaken() {
		List<StoredEntry> all = this.lab.entries(this.lab.centre, 0, this.lab.size());
		String note = ReceivingLab.query(this.lab.centre, "select note from audit.audit_received");
		RetirementSeal seal = new RetirementSeal(ofTheCentre(), this.lab.centreSigner);
		assertThat(retire(this.lab.centre, DECEMBER, seal)).containsExactly(DECEMBER);
		Reception reception = this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0, note, all));
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.SEEN);
		List<StoredEntry> altered = all.stream()
			.map((entry) -> (entry == all.get(3)) ? Altered.action(entry, "entirely another") : entry)
			.toList();
		assertThat(this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0, note, altered)).kind())
			.isEqualTo(Reception.Kind.REFUSED);
		String next = this.lab.write(2);
		List<StoredEntry> more = Stream
			.concat(all.stream(), this.lab.entries(this.lab.source, all.size(), Long.MAX_VALUE).stream())
			.toList();
		reception = this.lab.receive(Bundle.of(ReceivingLab.CHAIN, 0, next, more));
		assertThat(reception.kind()).as(reception.reason()).isEqualTo(Reception.Kind.APPENDED);
		assertThat(this.lab.problems()).isEmpty();
	}

}
