package io.auditspring.query.rival;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * An application's own entity that happens to have the same name.
 */
@Entity
public class AuditEntry {

	@Id
	private Long id;

	public Long getId() {
		return this.id;
	}

}
