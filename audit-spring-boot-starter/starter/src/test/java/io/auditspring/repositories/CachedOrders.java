package io.auditspring.repositories;

import java.util.Optional;

import io.auditspring.Audited;
import io.auditspring.shop.PurchaseOrder;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.data.repository.Repository;

/**
 * A repository behind a cache.
 */
interface CachedOrders extends Repository<PurchaseOrder, Long> {

	@Audited(targetName = "#reference")
	@Cacheable("orders")
	Optional<PurchaseOrder> findByReference(String reference);

	@Audited(targetName = "#reference")
	default long twice(String reference) {
		return findByReference(reference).stream().count() + findByReference(reference).stream().count();
	}

}
