package io.auditspring.capture.internal.state;

import java.util.function.Supplier;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Takes what Hibernate changed, while its transaction is running.
 */
public interface ChangeSink {

	/**
	 * Whether somebody is interested in what this thread changes now. Asked first, so
	 * that nothing is spent on changes that belong to no audited call.
	 * @return whether to report changes
	 */
	boolean isOpen();

	/**
	 * Reports a change.
	 * @param change what became of the entity
	 * @param session the session that wrote it
	 * @param revision gives Envers' revision number once Envers has written its rows
	 */
	void changed(EntityChange change, SharedSessionContractImplementor session, Supplier<@Nullable Long> revision);

}
