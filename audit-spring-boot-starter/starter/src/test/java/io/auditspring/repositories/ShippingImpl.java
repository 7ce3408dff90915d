package io.auditspring.repositories;

import io.auditspring.shop.PurchaseOrder;
import jakarta.persistence.EntityManager;

class ShippingImpl implements Shipping {

	private final EntityManager entityManager;

	ShippingImpl(EntityManager entityManager) {
		this.entityManager = entityManager;
	}

	@Override
	public void ship(Long id) {
		this.entityManager.find(PurchaseOrder.class, id).setStatus("SHIPPED");
	}

}
