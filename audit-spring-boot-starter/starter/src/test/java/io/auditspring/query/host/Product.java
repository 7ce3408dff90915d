package io.auditspring.query.host;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * An entity of the application.
 */
@Entity
public class Product {

	@Id
	private long id;

	protected Product() {
	}

}
