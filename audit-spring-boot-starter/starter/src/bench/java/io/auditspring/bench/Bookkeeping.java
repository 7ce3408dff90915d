package io.auditspring.bench;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.auditspring.Audited;
import jakarta.persistence.EntityManager;

import org.springframework.transaction.annotation.Transactional;

/**
 * The business transactions.
 */
class Bookkeeping {

	private final EntityManager entityManager;

	private final Consumer<Object> afterwards;

	/**
	 * Creates it.
	 * @param entityManager the entities
	 * @param afterwards what is to be done with what has changed, in the same transaction
	 */
	Bookkeeping(EntityManager entityManager, Consumer<Object> afterwards) {
		this.entityManager = entityManager;
		this.afterwards = afterwards;
	}

	@Transactional
	public void open(long from, int accounts) {
		for (int i = 0; i < accounts; i++) {
			this.entityManager.persist(new Account(from + i, "Jane Roe"));
		}
	}

	@Transactional
	public void write(long from, int invoices, int lines) {
		for (int i = 0; i < invoices; i++) {
			this.entityManager.persist(new Invoice(from + i, lines));
		}
	}

	@Audited(action = "account.deposit", targetType = "Account", targetId = "#id")
	@Transactional
	public void deposit(long id) {
		Account account = this.entityManager.find(Account.class, id);
		account.deposit(BigDecimal.ONE);
		this.afterwards.accept(account);
	}

	@Audited(action = "invoice.change", targetType = "Invoice", targetId = "#id")
	@Transactional
	public void change(long id) {
		Invoice invoice = this.entityManager.find(Invoice.class, id);
		invoice.change();
		this.afterwards.accept(invoice);
	}

	@Audited(action = "account.import")
	@Transactional
	public void take(long from, int count) {
		List<Account> accounts = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Account account = new Account(from + i, "Jane Roe");
			this.entityManager.persist(account);
			accounts.add(account);
		}
		this.afterwards.accept(accounts);
	}

}
