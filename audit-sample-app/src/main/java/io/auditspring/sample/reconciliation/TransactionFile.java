package io.auditspring.sample.reconciliation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * A bank's file: comma-separated, its first line names the columns {@code reference},
 * {@code bookedOn}, {@code amount} and {@code currency}.
 *
 * @param name what the sender calls it
 * @param content its bytes
 */
record TransactionFile(String name, byte[] content) {

	private static final CsvMapper CSV = new CsvMapper();

	private static final CsvSchema HEADER = CsvSchema.emptySchema().withHeader();

	private static final Validator VALIDATOR = Validation.buildDefaultValidatorFactory().getValidator();

	/**
	 * Identifies the content for ever, whatever the file is called.
	 * @return SHA-256 in hex
	 */
	String sha256() {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(this.content));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Reads the file, all of it or nothing.
	 * @return the new transactions
	 * @throws IllegalArgumentException if a line is wrong, saying which, or there is none
	 */
	List<Transaction> transactions() {
		List<Transaction> transactions = new ArrayList<>();
		try (MappingIterator<TransactionView> lines = CSV.readerFor(TransactionView.class)
			.with(HEADER)
			.readValues(this.content)) {
			while (lines.hasNextValue()) {
				TransactionView line = lines.nextValue();
				for (ConstraintViolation<TransactionView> wrong : VALIDATOR.validate(line)) {
					throw new IllegalArgumentException("Line %s: %s %s".formatted(transactions.size() + 2,
							wrong.getPropertyPath(), wrong.getMessage()));
				}
				transactions.add(line.toTransaction());
			}
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("Line %s cannot be read".formatted(transactions.size() + 2), ex);
		}
		if (transactions.isEmpty()) {
			throw new IllegalArgumentException("The file has no transactions");
		}
		return transactions;
	}

}
