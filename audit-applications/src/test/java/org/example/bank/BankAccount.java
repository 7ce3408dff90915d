package org.example.bank;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.validation.constraints.NotNull;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.envers.Audited;

@Entity
@Table(name = "bank_account")
@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
@Audited
public class BankAccount extends AbstractAuditingEntity<Long> {

	@Id
	@GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "sequenceGenerator")
	@SequenceGenerator(name = "sequenceGenerator")
	@Column(name = "id")
	private Long id;

	@NotNull
	@Column(name = "name", nullable = false)
	private String name;

	@NotNull
	@Column(name = "balance", precision = 21, scale = 2, nullable = false)
	private BigDecimal balance = BigDecimal.ZERO;

	@OneToMany(fetch = FetchType.LAZY, mappedBy = "bankAccount", cascade = CascadeType.ALL)
	@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
	private Set<Operation> operations = new HashSet<>();

	@Override
	public Long getId() {
		return this.id;
	}

	public String getName() {
		return this.name;
	}

	public BankAccount name(String name) {
		this.name = name;
		return this;
	}

	public BigDecimal getBalance() {
		return this.balance;
	}

	public BankAccount book(BigDecimal amount) {
		this.balance = this.balance.add(amount);
		this.operations.add(new Operation(this, amount));
		return this;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof BankAccount account && getId() != null && getId().equals(account.getId());
	}

	@Override
	public int hashCode() {
		return getClass().hashCode();
	}

}
