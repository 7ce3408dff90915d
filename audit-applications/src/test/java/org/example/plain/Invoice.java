package org.example.plain;

import java.math.BigDecimal;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

@Entity
public class Invoice {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	private BigDecimal amount;

	private boolean paid;

	protected Invoice() {
	}

	Invoice(BigDecimal amount) {
		this.amount = amount;
	}

	public Long getId() {
		return this.id;
	}

	public BigDecimal getAmount() {
		return this.amount;
	}

	void pay() {
		this.paid = true;
	}

	boolean isPaid() {
		return this.paid;
	}

}
