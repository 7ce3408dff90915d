package io.auditspring.sample.agents;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

/**
 * What agents are reached through. Never changes here, so there is nothing to capture.
 */
@Entity
class Connector {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String name;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Connector() {
	}

	long getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

}
