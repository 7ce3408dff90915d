package io.auditspring.retention;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.actuate.LedgerHealthIndicator;
import io.auditspring.cli.Commands;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerLab;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.VerificationWorker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.health.contributor.Status;

import static io.auditspring.retention.VerifiersAgreeTests.Verifier.FULL;
import static io.auditspring.retention.VerifiersAgreeTests.Verifier.MONTH;
import static io.auditspring.retention.VerifiersAgreeTests.Verifier.NEW;
import static io.auditspring.retention.VerifiersAgreeTests.Verifier.SIGNER;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a superuser alters, and which of those who look at the ledger see it: the full
 * verification (API and command line), the one that goes on from a checkpoint (command
 * line, health), the signer before the next signature, and retention before the oldest
 * month is gone. Who does not see something has a reason, which TRUST.md tells.
 */
class VerifiersAgreeTests {

	/** Of the oldest month, and covered by checkpoints. */
	private static final long OLD = 50;

	/** Since the newest checkpoint. */
	private static final long RECENT = 610;

	enum Verifier {

		FULL, NEW, SIGNER, MONTH

	}

	@TempDir
	private Path directory;

	/**
	 * An alteration.
	 *
	 * @param name what is altered
	 * @param deed alters it
	 * @param seenBy who must see it; nobody else does
	 */
	private record Alteration(String name, Consumer<LedgerLab> deed, Set<Verifier> seenBy) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Alteration> alterations() {
		return Stream.of(altered("nothing", (lab) -> {
		}), sql("a deleted entry of the oldest month", "delete from audit.audit_log where chain = 'main' and seq = 50",
				FULL, MONTH),
				sql("a deleted entry of late", "delete from audit.audit_log where chain = 'main' and seq = 610", FULL,
						NEW, SIGNER, MONTH),
				altered("an inserted entry in the oldest month", (lab) -> insertCopy(lab, OLD), FULL, MONTH),
				altered("an inserted entry of late", (lab) -> insertCopy(lab, RECENT), FULL, NEW, SIGNER, MONTH),
				altered("swapped entries in the oldest month", (lab) -> swap(lab, OLD), FULL, MONTH),
				altered("swapped entries of late", (lab) -> swap(lab, RECENT), FULL, NEW, SIGNER, MONTH),
				sql("the head's hash", "update audit.audit_chain set head = sha256(head) where name = 'main'", FULL,
						NEW, SIGNER, MONTH),
				sql("a head that is too large", "update audit.audit_chain set size = 700 where name = 'main'", FULL,
						NEW, SIGNER, MONTH),
				sql("a head that is larger than all that could be read, and a tile there", """
						update audit.audit_chain set size = 9000000000000000000 where name = 'main';
						insert into audit.audit_tile (chain, level, index, hashes)
						values ('main', 0, 8000000000000000000, decode(repeat('00', 8192), 'hex'))
						""", FULL, NEW, SIGNER, MONTH), sql("a head set back with its hash", """
						update audit.audit_chain
						set (size, head, recorded_at) = (
							select 615, hash, recorded_at from audit.audit_log where chain = 'main' and seq = 614
						)
						where name = 'main'
						""", FULL, NEW, SIGNER, MONTH),
				sql("a head that is gone", "delete from audit.audit_chain where name = 'main'", FULL, NEW, SIGNER,
						MONTH),
				// The oldest month's link to it is read before it is retired; it is no
				// part of
				// what came since the checkpoint.
				sql("the chain's identity",
						"update audit.audit_chain set ledger_id = gen_random_uuid() where name = 'main'", FULL, MONTH),
				sql("a tile of the oldest entries", """
						update audit.audit_tile set hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1)
						where chain = 'main' and level = 0 and index = 0
						""", FULL, NEW, MONTH),
				sql("a deleted tile", "delete from audit.audit_tile where chain = 'main' and level = 0 and index = 0",
						FULL, NEW, MONTH),
				sql("the tree's edge", """
						update audit.audit_tree set edges[1] = set_byte(edges[1], 77, get_byte(edges[1], 77) # 1)
						where chain = 'main'
						""", FULL, NEW, SIGNER, MONTH),
				sql("a deleted tree", "delete from audit.audit_tree where chain = 'main'", FULL, NEW, SIGNER, MONTH),
				sql("the newest checkpoint's root", """
						update audit.audit_checkpoint set root = sha256(root) where chain = 'main' and size = 600
						""", FULL, NEW, SIGNER, MONTH),
				sql("the newest checkpoint deleted",
						"delete from audit.audit_checkpoint where chain = 'main' and size = 600", FULL, NEW, SIGNER,
						MONTH),
				sql("all checkpoints deleted", "delete from audit.audit_checkpoint where chain = 'main'", FULL, NEW,
						SIGNER, MONTH),
				sql("an earlier checkpoint's root", """
						update audit.audit_checkpoint set root = sha256(root) where chain = 'main' and size = 300
						""", FULL), altered("a checkpoint of somebody else", (lab) -> {
					byte[] root = new byte[32];
					lab.store("main", 610, root,
							Checkpoint
								.sign("shop/main", 610, root, Ed25519Signer.ofPem("mallory", Ed25519Signer.newPem()))
								.note());
				}, FULL, NEW, SIGNER, MONTH),
				altered("the oldest month detached",
						(lab) -> lab.database
							.execute("alter table audit.audit_log detach partition " + lab.partitionOf(0)),
						FULL, NEW, MONTH),
				altered("the oldest month dropped, and a retirement forged", (lab) -> {
					lab.enterRetirement("main", 0, 99, null);
					lab.database.execute("drop table " + lab.partitionOf(0));
				}, FULL, NEW, SIGNER, MONTH),
				altered("a retirement forged of a month that is there",
						(lab) -> lab.enterRetirement("main", 0, 99, null), FULL, NEW, SIGNER, MONTH),
				altered("an erasure in the oldest month without an entry", (lab) -> lab.eraseActor("main", OLD), FULL,
						MONTH),
				altered("an erasure of late without an entry", (lab) -> lab.eraseActor("main", RECENT), FULL, NEW,
						SIGNER, MONTH),
				altered("an erasure in the oldest month undone", VerifiersAgreeTests::undoErasure, FULL, NEW, SIGNER,
						MONTH),
				altered("something beside an erased group of the oldest month", (lab) -> {
					lab.eraseActor("main", OLD);
					lab.enterRedaction("main", "main", OLD, "actor");
					lab.database.execute("""
							alter table audit.audit_log drop constraint audit_log_actor_present_or_redacted
							""");
					lab.tamper("update audit.audit_log set actor_name = 'Mallory' where chain = 'main' and seq = 50");
				}, FULL, MONTH), altered("a number longer than any that is written, with a hash", (lab) -> {
					lab.tamper(
							"update audit.audit_log set metadata = jsonb_build_object('n', repeat('1', 401)::numeric) "
									+ "where chain = 'main' and seq = 610");
					lab.rechain("main");
				}, FULL, NEW, SIGNER, MONTH),
				altered("what is nested more deeply than anything, with a hash", (lab) -> {
					lab.tamper(
							"update audit.audit_log set metadata = jsonb_build_object('a', (repeat('[', 65) || repeat(']', 65))::jsonb) "
									+ "where chain = 'main' and seq = 610");
					lab.rechain("main");
				}, FULL, NEW, SIGNER, MONTH),
				// Nothing but what was seen elsewhere tells of it: that is the window.
				altered("all since the newest checkpoint written anew", (lab) -> {
					lab.tamper("update audit.audit_log set message = 'never' where chain = 'main' and seq = 610");
					lab.rechain("main");
				}),
				// It says nothing of an entry: what a guard let through is seen by its
				// content.
				altered("an entry of no chain", (lab) -> {
					lab.database.execute("""
							alter table audit.audit_log drop constraint audit_log_pkey;
							alter table audit.audit_log alter column chain drop not null
							""");
					lab.tamper("""
							create temporary table copy as select * from audit.audit_log limit 1;
							update copy set chain = null, id = gen_random_uuid();
							insert into audit.audit_log select * from copy
							""");
				}, FULL, NEW, MONTH),
				altered("a trigger off",
						(lab) -> lab.database
							.execute("alter table audit.audit_log disable trigger audit_log_append_only"),
						FULL, NEW),
				altered("a trigger on a partition gone",
						(lab) -> lab.database.execute("drop trigger audit_log_append_only on audit.audit_log; "), FULL,
						NEW),
				// The same: seen by its content, or as true as what the owner may write.
				altered("a constraint dropped", (lab) -> lab.database.execute("""
						alter table audit.audit_log drop constraint audit_log_actor_present_or_redacted
						""")), altered("a function's body", (lab) -> lab.database.execute("""
						create or replace function audit.audit_refuse_change() returns trigger language plpgsql as
						$$ begin return new; end $$
						""")),
				// No part of the ledger.
				altered("a row of the outbox", (lab) -> lab.database.execute("""
						insert into audit.audit_outbox (chain, entries) values ('main', '[]');
						update audit.audit_outbox set entries = '[{}]';
						alter sequence audit.audit_outbox_id_seq restart 1
						""")), altered("the key of digests", (lab) -> lab.database.execute("""

						update audit.audit_masking_key set value = sha256(value)
						""")));
	}

	/**
	 * Before a month goes there is a checkpoint of all: whatever the signer refuses keeps
	 * months, too.
	 */
	private static Alteration altered(String name, Consumer<LedgerLab> deed, Verifier... seenBy) {
		Set<Verifier> all = EnumSet.noneOf(Verifier.class);
		all.addAll(List.of(seenBy));
		return new Alteration(name, deed, all);
	}

	private static Alteration sql(String name, String sql, Verifier... seenBy) {
		return altered(name, (lab) -> lab.tamper(sql), seenBy);
	}

	private static void insertCopy(LedgerLab lab, long seq) {
		lab.tamper("""
				create temporary table copy as select * from audit.audit_log where chain = 'main' and seq = %d;
				update copy set recorded_at = recorded_at + interval '1 microsecond';
				insert into audit.audit_log select * from copy
				""".formatted(seq));
	}

	private static void swap(LedgerLab lab, long seq) {
		lab.tamper("update audit.audit_log set seq = seq + 10000 where chain = 'main' and seq in (%d, %d)"
			.formatted(seq, seq + 1));
		lab.tamper("update audit.audit_log set seq = %d - seq where seq > 10000".formatted(10_000 + 2 * seq + 1));
	}

	private static void undoErasure(LedgerLab lab) {
		lab.database
			.execute("create table public.copy as select * from audit.audit_log where chain = 'main' and seq = 50");
		lab.eraseActor("main", OLD);
		lab.enterRedaction("main", "main", OLD, "actor");
		lab.tamper("""
				delete from audit.audit_log where chain = 'main' and seq = 50;
				insert into audit.audit_log select * from public.copy;
				update audit.audit_chain set size = 621 where name = 'main'
				""");
	}

	static Stream<Alteration> alterationsOfEntries() {
		return alterations().limit(7);
	}

	@ParameterizedTest
	@MethodSource("alterationsOfEntries")
	void whoMustSeeItSeesIt(Alteration alteration) throws IOException {
		assertSeen(alteration);
	}

	@ParameterizedTest
	@MethodSource("alterations")
	@Tag("thorough")
	void whoMustSeeAnyAlterationSeesIt(Alteration alteration) throws IOException {
		assertSeen(alteration);
	}

	private void assertSeen(Alteration alteration) throws IOException {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(20));
		alteration.deed().accept(lab);
		// Who signs or retires changes what it finds to be true.
		Set<Verifier> seen = seenBy(lab, lab::copy);
		assertThat(seen).isEqualTo(alteration.seenBy());
		assertThat(commandLine(lab)).isEqualTo(seen.contains(FULL) ? 1 : 0);
		assertThat(commandLine(lab, "--from-checkpoint")).isEqualTo(seen.contains(NEW) ? 1 : 0);
		assertThat(health(lab)).isEqualTo(seen.contains(NEW) ? Status.DOWN : Status.UP);
	}

	/** Each of them, in the oldest month and of late, one after the other. */
	@Test
	void whoReadsAnEntrySeesEachColumn() {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(20));
		lab.database.execute("create table public.original as select * from audit.audit_log");
		for (Map.Entry<String, String> change : columns().entrySet()) {
			String column = change.getKey();
			lab.tamper("update audit.audit_log set %s = %s where chain = 'main' and seq in (50, 610)".formatted(column,
					change.getValue()));
			assertThat(problems(lab)).as(column).contains(OLD, RECENT);
			assertThat(seenBy(lab, () -> lab)).as(column).containsExactlyInAnyOrder(Verifier.values());
			lab.tamper("""
					update audit.audit_log as altered set %1$s = original.%1$s
					from public.original
					where altered.chain = original.chain and altered.seq = original.seq
					and altered.%1$s is distinct from original.%1$s
					""".formatted(column));
		}
		assertThat(problems(lab)).isEmpty();
	}

	private static Map<String, String> columns() {
		return """
				id                 | gen_random_uuid()
				occurred_at        | occurred_at + interval '1 microsecond'
				recorded_at        | recorded_at + interval '1 microsecond'
				service            | 'bank'
				tenant             | 'umbrella'
				operation_id       | gen_random_uuid()
				actor_type         | 'api_key'
				actor_id           | 'john'
				actor_name         | 'John Doe'
				impersonator_id    | 'nobody'
				action             | 'order.refund'
				category           | 'other'
				severity           | 'warning'
				outcome            | 'failure'
				target_type        | 'Cart'
				target_id          | '43'
				target_name        | 'Order no. 43'
				related            | '[{"type": "Connector", "id": "8"}]'
				message            | concat(message, ' ')
				justification      | 'by mistake'
				error              | ''
				before_state       | '{"total": 1.51}'
				after_state        | '{"total": 9007199254740992}'
				changes            | '{"status": {"from": "NEW", "to": "PAYED"}}'
				metadata           | '{"amount": 100}'
				ip_address         | '203.0.113.10'
				user_agent         | 'curl/8.5.1'
				session_id         | '5f2d'
				device_fingerprint | 'device-2'
				geolocation        | '{"country": "SE"}'
				trace_id           | 'none'
				revision           | 8
				duration_micros    | 1833
				salt               | sha256(salt)
				prev_hash          | sha256(prev_hash)
				hash               | sha256(hash)
				""".lines()
			.map((line) -> line.split("\\|"))
			.collect(Collectors.toMap((parts) -> parts[0].strip(), (parts) -> parts[1].strip()));
	}

	private static Set<Long> problems(LedgerLab lab) {
		return lab.verify()
			.chains()
			.stream()
			.flatMap((chain) -> chain.problems().stream())
			.map((problem) -> (problem.seq() != null) ? problem.seq() : -1L)
			.collect(Collectors.toSet());
	}

	private Set<Verifier> seenBy(LedgerLab lab, Supplier<LedgerLab> copies) {
		Set<Verifier> seen = EnumSet.noneOf(Verifier.class);
		if (!lab.verify().valid()) {
			seen.add(FULL);
		}
		if (!lab.verifier().verifyNew().valid()) {
			seen.add(NEW);
		}
		LedgerLab toSign = copies.get();
		if (isRefused(() -> checkpoints(toSign, "signer").create("main"))) {
			seen.add(SIGNER);
		}
		if (isKept(copies.get())) {
			seen.add(MONTH);
		}
		return seen;
	}

	private int commandLine(LedgerLab lab, String... further) throws IOException {
		Path anchor = Files.createDirectories(this.directory.resolve("anchor"));
		for (int i = 0; i < lab.anchored.size(); i++) {
			Files.writeString(anchor.resolve(i + ".note"), lab.anchored.get(i));
		}
		PGSimpleDataSource database = (PGSimpleDataSource) lab.database.dataSource();
		return Commands
			.run(Stream.concat(
					Stream.of("verify", "--url", String.valueOf(database.getUrl()), "--user", "postgres",
							"--public-key", VerifierKey.of(LedgerLab.SIGNER).toString(), "--anchor", anchor.toString()),
					Stream.of(further))
				.toArray(String[]::new))
			.status();
	}

	private static Status health(LedgerLab lab) {
		VerificationWorker worker = new VerificationWorker(lab.verifier(), Duration.ofDays(1));
		worker.run();
		return new LedgerHealthIndicator(worker).health().getStatus();
	}

	private Checkpoints checkpoints(LedgerLab lab, String memory) {
		return new Checkpoints(lab.database.dataSource(), lab.database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.directory.resolve(memory)), List.of()));
	}

	private static boolean isRefused(Runnable signing) {
		try {
			signing.run();
			return false;
		}
		catch (CheckpointRefusedException | InvalidCheckpointException ex) {
			return true;
		}
	}

	private boolean isKept(LedgerLab lab) {
		RetentionReport report = new Retention(lab.database.dataSource(), lab.database.schema(), Period.ofMonths(1),
				RetentionAction.DROP, () -> Entries.entry("by"), Clock.systemUTC(),
				new RetirementSeal(checkpoints(lab, "retention"), LedgerLab.SIGNER))
			.apply();
		return report.retired().isEmpty();
	}

}
