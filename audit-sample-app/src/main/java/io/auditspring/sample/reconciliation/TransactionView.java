package io.auditspring.sample.reconciliation;

import java.math.BigDecimal;
import java.time.LocalDate;

import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as the outside sees it. What an import leaves out, the application sets.
 *
 * @param id the id, or {@code null} in an import
 * @param reference the bank's reference
 * @param bookedOn when the bank booked it
 * @param amount how much, exact
 * @param currency its ISO 4217 code
 * @param status how far it is, or {@code null} in an import
 * @param invoice the invoice it is matched with, or {@code null}
 */
record TransactionView(@Nullable Long id, @NotNull @Pattern(regexp = "[A-Z0-9-]{1,35}") String reference,
		@NotNull LocalDate bookedOn, @NotNull @Digits(integer = 17, fraction = 2) BigDecimal amount,
		@NotNull @Pattern(regexp = "[A-Z]{3}") String currency, Transaction.@Nullable Status status,
		@Nullable String invoice) {

	static final String CSV_HEADER = "id,reference,bookedOn,amount,currency,status,invoice\n";

	static TransactionView of(Transaction transaction) {
		return new TransactionView(transaction.getId(), transaction.getReference(), transaction.getBookedOn(),
				transaction.getAmount(), transaction.getCurrency(), transaction.getStatus(), transaction.getInvoice());
	}

	Transaction toTransaction() {
		return new Transaction(this.reference, this.bookedOn, this.amount, this.currency);
	}

	/**
	 * A line of the export. Nothing needs quoting: the patterns above see to that.
	 * @return the line with its end
	 */
	String toCsv() {
		return "%s,%s,%s,%s,%s,%s,%s%n".formatted(this.id, this.reference, this.bookedOn, this.amount.toPlainString(),
				this.currency, this.status, (this.invoice != null) ? this.invoice : "");
	}

}
