package io.auditspring.bench;

import java.math.BigDecimal;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import org.hibernate.envers.Audited;

/**
 * An entity that stands alone.
 */
@Entity
@Audited
public class Account {

	@Id
	private Long id;

	@Version
	private Integer version;

	private String owner;

	private String status = "OPEN";

	private BigDecimal balance = BigDecimal.ZERO;

	protected Account() {
	}

	Account(long id, String owner) {
		this.id = id;
		this.owner = owner;
	}

	void deposit(BigDecimal amount) {
		this.balance = this.balance.add(amount);
	}

}
