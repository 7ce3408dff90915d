package io.auditspring.repositories;

import io.auditspring.Audited;

import org.springframework.transaction.annotation.Transactional;

/**
 * A part of a repository whose interface says that it is audited.
 */
interface Shipping {

	@Audited("order.ship")
	@Transactional
	void ship(Long id);

}
