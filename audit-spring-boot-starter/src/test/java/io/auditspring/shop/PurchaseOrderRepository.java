package io.auditspring.shop;

import org.springframework.data.jpa.repository.JpaRepository;

/**
 * The orders.
 */
public interface PurchaseOrderRepository extends JpaRepository<PurchaseOrder, Long> {

}
