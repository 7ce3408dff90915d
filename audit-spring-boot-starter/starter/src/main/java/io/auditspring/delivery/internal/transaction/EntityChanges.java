package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.capture.internal.state.EntityChange;
import org.hibernate.engine.spi.EntityKey;

/**
 * What became of entities: several changes of the same one are one change.
 */
final class EntityChanges {

	private final List<EntityChange> closed = new ArrayList<>(0);

	private final Map<EntityKey, EntityChange> changes = new LinkedHashMap<>();

	void add(EntityChange change) {
		EntityChange earlier = this.changes.remove(change.key());
		EntityChange joined = (earlier != null) ? earlier.then(change) : change;
		if (joined != null) {
			this.changes.put(change.key(), joined);
		}
	}

	/**
	 * Keeps what was changed so far apart from what follows: in between somebody else may
	 * change the same entities.
	 */
	void close() {
		this.closed.addAll(this.changes.values());
		this.changes.clear();
	}

	void clear() {
		this.closed.clear();
		this.changes.clear();
	}

	/**
	 * The changes so far.
	 * @return a copy, in their order
	 */
	List<EntityChange> list() {
		List<EntityChange> list = new ArrayList<>(this.closed);
		list.addAll(this.changes.values());
		return list;
	}

}
