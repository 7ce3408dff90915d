package io.auditspring.sample.reconciliation;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.envers.Audited;

/**
 * A month of bookings, such as {@code 2026-11}. Once it is closed, nothing that was
 * booked in it changes.
 */
@Entity
@Table(name = "accounting_period")
@Audited
class Period {

	@Id
	private String id;

	@Enumerated(EnumType.STRING)
	private Status status = Status.OPEN;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Period() {
	}

	Period(String id) {
		this.id = id;
	}

	void close() {
		move(Status.OPEN, Status.CLOSED);
	}

	void reopen() {
		move(Status.CLOSED, Status.OPEN);
	}

	private void move(Status from, Status to) {
		if (this.status != from) {
			throw new IllegalStateException("Period %s is %s".formatted(this.id, this.status));
		}
		this.status = to;
	}

	boolean isClosed() {
		return this.status == Status.CLOSED;
	}

	String getId() {
		return this.id;
	}

	Status getStatus() {
		return this.status;
	}

	enum Status {

		OPEN, CLOSED

	}

}
