package io.auditspring.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

import javax.sql.DataSource;

import io.auditspring.ledger.LedgerVerifier;
import io.auditspring.ledger.Schema;
import org.awaitility.Awaitility;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left when a fault is over. The figures are also written to
 * {@code target/faults.md}.
 */
final class Reckoning {

	private static final Path FIGURES = Path.of("target", "faults.md");

	private static final List<Work> COLUMNS = List.of(Work.TRANSACTIONAL, Work.SYNC, Work.ASYNC, Work.NOTE,
			Work.REFUSED);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static boolean begun;

	private final String fault;

	private final Answers answers;

	private final DataSource dataSource;

	Reckoning(String fault, Answers answers, DataSource dataSource) {
		this.fault = fault;
		this.answers = answers;
		this.dataSource = dataSource;
	}

	/** Waits until a relay has moved all that was staged. */
	void awaitRelay() {
		JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> jdbc.queryForObject("select not exists (select from audit.audit_outbox)", Boolean.class));
	}

	/**
	 * Counts, and checks what must hold whatever happened: each commit has one entry
	 * (except for those that the dead may have taken along in their buffer), none says
	 * something that is not so, and the chain is whole.
	 * @param mayLose the most buffered entries that may be missing
	 * @param works the kinds of work that there were
	 * @return the figures
	 */
	List<Census> settle(int mayLose, Work... works) {
		List<Census> all = Arrays.stream(works).map((work) -> Census.of(work, this.answers, this.dataSource)).toList();
		write(all);
		all.forEach((census) -> {
			assertThat(census.acknowledged()).as("%s", census).isPositive();
			assertThat(census.doubled()).as("doubled in %s", census).isZero();
			assertThat(census.unfounded()).as("unfounded in %s", census).isZero();
			assertThat(census.contradicted()).as("contradicted in %s", census).isZero();
			assertThat(census.undone()).as("undone in %s", census).isZero();
			assertThat(census.missing()).as("missing in %s", census)
				.isLessThanOrEqualTo(census.work().isBuffered() ? mayLose : 0);
			assertThat(census.work().isBuffered() ? 0 : census.unanswered()).as("missing in %s", census).isZero();
		});
		assertThat(all.stream().mapToInt(Census::missing).sum()).as("missing in %s", all).isLessThanOrEqualTo(mayLose);
		assertChainIsWhole();
		return all;
	}

	void assertChainIsWhole() {
		assertThat(new LedgerVerifier(this.dataSource, new Schema("audit")).verify().chains())
			.allSatisfy((chain) -> assertThat(chain.problems()).isEmpty());
		JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);
		assertThat(jdbc.queryForObject("select count(*) - count(distinct id) from audit.audit_log", Long.class))
			.as("entries that are there twice")
			.isZero();
		assertThat(jdbc.queryForList("select reason from audit.audit_quarantine", String.class)).isEmpty();
	}

	// One row for each fault, as in DELIVERY.md; each run begins a new table.
	private void write(List<Census> all) {
		StringBuilder row = new StringBuilder("| ").append(this.fault).append(" |");
		for (Work work : COLUMNS) {
			row.append(' ')
				.append(all.stream()
					.filter((census) -> census.work() == work)
					.findAny()
					.map(Reckoning::cell)
					.orElse("–"))
				.append(" |");
		}
		row.append(" %d | %d | %d | %d |%n".formatted(sum(all, Census::doubled), sum(all, Census::missing),
				sum(all, Census::unanswered),
				sum(all, Census::unfounded) + sum(all, Census::contradicted) + sum(all, Census::undone)));
		try {
			if (!begun) {
				Files.createDirectories(FIGURES.getParent());
				Files.writeString(FIGURES,
						"""
								| fault | `transactional` | `sync` | `async` | `async`, no transaction | failed call | double | missing | unanswered | false |
								|---|---|---|---|---|---|---|---|---|---|
								""");
				begun = true;
			}
			Files.writeString(FIGURES, row, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String cell(Census census) {
		return census.work().commits()
				? "%d · %d · %d".formatted(census.acknowledged(), census.committed(), census.stored())
				: "%d · %d".formatted(census.acknowledged(), census.stored());
	}

	private static int sum(List<Census> all, ToIntFunction<Census> figure) {
		return all.stream().mapToInt(figure).sum();
	}

}
