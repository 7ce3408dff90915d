package io.auditspring.repositories;

import io.auditspring.Audited;
import io.auditspring.shop.OrderLine;

import org.springframework.data.repository.CrudRepository;

/**
 * Lines of orders, all of whose methods are audited.
 */
@Audited
interface Lines extends CrudRepository<OrderLine, Long> {

}
