package io.auditspring.sample.agents;

import io.auditspring.AuditedEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

@Entity
@AuditedEntity // No table of Envers: the trail itself holds what it was
class Agent {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String name;

	@Enumerated(EnumType.STRING)
	private Status status;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Agent() {
	}

	void start() {
		move(Status.STOPPED, Status.RUNNING);
	}

	void stop() {
		move(Status.RUNNING, Status.STOPPED);
	}

	private void move(Status from, Status to) {
		if (this.status != from) {
			throw new IllegalStateException("Agent %s is %s already".formatted(this.id, this.status));
		}
		this.status = to;
	}

	long getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

	Status getStatus() {
		return this.status;
	}

	enum Status {

		STOPPED, RUNNING

	}

}
