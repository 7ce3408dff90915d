/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.RedactableArchive;
import io.auditspring.retention.Retention;
import io.auditspring.retention.Subject;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application erases is erased wherever it is: in the database and in the
 * archive.
 */
class ArchivedErasureTests {

	private static final String KEY = Ed25519Signer.newPem();

	private static final Ed25519Signer CENTRE = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());

	private static final YearMonth JANUARY_2019 = YearMonth.of(2019, 1);

	private static final YearMonth NOVEMBER_2026 = YearMonth.of(2026, 11);

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	private ArchivedLedger ledger;

	@BeforeEach
	void writeTwoMonths() {
		this.ledger = ArchivedLedger.create(new DirectoryArchiveStore(this.directory), KEY, this.memory);
		this.ledger.appendAt(Instant.parse("2019-01-15T00:00:00Z"), "main", entries());
		this.ledger.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "main", entries());
	}

	/** What each trace finds, and what none finds. */
	private static List<Entry> entries() {
		return List.of(entry("order.pay", "order", "jane", null, "Order", "1", "[]", "{}"),
				entry("order.pay", "order", "clerk", "jane", "Order", "2", "[]", "{}"),
				entry("login", "authentication", "jane", null, "Session", "3", "[]", "{}"),
				entry("order.pay", "order", "jane", null, "Order", "4", "[]", "{\"actorAttributes\":{\"role\":\"x\"}}"),
				entry("customer.change", "order", "clerk", null, "Customer", "it's 7", "[]", "{}"), entry("order.ship",
						"order", "clerk", null, "Order", "5", "[{\"id\":\"it's 7\",\"type\":\"Customer\"}]", "{}"),
				entry("order.pay", "order", "joe", null, "Order", "6", "[]", "{}"));
	}

	private static Entry entry(String action, String category, String actor, String impersonator, String type,
			String id, String related, String metadata) {
		return new Entry(UUID.randomUUID(), Instant.parse("2019-01-14T00:00:00Z"), "shop", null, UUID.randomUUID(),
				action, category, Severity.INFO, Outcome.SUCCESS, ActorType.USER, type, id, null, null, null,
				new Entry.ActorGroup(actor, "Name of " + actor, impersonator, null, null, null, null, null),
				new Entry.DataGroup(null, "said of " + actor, null, null, null, null, null,
						CanonicalJson.parse(metadata), CanonicalJson.parse(related)));
	}

	/**
	 * What is done to a ledger whose older month is archived and dropped.
	 */
	private interface Work {

		void on(ApplicationContext context, AuditRedaction redaction, AuditTrail trail) throws Exception;

	}

	private void afterwards(Work work) {
		ArchivingApplication.of(this.ledger.dataSource(), KEY, this.memory)
			.withPropertyValues("audit.archive.directory=" + this.directory)
			.run((context) -> {
				assertThat(context.getBean(Retention.class).apply().retired()).containsExactly(JANUARY_2019);
				work.on(context, context.getBean(AuditRedaction.class), context.getBean(AuditTrail.class));
				assertThat(new ArchiveVerifier(new DirectoryArchiveStore(this.directory), this.ledger.evidence(),
						ArchiveOptions.DEFAULT, VerificationProgress.NONE)
					.verify()
					.chains()).hasToString("[main [0, 7): valid]");
				assertThat(this.ledger.verify()).isTrue();
			});
	}

	private static List<AuditEntry> entries(AuditTrail trail) {
		return trail.stream(AuditQuery.all().oldestFirst())
			.filter((entry) -> !entry.getAction().startsWith("audit."))
			.toList();
	}

	private static @Nullable String actor(AuditEntry entry) {
		Actor actor = entry.getActor();
		return (actor != null) ? actor.id() : null;
	}

	@Test
	void anEntryThatIsArchivedLosesItsGroup() {
		afterwards((context, redaction, trail) -> {
			UUID id = entries(trail).get(0).getId();
			ErasureReport report = redaction.redact(id, EntryGroup.ACTOR, "Request 1");
			assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 1L));
			assertThat(report.months()).containsExactly(Map.entry(JANUARY_2019, 1L));
			assertThat(report.complete()).isTrue();
			assertThat(trail.entry(id).orElseThrow().getActor()).isNull();
			assertThat(trail.entry(id).orElseThrow().getMessage()).isEqualTo("said of jane");
			assertThat(redaction.redact(id, EntryGroup.ACTOR, "Request 1").alreadyErased()).isOne();
		});
	}

	@Test
	void aPersonIsFoundAndErasedInBoth() {
		afterwards((context, redaction, trail) -> {
			assertThat(trail.count(AuditQuery.all().actor("jane"))).isEqualTo(6);
			ErasureReport report = redaction.erase(Subject.actor("jane"), "Request 1");
			assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 8L, EntryGroup.DATA, 4L));
			assertThat(report.months()).isEqualTo(Map.of(JANUARY_2019, 6L, NOVEMBER_2026, 6L));
			assertThat(report.complete()).isTrue();
			assertThat(trail.count(AuditQuery.all().actor("jane"))).isZero();
			assertThat(entries(trail).stream().map(AuditEntry::getMessage)).containsExactly("said of jane",
					"said of clerk", null, null, "said of clerk", "said of clerk", "said of joe", "said of jane",
					"said of clerk", null, null, "said of clerk", "said of clerk", "said of joe");
			assertThat(redaction.erase(Subject.actor("jane"), "Request 1").erased()).isEmpty();
		});
	}

	/** What is in the archive only, and names somebody who had others act. */
	@Test
	void whoHadOthersActIsErasedFromTheArchive() {
		String related = "[{\"id\":\"bot\",\"type\":\"Agent\"},{\"id\":\"it's\",\"type\":\"Agent\"}]";
		String metadata = "{\"delegation\":[\"bot\",\"it's\"],\"note\":7}";
		this.ledger.appendAt(Instant.parse("2019-01-16T00:00:00Z"), "other",
				List.of(entry("order.pay", "order", "jane", "bot", "Order", "7", related, metadata),
						entry("order.pay", "order", "jane", "bot", "Order", "8", related, "{}"),
						entry("user.switch_ended", "authentication", "clerk", "it's", "User", "clerk", "[]", "{}"),
						entry("order.pay", "order", "clerk", "it's", "Order", "9", "[]", "{}")));
		ArchivingApplication.of(this.ledger.dataSource(), KEY, this.memory)
			.withPropertyValues("audit.archive.directory=" + this.directory, "audit.archive.read=true")
			.run((context) -> {
				assertThat(context.getBean(Retention.class).apply().retired()).containsExactly(JANUARY_2019);
				AuditTrail trail = context.getBean(AuditTrail.class);
				AuditRedaction redaction = context.getBean(AuditRedaction.class);
				assertThat(trail.about(Subject.actor("it's"))).extracting(AuditEntry::getTargetId)
					.containsExactlyInAnyOrder("7", "clerk", "9");
				LegalHolds holds = context.getBean(LegalHolds.class);
				long hold = holds.placeOnActor("it's", "case 12");
				UUID held = trail.about(Subject.actor("it's"))
					.filter((entry) -> "7".equals(entry.getTargetId()))
					.findFirst()
					.orElseThrow()
					.getId();
				assertThat(redaction.redact(held, EntryGroup.ACTOR, "Request 1").left())
					.isEqualTo(Map.of(ErasureReport.Cause.HELD, List.of(held)));
				holds.lift(hold, "closed");
				assertThat(redaction.erase(Subject.actor("it's"), "Request 1").erased())
					.isEqualTo(Map.of(EntryGroup.ACTOR, 2L, EntryGroup.DATA, 2L));
				assertThat(trail.about(Subject.actor("it's"))).isEmpty();
				assertThat(trail.entry(held).orElseThrow()).satisfies((entry) -> {
					assertThat(actor(entry)).isEqualTo("jane");
					assertThat(entry.getMessage()).isNull();
				});
			});
	}

	@Test
	void everythingThatMayNameAPersonIsErasedInBoth() {
		afterwards((context, redaction, trail) -> {
			ErasureReport report = redaction
				.erase(Subject.actor("jane").andTarget("Customer", "it's 7").withEverything(), "Request 1");
			assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.ACTOR, 8L, EntryGroup.DATA, 12L));
			assertThat(entries(trail).stream().map(AuditEntry::getMessage)).containsExactly(null, null, null, null,
					null, null, "said of joe", null, null, null, null, null, null, "said of joe");
			assertThat(entries(trail).stream().map(ArchivedErasureTests::actor)).containsExactly(null, null, null, null,
					"clerk", "clerk", "joe", null, null, null, null, "clerk", "clerk", "joe");
		});
	}

	@Test
	void aHoldKeepsWhatIsArchivedAndTheReportSaysSo() {
		afterwards((context, redaction, trail) -> {
			context.getBean(LegalHolds.class).placeOnTarget("Order", "1", "case 12");
			List<AuditEntry> entries = entries(trail);
			ErasureReport report = redaction.redact(AuditQuery.all().actor("jane"), EntryGroup.DATA, "Request 1");
			assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.HELD);
			assertThat(report.left().get(ErasureReport.Cause.HELD)).containsExactlyInAnyOrder(entries.get(0).getId(),
					entries.get(7).getId());
			assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.DATA, 4L));
		});
	}

	@Test
	void aPersonIsErasedUnderEachNameThatEntriesMayShow() {
		afterwards((context, redaction, trail) -> {
			List<AuditEntry> entries = entries(trail);
			List<RedactableArchive.Redacted> erased = context.getBean(RedactableArchive.class)
				.erase(List.of(Subject.actor("joe").andTarget("Customer", "it's 7"), Subject.target("Order", 5)),
						"Request 1", EntryCodec.write(List.of(entries().get(0))));
			assertThat(erased).extracting(RedactableArchive.Redacted::id)
				.containsExactlyInAnyOrder(entries.get(4).getId(), entries.get(5).getId(), entries.get(6).getId());
		});
	}

	/** Without its actor nobody would find again what else is to be erased. */
	@Test
	void whatIsHeldKeepsItsActorThoughTheHoldIsLiftedMeanwhile() {
		FaultyStore store = new FaultyStore(this.directory);
		ArchivingApplication.of(this.ledger.dataSource(), KEY, this.memory)
			.withBean(ArchiveStore.class, () -> store)
			.run((context) -> {
				assertThat(context.getBean(Retention.class).apply().retired()).containsExactly(JANUARY_2019);
				LegalHolds holds = context.getBean(LegalHolds.class);
				long hold = holds.placeOnTarget("Order", "4", "case 12");
				UUID held = entries(context.getBean(AuditTrail.class)).get(3).getId();
				store.onStep(1, () -> holds.lift(hold, "closed"));
				AuditRedaction redaction = context.getBean(AuditRedaction.class);
				assertThat(redaction.erase(Subject.actor("jane"), "Request 1").left().get(ErasureReport.Cause.HELD))
					.contains(held);
				assertThat(entries(context.getBean(AuditTrail.class)).get(3)).satisfies((entry) -> {
					assertThat(actor(entry)).isEqualTo("jane");
					assertThat(entry.getMessage()).isEqualTo("said of jane");
				});
				assertThat(redaction.erase(Subject.actor("jane"), "Request 1").complete()).isTrue();
				assertThat(entries(context.getBean(AuditTrail.class)).get(3)).satisfies((entry) -> {
					assertThat(actor(entry)).isNull();
					assertThat(entry.getMessage()).isNull();
				});
			});
	}

	@Test
	void whatIsNowhereIsToldToBeMissing() {
		afterwards((context, redaction, trail) -> {
			UUID nowhere = UUID.fromString("7b1f3c52-51c9-4bb5-8e3c-6a6d4d2b7f10");
			UUID retired = UUID.fromString("0167f3a0-0000-7000-8000-000000000001");
			assertThat(redaction.redact(nowhere, EntryGroup.ACTOR, "r").left())
				.isEqualTo(Map.of(ErasureReport.Cause.MISSING, List.of(nowhere)));
			assertThat(redaction.redact(retired, EntryGroup.ACTOR, "r").left())
				.isEqualTo(Map.of(ErasureReport.Cause.RETIRED, List.of(retired)));
		});
	}

	/** Which does what a centre asks. */
	private ApplicationContextRunner asked(ArchiveStore store) {
		return ArchivingApplication.of(this.ledger.dataSource(), KEY, this.memory)
			.withPropertyValues("audit.retention.centre-keys=" + VerifierKey.of(CENTRE))
			.withBean(ArchiveStore.class, () -> store);
	}

	/** To erase the actors of some entries, in one transaction. */
	private void ask(long... places) {
		this.ledger.execute(LongStream.of(places).mapToObj((seq) -> {
			UUID id = UUID.fromString(this.ledger.query("select id from audit.audit_log where seq = " + seq));
			String note = new RedactionRequest("example.com/audit/main", seq, id, "actor", "asked to").sign(CENTRE);
			return "select audit.audit_take_request('main', %d, '%s', 'actor', 'asked to', '%s')".formatted(seq, id,
					note);
		}).collect(Collectors.joining(";")));
	}

	private String erased() {
		return this.ledger.query("""
				select coalesce(string_agg(seq::text, ' ' order by seq), 'none') from audit.audit_log
				where actor_digest is not null
				""");
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(becomesTrue);
	}

	@Test
	void theArchiveIsReadOnceForAllThatACentreAsksForTogether() {
		FaultyStore store = new FaultyStore(this.directory);
		List<String> erasedBefore = new CopyOnWriteArrayList<>();
		asked(store).run((context) -> {
			assertThat(context.getBean(Retention.class).apply().retired()).containsExactly(JANUARY_2019);
			store.onList(() -> erasedBefore.add(erased()));
			ask(7, 8, 9, 10, 12, 13);
			await(() -> assertThat(erased()).isEqualTo("7 8 9 10 12 13"));
			await(() -> assertThat(erasedBefore).isNotEmpty().containsOnly("7 8 9 10 12 13"));
		});
	}

	/** When it is asked for again, there is nothing more to erase in the database. */
	@Test
	void whatACentreAskedForIsInNoStatisticsOfTheDatabaseThoughTheArchiveFails() {
		String samples = """
				select coalesce(most_common_vals::text, '') from pg_stats
				where schemaname = 'audit' and tablename = 'audit_log_2026_11' and attname = 'actor_id'
				""";
		FaultyStore store = new FaultyStore(this.directory);
		asked(store).run((context) -> {
			assertThat(context.getBean(Retention.class).apply().retired()).containsExactly(JANUARY_2019);
			this.ledger.execute("analyze audit.audit_log_2026_11");
			assertThat(this.ledger.query(samples)).contains("jane", "clerk");
			store.onList(() -> {
				throw new IOException("the archive is away");
			});
			ask(8, 11, 12);
			await(() -> assertThat(erased()).isEqualTo("8 11 12"));
			await(() -> assertThat(this.ledger.query(samples)).contains("jane").doesNotContain("clerk"));
		});
	}

	@Test
	void whatIsArchivedAndStillInTheDatabaseIsErasedInBothAtOnce() throws IOException {
		String seventh = this.ledger.query("select id from audit.audit_log where seq = 6");
		ArchivingApplication.of(this.ledger.dataSource(), KEY, this.memory)
			.withPropertyValues("audit.archive.directory=" + this.directory)
			.run((context) -> {
				Retention failing = this.ledger.retention(entries().get(0), (archive) -> (chain, first, last, by) -> {
					archive.archive(chain, first, last, by);
					throw new IOException("died before the month was dropped");
				});
				assertThat(failing.apply().retired()).isEmpty();
				context.getBean(AuditRedaction.class).redact(UUID.fromString(seventh), EntryGroup.DATA, "Request 1");
			});
		assertThat(new DirectoryArchiveStore(this.directory).list())
			.contains("chain=main/000000000000-000000000006/payload-2.parquet")
			.doesNotContain("chain=main/000000000000-000000000006/payload-1.parquet");
	}

}
