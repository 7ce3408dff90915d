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

import io.auditspring.ledger.Schema;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left when a fault is over. The figures are also written to
 * {@code target/faults.md}.
 */
final class FaultAssertions {

	private static final Path FIGURES = Path.of("target", "faults.md");

	private static final List<Work> COLUMNS = List.of(Work.TRANSACTIONAL, Work.SYNC, Work.ASYNC, Work.NOTE,
			Work.REFUSED);

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private static boolean begun;

	private final String fault;

	private final Answers answers;

	private final DataSource dataSource;

	FaultAssertions(String fault, Answers answers, DataSource dataSource) {
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
	List<Counts> settle(int mayLose, Work... works) {
		List<Counts> all = Arrays.stream(works).map((work) -> Counts.of(work, this.answers, this.dataSource)).toList();
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
		assertThat(all.stream().mapToInt(Counts::missing).sum()).as("missing in %s", all).isLessThanOrEqualTo(mayLose);
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
	private void write(List<Counts> all) {
		StringBuilder row = new StringBuilder("| ").append(this.fault).append(" |");
		for (Work work : COLUMNS) {
			row.append(' ')
				.append(all.stream()
					.filter((census) -> census.work() == work)
					.findAny()
					.map(FaultAssertions::cell)
					.orElse("–"))
				.append(" |");
		}
		row.append(" %d | %d | %d | %d |%n".formatted(sum(all, Counts::doubled), sum(all, Counts::missing),
				sum(all, Counts::unanswered),
				sum(all, Counts::unfounded) + sum(all, Counts::contradicted) + sum(all, Counts::undone)));
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

	private static String cell(Counts census) {
		return census.work().commits()
				? "%d · %d · %d".formatted(census.acknowledged(), census.committed(), census.stored())
				: "%d · %d".formatted(census.acknowledged(), census.stored());
	}

	private static int sum(List<Counts> all, ToIntFunction<Counts> figure) {
		return all.stream().mapToInt(figure).sum();
	}

}
