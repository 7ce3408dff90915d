package io.auditspring.sample.reconciliation;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/**
 * How far each transaction was at some time. Never changes, so Envers has nothing to
 * keep.
 */
@Entity
class Snapshot {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String label;

	private Instant takenAt;

	@ElementCollection
	@CollectionTable(name = "snapshot_line")
	private List<Line> lines;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Snapshot() {
	}

	Snapshot(String label, List<Transaction> transactions) {
		this.label = label;
		this.takenAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		this.lines = new ArrayList<>(transactions.stream().map(Line::of).toList());
	}

	long getId() {
		return this.id;
	}

	String getLabel() {
		return this.label;
	}

	Instant getTakenAt() {
		return this.takenAt;
	}

	List<Line> getLines() {
		return this.lines;
	}

	/**
	 * What may change of one transaction.
	 *
	 * @param transactionId which one
	 * @param status how far it is
	 * @param invoice the invoice it is matched with, or {@code null}
	 */
	@Embeddable
	record Line(long transactionId, @Enumerated(EnumType.STRING) Transaction.Status status, @Nullable String invoice) {

		static Line of(Transaction transaction) {
			return new Line(transaction.getId(), transaction.getStatus(), transaction.getInvoice());
		}

	}

}
