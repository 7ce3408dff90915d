package io.auditspring.sample.reconciliation;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.YearMonth;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.envers.Audited;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "bank_transaction")
@Audited
class Transaction {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String reference;

	private LocalDate bookedOn;

	private BigDecimal amount;

	private String currency;

	@Enumerated(EnumType.STRING)
	private Status status = Status.IMPORTED;

	private @Nullable String invoice;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Transaction() {
	}

	Transaction(String reference, LocalDate bookedOn, BigDecimal amount, String currency) {
		this.reference = reference;
		this.bookedOn = bookedOn;
		this.amount = amount;
		this.currency = currency;
	}

	void approve() {
		require(this.status == Status.IMPORTED, "is approved already");
		this.status = Status.APPROVED;
	}

	void match(String invoice) {
		require(this.invoice == null, "is matched already");
		this.invoice = invoice;
	}

	void unmatch() {
		require(this.invoice != null, "is not matched");
		this.invoice = null;
	}

	void restore(Status status, @Nullable String invoice) {
		this.status = status;
		this.invoice = invoice;
	}

	private void require(boolean condition, String otherwise) {
		if (!condition) {
			throw new IllegalStateException("Transaction %s %s".formatted(this.id, otherwise));
		}
	}

	long getId() {
		return this.id;
	}

	String getReference() {
		return this.reference;
	}

	LocalDate getBookedOn() {
		return this.bookedOn;
	}

	/** The month it was booked in, as the id of a {@link Period}. */
	String getPeriod() {
		return YearMonth.from(this.bookedOn).toString();
	}

	BigDecimal getAmount() {
		return this.amount;
	}

	String getCurrency() {
		return this.currency;
	}

	Status getStatus() {
		return this.status;
	}

	@Nullable String getInvoice() {
		return this.invoice;
	}

	enum Status {

		IMPORTED, APPROVED

	}

}
