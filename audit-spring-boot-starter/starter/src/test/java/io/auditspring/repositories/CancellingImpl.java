package io.auditspring.repositories;

import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;

import org.springframework.transaction.annotation.Transactional;

class CancellingImpl implements Cancelling {

	private final EntityManager entityManager;

	CancellingImpl(EntityManager entityManager) {
		this.entityManager = entityManager;
	}

	@Override
	@Audited("order.cancel")
	@Transactional
	public void cancel(Long id) {
		this.entityManager.find(PurchaseOrder.class, id).setStatus("CANCELLED");
	}

}
