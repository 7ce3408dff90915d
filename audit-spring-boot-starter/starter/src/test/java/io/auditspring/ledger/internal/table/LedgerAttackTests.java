package io.auditspring.ledger.internal.table;

import java.util.List;
import java.util.function.Consumer;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.LedgerVerifierTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of attacks: what somebody with all rights in the database does, and what the
 * verifier says about it. That a change in any single column is found is shown in
 * {@link LedgerVerifierTests}.
 */
class LedgerAttackTests {

	/**
	 * An attack.
	 *
	 * @param name what is done
	 * @param deed does it
	 * @param expected each problem's kind and place, in any order
	 */
	private record Attack(String name, Consumer<LedgerLab> deed, List<String> expected) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Attack> attacks() {
		return Stream.of(attack("nothing at all", (lab) -> {
		}), attack("the order of JSON members and the format of numbers", sql("""
				update audit.audit_log set before_state = '{"total": 1.5000, "status": "NEW"}' where seq = 250
				""")), attack("a redaction as it should be", (lab) -> {
			lab.eraseActor("main", 250);
			lab.enterRedaction("main", "main", 250, "actor");
		}), attack("a redaction that is entered in another chain", (lab) -> {
			lab.eraseActor("main", 250);
			lab.enterRedaction("other", "main", 250, "actor");
		}), attack("a retirement as it should be", (lab) -> {
			lab.enterRetirement("main", 0, 99);
			lab.database.execute("drop table " + lab.partitionOf(0));
		}), attack("two retirements, the first of which is retired itself", (lab) -> {
			lab.enterRetirement("main", 100, 199);
			lab.database.execute("drop table " + lab.partitionOf(0));
			lab.database.execute("drop table " + lab.partitionOf(100));
		}), attack("a deleted entry", sql("delete from audit.audit_log where chain = 'main' and seq = 250"),
				"MISSING 250"),
				attack("a deleted tail", sql("delete from audit.audit_log where chain = 'main' and seq >= 500"),
						"MISSING 500"),
				attack("a deleted tail with a shortened head", (lab) -> {
					lab.tamper("delete from audit.audit_log where chain = 'main' and seq >= 550");
					lab.rechain("main");
				}, "CUT 550", "CUT 550", "TILE 550"), attack("a deleted tail, head, tiles and checkpoints", (lab) -> {
					lab.tamper("delete from audit.audit_log where chain = 'main' and seq >= 500");
					lab.rechain("main");
					forgetTree(lab, 300);
				}, "CUT 500", "TILE"), attack("a chain of which nothing is left but checkpoints", (lab) -> {
					lab.tamper("delete from audit.audit_log where chain = 'main'");
					lab.tamper("delete from audit.audit_chain where name = 'main'");
				}, "CUT 0", "CUT 0", "CUT 0", "CUT 0", "TILE 0"),
				attack("a chain of which nothing is left but what was kept elsewhere", (lab) -> {
					lab.tamper("delete from audit.audit_log where chain = 'main'");
					lab.tamper("delete from audit.audit_chain where name = 'main'");
					forgetTree(lab, 0);
				}, "CUT 0", "CUT 0"), attack("swapped entries", (lab) -> {
					lab.tamper(
							"update audit.audit_log set seq = seq + 10000 where chain = 'main' and seq in (250, 251)");
					lab.tamper("update audit.audit_log set seq = 10501 - seq where seq > 10000");
				}, "LINK 250", "HASH 250", "LINK 251", "HASH 251", "LINK 252", "TILE 250", "ROOT", "ROOT", "ROOT",
						"ROOT"),
				attack("an inserted entry", sql("""
						create temporary table copy as select * from audit.audit_log where chain = 'main' and seq = 250;
						update copy set recorded_at = recorded_at + interval '1 microsecond';
						insert into audit.audit_log select * from copy
						"""), "DUPLICATE 250", "HASH 250"), attack("a duplicate of the last entry", sql("""
						create temporary table copy as select * from audit.audit_log where chain = 'main' and seq = 599;
						update copy set seq = 600;
						insert into audit.audit_log select * from copy
						"""), "LINK 600", "HASH 600", "HEAD 600", "DUPLICATE 599", "DUPLICATE 600"),
				attack("a backdated entry", sql("""
						update audit.audit_log set recorded_at = recorded_at - interval '1 second'
						where chain = 'main' and seq = 250
						"""), "HASH 250", "TIME 250"),
				attack("an entry moved to the partition of another month", sql("""
						update audit.audit_log set recorded_at = recorded_at - interval '1 month'
						where chain = 'main' and seq = 250
						"""), "HASH 250", "TIME 250"), attack("partitions that change their names", (lab) -> {
					String older = lab.partitionOf(0).replace("audit.", "");
					String newer = lab.partitionOf(100).replace("audit.", "");
					lab.database.execute("alter table audit.%s rename to aside".formatted(older));
					lab.database.execute("alter table audit.%s rename to %s".formatted(newer, older));
					lab.database.execute("alter table audit.aside rename to " + newer);
				}, times(100, "PARTITION", 0).toArray(String[]::new)), attack("a number changed beyond 2^53", sql("""
						update audit.audit_log
						set after_state = jsonb_set(after_state, '{total}', '9007199254740992')
						where chain = 'main' and seq = 250
						"""), "HASH 250"), attack("a replacement character instead of what was one", sql("""
						update audit.audit_log set message = message || U&'\\FFFD' where chain = 'main' and seq = 250
						"""), "HASH 250"), attack("another salt", sql("""
						update audit.audit_log
						set salt = (select salt from audit.audit_log where chain = 'main' and seq = 251)
						where chain = 'main' and seq = 250
						"""), "HASH 250"), attack("a version of other rules", sql("""
						alter table audit.audit_log drop constraint audit_log_hash_version_check;
						update audit.audit_log set hash_version = 0 where chain = 'main' and seq = 250
						"""), "VERSION 250"),
				attack("an erasure without an entry", (lab) -> lab.eraseActor("main", 250), "REDACTION 250"),
				attack("an entry without its erasure", (lab) -> lab.enterRedaction("main", "main", 250, "actor"),
						"REDACTION_ENTRY 600"),
				attack("an entry of an erasure where no entry can be",
						(lab) -> lab.database.append("main", Entries.controlEntry(ControlEntry.REDACTION, """
								{"chain": "main", "seq": -1, "id": "%s", "group": "actor", "reason": "asked to"}
								""".formatted(new UUID(0, 7)))), "REDACTION_ENTRY 600"),
				attack("an entry for another group than is erased", (lab) -> {
					lab.eraseActor("main", 250);
					lab.enterRedaction("main", "main", 250, "data");
				}, "REDACTION 250", "REDACTION_ENTRY 600"), attack("an erasure entered twice", (lab) -> {
					lab.eraseActor("main", 250);
					lab.enterRedaction("main", "main", 250, "actor");
					lab.enterRedaction("main", "main", 250, "actor");
				}, "REDACTION_ENTRY 601"), attack("another name in an erased group", (lab) -> {
					lab.eraseActor("main", 250);
					lab.enterRedaction("main", "main", 250, "actor");
					lab.database.execute("""
							alter table audit.audit_log drop constraint audit_log_actor_present_or_redacted
							""");
					lab.tamper("update audit.audit_log set actor_name = 'Mallory' where chain = 'main' and seq = 250");
				}, "REDACTION 250"),
				attack("a redaction entry that says nothing",
						(lab) -> lab.database.append("main", Entries.controlEntry(ControlEntry.REDACTION, "{}")),
						"REDACTION_ENTRY 600"),
				attack("a dropped first partition", (lab) -> lab.database.execute("drop table " + lab.partitionOf(0)),
						"MISSING 0"),
				attack("a detached first partition",
						(lab) -> lab.database
							.execute("alter table audit.audit_log detach partition " + lab.partitionOf(0)),
						"MISSING 0"),
				attack("a dropped middle partition",
						(lab) -> lab.database.execute("drop table " + lab.partitionOf(100)), "MISSING 100"),
				attack("a dropped middle partition with an entry", (lab) -> {
					lab.enterRetirement("main", 100, 199);
					lab.database.execute("drop table " + lab.partitionOf(100));
				}, "MISSING 100", "RETIREMENT 600"), attack("more dropped than is entered", (lab) -> {
					lab.enterRetirement("main", 0, 99);
					lab.database.execute("drop table " + lab.partitionOf(0));
					lab.database.execute("drop table " + lab.partitionOf(100));
				}, "MISSING 100"), attack("a dropped month with an entry that nobody signed", (lab) -> {
					lab.enterRetirement("main", 0, 99, null);
					lab.database.execute("drop table " + lab.partitionOf(0));
				}, "SIGNATURE 600"), attack("a dropped month with an entry that somebody else signed", (lab) -> {
					lab.enterRetirement("main", 0, 99, Ed25519Signer.ofPem("shop", Ed25519Signer.newPem()));
					lab.database.execute("drop table " + lab.partitionOf(0));
				}, "SIGNATURE 600"),
				attack("the beginning of a chain that was never signed, with an unsigned entry", (lab) -> {
					lab.enterRetirement("other", 0, 1, null);
					lab.tamper("delete from audit.audit_log where chain = 'other' and seq < 2");
				}, "SIGNATURE 3"),
				attack("an entry without its retirement", (lab) -> lab.enterRetirement("main", 0, 99),
						"RETIREMENT 600"),
				attack("an altered tile", tree("""
						update audit.audit_tile set hashes = set_byte(hashes, 32 * 7, get_byte(hashes, 32 * 7) # 1)
						where chain = 'main' and level = 0 and index = 1
						"""), "TILE 263"),
				attack("a deleted tile", tree("delete from audit.audit_tile where chain = 'main' and index = 1"),
						"TILE 256"),
				attack("an entry replayed from another chain", sql("""
						create temporary table copy as select * from audit.audit_log where chain = 'other' and seq = 1;
						update copy set chain = 'main', seq = 600;
						insert into audit.audit_log select * from copy;
						update audit.audit_chain set size = 601, head = (select hash from copy) where name = 'main'
						"""), "LINK 600", "HASH 600", "TIME 600", "DUPLICATE 600", "DUPLICATE 1"),
				attack("a chain of another ledger",
						(lab) -> lab.database
							.execute("update audit.audit_chain set ledger_id = gen_random_uuid() where name = 'main'"),
						"LINK 0"),
				attack("a chain that is recomputed as a whole", (lab) -> {
					lab.tamper(
							"update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
					lab.rechain("main");
				}, "TILE 250", "TILE 256", "TILE 512", "ROOT", "ROOT", "ROOT", "ROOT"),
				attack("a chain, tiles and checkpoints recomputed without the key", (lab) -> {
					lab.tamper(
							"update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
					lab.rechain("main");
					forgetTree(lab, 0);
				}, "ROOT", "ROOT"), attack("the same, signed with another key of the same name", (lab) -> {
					lab.tamper(
							"update audit.audit_log set message = 'never happened' where chain = 'main' and seq = 250");
					lab.rechain("main");
					forgetTree(lab, 0);
					lab.checkpoint("main", Ed25519Signer.ofPem("shop", Ed25519Signer.newPem()));
				}, "SIGNATURE", "ROOT", "ROOT"), attack("a checkpoint of an unknown key", (lab) -> {
					lab.database.append("main", Entries.entries(1));
					lab.checkpoint("main", Ed25519Signer.ofPem("mallory", Ed25519Signer.newPem()));
				}, "SIGNATURE"), attack("a checkpoint with another root in its column", tree("""
						update audit.audit_checkpoint set root = sha256(root) where size = 300
						"""), "CHECKPOINT"), attack("a checkpoint with another size in its column", tree("""
						update audit.audit_checkpoint set size = 301 where size = 300
						"""), "CHECKPOINT"), attack("a checkpoint with another size in its note", tree("""
						update audit.audit_checkpoint set size = 301, note = replace(note, E'\\n300\\n', E'\\n301\\n')
						where size = 300
						"""), "SIGNATURE"), attack("a checkpoint of another chain", tree("""
						update audit.audit_checkpoint set chain = 'other', size = 3 where size = 300
						"""), "CHECKPOINT", "TILE"),
				attack("a checkpoint with a wrong root by the right key", (lab) -> {
					byte[] root = new byte[32];
					Checkpoint wrong = Checkpoint.sign("shop/other", 2, root, LedgerLab.SIGNER);
					lab.store("other", 2, root, wrong.note());
				}, "ROOT", "TILE"), attack("a checkpoint of more than there is", (lab) -> {
					byte[] root = new byte[32];
					Checkpoint wrong = Checkpoint.sign("shop/other", 4, root, LedgerLab.SIGNER);
					lab.store("other", 4, root, wrong.note());
				}, "CUT 3", "TILE"), attack("an altered edge of the tree", tree("""
						update audit.audit_tree set edges[1] = set_byte(edges[1], 77, get_byte(edges[1], 77) # 1)
						"""), "TILE 514"), attack("an altered edge above the leaves", tree("""
						update audit.audit_tree set edges[2] = set_byte(edges[2], 40, get_byte(edges[2], 40) # 1)
						"""), "TILE"), attack("a longer edge", tree("""
						update audit.audit_tree set edges[1] = edges[1] || edges[1]
						"""), "TILE 600"), attack("an edge of nothing", tree("""
						update audit.audit_tree set edges = array[null, null]::bytea[]
						"""), "TILE 512"), attack("an edge of several dimensions", tree("""
						update audit.audit_tree set edges = array[edges, edges]
						"""), "TILE"), attack("a deleted tree", tree("delete from audit.audit_tree"), "TILE"),
				attack("a tree set back", tree("""
						update audit.audit_tree set size = 0, edges = '{}'
						"""), "TILE"),
				attack("all checkpoints deleted", tree("delete from audit.audit_checkpoint"), "CHECKPOINT 0"),
				attack("the newest checkpoint deleted", tree("delete from audit.audit_checkpoint where size = 600"),
						"CHECKPOINT 300"),
				attack("all checkpoints and the tree deleted, but no tiles",
						tree("delete from audit.audit_checkpoint; delete from audit.audit_tree"), "CHECKPOINT 0"),
				attack("a redaction that is undone", (lab) -> {
					lab.database.execute("""
							create table public.copy as
								select * from audit.audit_log where chain = 'main' and seq = 250
							""");
					lab.eraseActor("main", 250);
					lab.enterRedaction("main", "main", 250, "actor");
					lab.tamper("""
							delete from audit.audit_log where chain = 'main' and seq = 250;
							insert into audit.audit_log select * from public.copy;
							update audit.audit_chain set size = 601
							where name = 'main'
							""");
				}, "REDACTION_ENTRY 600"), attack("a redaction that is replayed", (lab) -> {
					lab.eraseActor("main", 250);
					lab.enterRedaction("main", "main", 250, "actor");
					lab.tamper("""
							create temporary table copy as select * from audit.audit_log where seq = 600;
							update copy set seq = 601;
							insert into audit.audit_log select * from copy
							""");
					lab.rechain("main");
				}, "REDACTION_ENTRY 601", "DUPLICATE 600", "DUPLICATE 601"),
				attack("a retirement that is replayed", (lab) -> {
					lab.enterRetirement("main", 0, 99);
					lab.database.execute("drop table " + lab.partitionOf(0));
					lab.tamper("""
							create temporary table copy as select * from audit.audit_log where seq = 600;
							update copy set seq = 601;
							insert into audit.audit_log select * from copy
							""");
					lab.rechain("main");
				}, "RETIREMENT 601", "DUPLICATE 600", "DUPLICATE 601"));
	}

	@ParameterizedTest
	@MethodSource("attacks")
	void anAttackIsFoundAtItsPlace(Attack attack) {
		LedgerLab lab = LedgerLab.create();
		attack.deed().accept(lab);
		Verification verification = lab.verify();
		assertThat(problems(verification)).map(LedgerAttackTests::place)
			.containsExactlyInAnyOrderElementsOf(attack.expected());
		assertThat(verification.valid()).isEqualTo(attack.expected().isEmpty());
	}

	@Test
	void aRestoredBackupIsFound() {
		LedgerLab lab = LedgerLab.create();
		LedgerLab backup = lab.copy();
		lab.database.append("main", Entries.entries(10));
		backup.anchored.add(lab.checkpoint("main", LedgerLab.SIGNER));
		assertThat(problems(backup.verify())).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.CUT);
			assertThat(problem.expected()).isEqualTo(backup.anchored.get(2));
			assertThat(problem.found()).isEqualTo("600");
		});
	}

	@Test
	void aRestoredBackupThatGoesOnIsFound() {
		LedgerLab lab = LedgerLab.create();
		LedgerLab backup = lab.copy();
		lab.database.append("main", Entries.entries(10));
		backup.anchored.add(lab.checkpoint("main", LedgerLab.SIGNER));
		backup.database.append("main", Entries.entries(20));
		assertThat(problems(backup.verify())).map(LedgerAttackTests::place).containsExactly("ROOT");
	}

	@Test
	void twoClonesThatBothWentOnAreFoundWithBothCheckpointsAsEvidence() {
		LedgerLab one = LedgerLab.create();
		LedgerLab two = one.copy();
		one.database.append("main", Entries.entries(10));
		two.database.append("main", Entries.entries(20));
		String ofOne = one.checkpoint("main", LedgerLab.SIGNER);
		String ofTwo = two.checkpoint("main", LedgerLab.SIGNER);
		two.anchored.add(ofOne);
		assertThat(problems(two.verify())).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.SPLIT_VIEW);
			assertThat(problem.expected()).isEqualTo(ofOne);
			assertThat(problem.found()).isEqualTo(ofTwo);
		});
	}

	@Test
	void twoHistoriesAreToldOnceWithWhereTheyPart() {
		LedgerLab one = LedgerLab.create();
		LedgerLab two = one.copy();
		for (int i = 0; i < 17; i++) {
			one.database.append("main", Entries.entries(1));
			two.anchored.add(one.checkpoint("main", LedgerLab.SIGNER));
			two.database.append("main", Entries.entries(2));
			two.checkpoint("main", LedgerLab.SIGNER);
		}
		assertThat(problems(two.verify())).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.SPLIT_VIEW);
			assertThat(problem.seq()).isEqualTo(600);
			assertThat(problem.what()).contains("part at entry 600 or later, but before entry 601", "and 16 more");
			assertThat(problem.expected()).isEqualTo(two.anchored.get(2));
		});
	}

	private static void forgetTree(LedgerLab lab, long size) {
		tree("""
				delete from audit.audit_checkpoint where size > %1$d;
				delete from audit.audit_tile where (index + 1) * 256 > %1$d;
				delete from audit.audit_tree
				""".formatted(size)).accept(lab);
	}

	private static Attack attack(String name, Consumer<LedgerLab> deed, String... expected) {
		return new Attack(name, deed, List.of(expected));
	}

	private static Consumer<LedgerLab> sql(String sql) {
		return (lab) -> lab.tamper(sql);
	}

	private static Consumer<LedgerLab> tree(String sql) {
		return (lab) -> lab.tamper(sql);
	}

	private static Stream<String> times(int count, String kind, int first) {
		return Stream.iterate(first, (seq) -> seq + 1).limit(count).map((seq) -> kind + " " + seq);
	}

	private static List<Problem> problems(Verification verification) {
		return verification.chains().stream().flatMap((chain) -> chain.problems().stream()).toList();
	}

	private static String place(Problem problem) {
		return (problem.seq() != null) ? problem.kind() + " " + problem.seq() : problem.kind().toString();
	}

}
