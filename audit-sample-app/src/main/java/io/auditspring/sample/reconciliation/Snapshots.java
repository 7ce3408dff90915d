package io.auditspring.sample.reconciliation;

import io.auditspring.AuditContext;
import io.auditspring.Audited;
import io.auditspring.Severity;

import org.springframework.data.domain.Sort;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Takes snapshots of all transactions, and goes back to them.
 */
@Component
@Transactional
class Snapshots {

	private final SnapshotRepository snapshots;

	private final TransactionRepository transactions;

	private final Periods periods;

	Snapshots(SnapshotRepository snapshots, TransactionRepository transactions, Periods periods) {
		this.snapshots = snapshots;
		this.transactions = transactions;
		this.periods = periods;
	}

	@Audited(action = "snapshot.taken", category = "reconciliation", targetName = "#label",
			justification = "#justification", message = "Take snapshot #{#label}")
	public Snapshot take(String label, String justification) {
		Snapshot snapshot = this.snapshots.save(new Snapshot(label, this.transactions.findAll(Sort.by("id"))));
		AuditContext.current()
			.target("Snapshot", snapshot.getId())
			.metadata("transactions", snapshot.getLines().size());
		return snapshot;
	}

	/**
	 * Goes back to a snapshot. Each transaction that is changed by it has an entry of its
	 * own with the same operation id.
	 * @param id which snapshot
	 * @param justification why
	 * @return how many transactions were changed
	 */
	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "snapshot.restored", category = "reconciliation", severity = Severity.WARNING,
			targetType = "Snapshot", targetId = "#id", justification = "#justification",
			metadata = "{changed: #result}", message = "Go back to snapshot #{#id}")
	public int restore(long id, String justification) {
		Snapshot snapshot = this.snapshots.findById(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no snapshot " + id));
		AuditContext.current().targetName(snapshot.getLabel());
		return (int) snapshot.getLines().stream().filter(this::restore).count();
	}

	private boolean restore(Snapshot.Line line) {
		Transaction transaction = this.transactions.findById(line.transactionId()).orElseThrow();
		if (Snapshot.Line.of(transaction).equals(line)) {
			return false;
		}
		this.periods.requireOpen(transaction.getPeriod());
		transaction.restore(line.status(), line.invoice());
		return true;
	}

}
