package io.auditspring.repositories;

import java.util.Optional;

import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

/**
 * Orders, with every kind of method that a repository may have.
 */
interface Orders extends JpaRepository<PurchaseOrder, Long>, Shipping, Cancelling {

	@Override
	@Audited(action = "order.save", targetType = "PurchaseOrder", targetId = "#result.id",
			message = "Saved #{#order.reference}")
	<S extends PurchaseOrder> S save(S order);

	@Override
	@Audited(action = "order.delete", targetType = "PurchaseOrder", targetId = "#id")
	void deleteById(Long id);

	@Audited(targetName = "#reference")
	Optional<PurchaseOrder> findByReference(String reference);

	@Audited(action = "order.close", targetType = "PurchaseOrder", targetId = "#id")
	@Transactional
	@Modifying
	@Query("update PurchaseOrder o set o.status = 'CLOSED' where o.id = :id")
	int close(Long id);

	@Audited("order.rename")
	@Transactional
	default void rename(Long id, String reference) {
		findById(id).orElseThrow().setReference(reference);
	}

}
