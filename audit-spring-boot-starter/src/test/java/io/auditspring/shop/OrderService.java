package io.auditspring.shop;

import java.math.BigDecimal;
import java.util.concurrent.Callable;

import io.auditspring.AuditContext;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.Severity;
import jakarta.persistence.EntityManager;

import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * A service as a host application would have it.
 */
public class OrderService {

	private final PurchaseOrderRepository orders;

	private final EntityManager entityManager;

	public OrderService(PurchaseOrderRepository orders, EntityManager entityManager) {
		this.orders = orders;
		this.entityManager = entityManager;
	}

	@Audited(action = "order.create", targetType = "PurchaseOrder", targetId = "#result.id", targetName = "#reference",
			message = "Order #{#reference} created by #{#actor.name}",
			metadata = "{total: #total, password: 'not for the ledger'}", category = "order")
	@Transactional
	public PurchaseOrder create(String reference, BigDecimal total) {
		return this.orders.save(new PurchaseOrder(reference, total));
	}

	@Audited(action = "order.pay", targetType = "PurchaseOrder", targetId = "#id", severity = Severity.WARNING,
			related = "Account:#account", justification = "'paid by ' + #account",
			message = "Status #{#before['status']} became #{#after.status}")
	@Transactional
	public PurchaseOrder pay(long id, String account) {
		PurchaseOrder order = this.orders.findById(id).orElseThrow();
		order.setStatus("PAID");
		return order;
	}

	@Audited(action = "order.move", message = "Now #{#after['status']}")
	@Transactional
	public void move(long id) {
		this.orders.findById(id).orElseThrow().setStatus("MOVED");
		AuditContext.current().related("Box", 7).justification("asked to");
	}

	@Audited("order.rename")
	@Transactional
	public void rename(long id, String reference) {
		this.orders.findById(id).orElseThrow().setReference(reference);
	}

	@Audited("order.addLine")
	@Transactional
	public void addLine(long id, String article) {
		PurchaseOrder order = this.orders.findById(id).orElseThrow();
		order.setStatus("OPEN");
		order.addLine(article);
	}

	@Audited("order.delete")
	@Transactional
	public void delete(long id) {
		this.orders.deleteById(id);
	}

	@Audited(action = "order.fail", targetType = "PurchaseOrder", targetId = "#id")
	@Transactional
	public void fail(long id) {
		this.orders.findById(id).orElseThrow().setStatus("BROKEN");
		throw new IllegalStateException("no stock, password=swordfish");
	}

	@Audited("order.failLate")
	@Transactional
	public void rollbackOnly(long id) {
		this.orders.findById(id).orElseThrow().setStatus("BROKEN");
		TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
	}

	@Audited("order.warn")
	@Transactional(noRollbackFor = IllegalArgumentException.class)
	public void failButCommit(long id) {
		this.orders.findById(id).orElseThrow().setStatus("ODD");
		throw new IllegalArgumentException("odd but kept");
	}

	@Audited("order.outer")
	@Transactional
	public void around(long id, Callable<?> inner) throws Exception {
		this.orders.findById(id).orElseThrow().setStatus("OUTER");
		inner.call();
	}

	@Audited("order.separate")
	@Transactional(propagation = Propagation.REQUIRES_NEW)
	public void separately(long id, String reference) {
		this.orders.findById(id).orElseThrow().setReference(reference);
	}

	@Transactional(propagation = Propagation.REQUIRES_NEW)
	public void separatelyWithoutAudit(long id, String reference) {
		this.orders.findById(id).orElseThrow().setReference(reference);
	}

	@Transactional
	public void withoutAudit(long id, String status, Callable<?> inner) throws Exception {
		this.orders.findById(id).orElseThrow().setStatus(status);
		inner.call();
	}

	@Audited("order.read")
	@Transactional(readOnly = true)
	public PurchaseOrder read(long id) {
		return this.orders.findById(id).orElseThrow();
	}

	@Audited("order.ping")
	public String ping(Callable<String> work) throws Exception {
		return work.call();
	}

	@Audited(action = "order.quick", delivery = Delivery.ASYNC, targetType = "PurchaseOrder", targetId = "#id")
	public void quick(long id) {
	}

	@Audited(action = "order.payAsync", delivery = Delivery.ASYNC)
	@Transactional
	public void payAsync(long id) {
		this.orders.findById(id).orElseThrow().setStatus("PAID");
	}

	@Audited(action = "order.paySync", delivery = Delivery.SYNC)
	@Transactional
	public void paySync(long id) {
		this.orders.findById(id).orElseThrow().setStatus("PAID");
	}

	@Audited(action = "order.maybe", condition = "#wanted")
	@Transactional
	public void maybe(boolean wanted) {
	}

	@Audited(action = "order.described", message = "#{#error.nothing}", targetId = "#id.missing",
			metadata = "{id: #id}")
	public void wronglyDescribed(Long id) {
	}

	@Audited("order.context")
	@Transactional
	public void tellsMore(long id) {
		AuditContext.current()
			.target("PurchaseOrder", id)
			.targetName("the order")
			.message("told")
			.justification("because")
			.metadata("secret", "abc")
			.metadata("count", 3)
			.related("Box", 7);
	}

	@Audited("order.skip")
	@Transactional
	public void skips() {
		AuditContext.current().skip();
	}

	@Transactional
	public void clear() {
		this.entityManager.clear();
	}

}
