package org.example.plain;

import java.math.BigDecimal;

import io.auditspring.Audited;
import io.auditspring.Delivery;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
@Transactional
class Invoices {

	private final InvoiceRepository repository;

	Invoices(InvoiceRepository repository) {
		this.repository = repository;
	}

	@Audited(action = "invoice.create", targetType = "Invoice", targetId = "#result.id")
	public Invoice create(BigDecimal amount) {
		return this.repository.save(new Invoice(amount));
	}

	@Audited(action = "invoice.pay", targetType = "Invoice", targetId = "#id", delivery = Delivery.ASYNC)
	public void payLater(long id) {
		this.repository.findById(id).orElseThrow().pay();
	}

	@Audited(action = "invoice.cancel", targetType = "Invoice", targetId = "#id")
	public void cancel(long id) {
		throw new IllegalStateException("Invoice %d is paid".formatted(id));
	}

}
