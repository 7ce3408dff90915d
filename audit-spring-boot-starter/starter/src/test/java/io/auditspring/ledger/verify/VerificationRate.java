package io.auditspring.ledger.verify;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;

import io.auditspring.ledger.internal.table.FilledServer;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;

/**
 * Measures verification against a bare SELECT of the same columns, both reading all
 * values of all rows, in turns. Started by hand:
 * {@code mvn test-compile exec:java -Dexec.mainClass=io.auditspring.ledger.verify.VerificationRate -Dexec.classpathScope=test}
 * with the number of entries or the JDBC URL of a ledger, as {@link FilledServer} makes
 * one.
 */
final class VerificationRate {

	private static final int ROUNDS = Integer.getInteger("rounds", 7);

	private VerificationRate() {
	}

	public static void main(String[] arguments) throws SQLException {
		LedgerDatabase database = arguments[0].startsWith("jdbc:") ? LedgerDatabase.at(arguments[0])
				: FilledServer.of(Long.parseLong(arguments[0]));
		long entries = Long.parseLong(
				Objects.requireNonNull(database.query("select size from audit.audit_chain where name = 'main'")));
		LedgerVerifier verifier = new LedgerVerifier(database.dataSource(), database.schema());
		double[] select = new double[ROUNDS];
		double[] verify = new double[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			long start = System.nanoTime();
			select(database);
			long middle = System.nanoTime();
			if (!verifier.verify("main").valid()) {
				throw new IllegalStateException("The ledger should be valid");
			}
			select[round] = entries / ((middle - start) / 1e9);
			verify[round] = entries / ((System.nanoTime() - middle) / 1e9);
			System.out.printf("round %d: select %.0f/s, verify %.0f/s, largest heap %d MB%n", round, select[round],
					verify[round], largestHeap());
		}
		report(select, verify);
	}

	private static void select(LedgerDatabase database) throws SQLException {
		try (Connection connection = database.begin();
				PreparedStatement statement = connection
					.prepareStatement("select * from audit.audit_log where chain = 'main' order by seq, recorded_at")) {
			statement.setFetchSize(1000);
			try (ResultSet rows = statement.executeQuery()) {
				int columns = rows.getMetaData().getColumnCount();
				while (rows.next()) {
					for (int column = 1; column <= columns; column++) {
						rows.getString(column);
					}
				}
			}
		}
	}

	/** The sum of what each part of the heap needed at most. */
	private static long largestHeap() {
		return ManagementFactory.getMemoryPoolMXBeans()
			.stream()
			.filter((pool) -> pool.getType() == MemoryType.HEAP)
			.mapToLong((pool) -> pool.getPeakUsage().getUsed())
			.sum() >> 20;
	}

	private static void report(double[] select, double[] verify) {
		Arrays.sort(select);
		Arrays.sort(verify);
		System.out.printf("select %.0f/s, verify %.0f/s, ratio %.2f, used memory %d MB%n", select[ROUNDS / 2],
				verify[ROUNDS / 2], verify[ROUNDS / 2] / select[ROUNDS / 2],
				(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
	}

}
