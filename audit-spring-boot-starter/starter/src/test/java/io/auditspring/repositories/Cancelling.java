package io.auditspring.repositories;

/**
 * A part of a repository whose implementation says that it is audited.
 */
interface Cancelling {

	void cancel(Long id);

}
