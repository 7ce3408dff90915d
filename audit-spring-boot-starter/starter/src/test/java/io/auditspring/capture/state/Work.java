package io.auditspring.capture.state;

import java.util.function.Consumer;

import io.auditspring.Audited;
import jakarta.persistence.EntityManager;

import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Does with entities what it is told, audited or not.
 */
class Work {

	private final EntityManager entityManager;

	Work(EntityManager entityManager) {
		this.entityManager = entityManager;
	}

	@Audited("work.audited")
	@Transactional
	public void audited(Consumer<EntityManager> work) {
		work.accept(this.entityManager);
	}

	@Transactional(propagation = Propagation.REQUIRES_NEW)
	public void apart(Consumer<EntityManager> work) {
		work.accept(this.entityManager);
	}

	@Transactional
	public void unaudited(Consumer<EntityManager> work) {
		work.accept(this.entityManager);
	}

}
