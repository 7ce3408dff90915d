package io.auditspring.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

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

	private static final Duration PATIENCE = Duration.ofSeconds(90);

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
		List<Census> all = Arrays.stream(works)
			.map((work) -> Census.of(work, this.answers, this.dataSource))
			.peek(this::write)
			.toList();
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

	private void write(Census census) {
		String row = "| %s | %s | %d | %d | %d | %d | %d | %d | %d |%n".formatted(this.fault, census.work(),
				census.acknowledged(), census.committed(), census.stored(), census.doubled(), census.missing(),
				census.unanswered(), census.unfounded() + census.contradicted());
		try {
			Files.createDirectories(FIGURES.getParent());
			if (Files.notExists(FIGURES)) {
				Files.writeString(FIGURES,
						"""
								| fault | calls | acknowledged | committed | stored | double | missing | missing, unanswered | false |
								|---|---|---|---|---|---|---|---|---|
								""");
			}
			Files.writeString(FIGURES, row, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
