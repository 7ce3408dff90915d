package io.auditspring.sample.reconciliation;

import java.util.List;
import java.util.function.Consumer;

import io.auditspring.AuditContext;
import io.auditspring.Audited;

import org.springframework.data.domain.Sort;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * The steps of reconciling transactions. The state before and after comes from Envers;
 * the justification is there for the entry alone.
 */
@Component
@Transactional
class Transactions {

	private final TransactionRepository transactions;

	private final Periods periods;

	Transactions(TransactionRepository transactions, Periods periods) {
		this.transactions = transactions;
		this.periods = periods;
	}

	@Transactional(readOnly = true)
	public List<Transaction> all() {
		return this.transactions.findAll(Sort.by("id"));
	}

	/**
	 * Imports transactions. They are several targets: the call has one entry, and each
	 * new transaction one of its own with the same operation id.
	 * @param source where they come from
	 * @param imported the new transactions
	 * @param justification why they are imported
	 * @return the saved transactions
	 */
	@Audited(action = "transaction.imported", category = "reconciliation", justification = "#justification",
			metadata = "{source: #source, transactions: #imported.size()}",
			message = "Import #{#imported.size()} transactions from #{#source}")
	public List<Transaction> importAll(String source, List<Transaction> imported, String justification) {
		return save(imported);
	}

	/**
	 * Imports what is in a file. It is read here and not before, so that one that cannot
	 * be read leaves an entry, too.
	 * @param file the file
	 * @param justification why it is imported
	 * @return the saved transactions
	 */
	@Audited(action = "transaction.imported", category = "reconciliation", justification = "#justification",
			message = "Import a file of transactions")
	public List<Transaction> importFile(TransactionFile file, String justification) {
		AuditContext.current()
			.message("Import file %s".formatted(file.name()))
			.metadata("source", file.name())
			.metadata("bytes", file.content().length)
			.metadata("sha256", file.sha256());
		List<Transaction> imported = save(file.transactions());
		AuditContext.current().metadata("transactions", imported.size());
		return imported;
	}

	private List<Transaction> save(List<Transaction> imported) {
		imported.stream().map(Transaction::getPeriod).distinct().forEach(this::inOpenPeriod);
		return this.transactions.saveAll(imported);
	}

	/**
	 * Lets the entry be found by the period, and refuses to go on where that is closed.
	 */
	private void inOpenPeriod(String period) {
		AuditContext.current().related("Period", period);
		this.periods.requireOpen(period);
	}

	@PreAuthorize("hasRole('MANAGER')")
	@TransactionAudited(action = "transaction.approved", message = "Approve transaction #{#id}")
	public Transaction approve(long id, String justification) {
		return change(id, Transaction::approve);
	}

	@TransactionAudited(action = "transaction.matched", message = "Match transaction #{#id} with #{#invoice}",
			related = "Invoice:#invoice")
	public Transaction match(long id, String invoice, String justification) {
		return change(id, (transaction) -> transaction.match(invoice));
	}

	@TransactionAudited(action = "transaction.unmatched", message = "Unmatch transaction #{#id}")
	public Transaction unmatch(long id, String justification) {
		return change(id, Transaction::unmatch);
	}

	@Transactional(readOnly = true)
	@Audited(action = "transaction.exported", category = "reconciliation", justification = "#justification",
			metadata = "{transactions: #result?.size()}", message = "Export all transactions")
	public List<Transaction> export(String justification) {
		return this.transactions.findAll(Sort.by("id"));
	}

	private Transaction change(long id, Consumer<Transaction> step) {
		Transaction transaction = this.transactions.findById(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no transaction " + id));
		AuditContext.current().targetName(transaction.getReference());
		inOpenPeriod(transaction.getPeriod());
		step.accept(transaction);
		return transaction;
	}

}
