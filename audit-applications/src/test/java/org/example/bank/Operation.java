package org.example.bank;

import java.math.BigDecimal;
import java.time.Instant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.envers.Audited;

@Entity
@Table(name = "operation")
@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
@Audited
public class Operation {

	@Id
	@GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "sequenceGenerator")
	@SequenceGenerator(name = "sequenceGenerator")
	private Long id;

	@Column(name = "jhi_date", nullable = false)
	private Instant date = Instant.parse("2026-01-02T03:04:05.678Z");

	@Column(name = "amount", precision = 21, scale = 2, nullable = false)
	private BigDecimal amount;

	@ManyToOne(fetch = FetchType.LAZY)
	private BankAccount bankAccount;

	protected Operation() {
	}

	Operation(BankAccount bankAccount, BigDecimal amount) {
		this.bankAccount = bankAccount;
		this.amount = amount;
	}

}
