package io.auditspring.faults;

import java.math.BigDecimal;

import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;

import org.springframework.transaction.annotation.Transactional;

/**
 * Places orders, in each delivery mode.
 */
class OrderDesk {

	private final EntityManager entityManager;

	OrderDesk(EntityManager entityManager) {
		this.entityManager = entityManager;
	}

	@Audited(action = "order.transactional", targetName = "#reference", delivery = Delivery.TRANSACTIONAL)
	@Transactional
	public void transactional(String reference) {
		store(reference);
	}

	@Audited(action = "order.async", targetName = "#reference", delivery = Delivery.ASYNC)
	@Transactional
	public void async(String reference) {
		store(reference);
	}

	@Audited(action = "order.sync", targetName = "#reference", delivery = Delivery.SYNC)
	@Transactional
	public void sync(String reference) {
		store(reference);
	}

	@Audited(action = "order.note", targetName = "#reference", delivery = Delivery.ASYNC)
	public void note(String reference) {
	}

	@Audited(action = "order.refused", targetName = "#reference", delivery = Delivery.TRANSACTIONAL)
	@Transactional
	public void refused(String reference) {
		store(reference);
		throw new OutOfStockException();
	}

	private void store(String reference) {
		this.entityManager.persist(new PurchaseOrder(reference, BigDecimal.TEN));
	}

	/**
	 * What a refused order ends with.
	 */
	static final class OutOfStockException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
