package io.auditspring.bench;

import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.envers.Audited;

/**
 * A child of an aggregate.
 */
@Entity
@Audited
public class InvoiceLine {

	@Id
	private Long id;

	@ManyToOne(fetch = FetchType.LAZY)
	private Invoice invoice;

	private String article = "Article";

	private int quantity;

	protected InvoiceLine() {
	}

	InvoiceLine(long id, Invoice invoice) {
		this.id = id;
		this.invoice = invoice;
	}

	void change() {
		this.quantity++;
	}

}
