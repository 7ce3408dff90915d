package io.auditspring.ledger.verify;

import java.util.List;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.table.LedgerLab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an index leads past is neither missing nor unseen: what counts is what the tables
 * hold.
 */
class DamagedIndexTests {

	private final LedgerLab lab = LedgerLab.create();

	private void damage(String index, String sql) {
		this.lab.tamper("""
				set allow_system_table_mods = on;
				update pg_index set indisready = false where %1$s;
				%2$s;
				update pg_index set indisready = true where %1$s
				""".formatted(index, sql));
	}

	private ChainVerification main() {
		return this.lab.verify()
			.chains()
			.stream()
			.filter((chain) -> chain.chain().equals("main"))
			.findFirst()
			.orElseThrow();
	}

	private static List<Problem.Kind> kinds(ChainVerification chain) {
		return chain.problems().stream().map(Problem::kind).toList();
	}

	private String keyOf(long seq) {
		return "indrelid = '%s'::regclass and indisprimary".formatted(this.lab.partitionOf(seq));
	}

	@ParameterizedTest
	@ValueSource(longs = { 50, 250, 599 })
	void anEntryThatItsIndexDoesNotKnowIsNotCalledMissing(long seq) {
		damage(keyOf(seq), """
				with gone as (delete from audit.audit_log where chain = 'main' and seq = %d returning *)
				insert into audit.audit_log select * from gone
				""".formatted(seq));
		assertThat(kinds(main())).containsExactly(Problem.Kind.EVIDENCE);
		assertThat(main().tampered()).isFalse();
		assertThat(main().entries()).isEqualTo(600);
	}

	/** Readers come by other indexes, and see it. */
	@Test
	void anEntryThatIsHiddenFromTheIndexOfTheChainIsFound() {
		damage(keyOf(250), """
				create temporary table forged as select * from audit.audit_log where chain = 'main' and seq = 250;
				update forged set id = gen_random_uuid();
				insert into audit.audit_log select * from forged
				""");
		assertThat(kinds(main())).contains(Problem.Kind.DUPLICATE, Problem.Kind.EVIDENCE);
		assertThat(main().tampered()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "audit_checkpoint", "audit_tile", "audit_tree" })
	void whatAnIndexOfTheTreeDoesNotKnowIsNotCalledMissing(String table) {
		damage("indrelid = 'audit.%s'::regclass".formatted(table), """
				create temporary table kept as select * from audit.%1$s;
				delete from audit.%1$s;
				insert into audit.%1$s select * from kept
				""".formatted(table));
		assertThat(main().tampered()).isFalse();
	}

	@Test
	void anIndexThatIsInvalidIsNotAsked() {
		this.lab.tamper("""
				set allow_system_table_mods = on;
				update pg_index set indisvalid = false where %s
				""".formatted(keyOf(250)));
		assertThat(main().problems()).isEmpty();
	}

}
