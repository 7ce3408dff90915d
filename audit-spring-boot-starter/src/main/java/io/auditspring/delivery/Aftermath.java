package io.auditspring.delivery;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.capture.EntryFactory;
import io.auditspring.ledger.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What is left to deliver when a transaction is over, or where there was none.
 */
public final class Aftermath {

	private static final String ROLLED_BACK = "The transaction was rolled back";

	private final EntryDelivery delivery;

	private final EntryFactory factory;

	private final Map<Delivery, List<Entry>> entries = new EnumMap<>(Delivery.class);

	private boolean awaitsRelay;

	Aftermath(EntryDelivery delivery, EntryFactory factory) {
		this.delivery = delivery;
		this.factory = factory;
	}

	void add(Delivery mode, Entry entry) {
		this.entries.computeIfAbsent(mode, (key) -> new ArrayList<>()).add(entry);
	}

	/**
	 * Adds an operation that has ended.
	 * @param ending how it ended
	 */
	public void add(Ending ending) {
		if (!ending.suppressed()) {
			add(ending.operation().outline().delivery(), ending.entry(null));
		}
	}

	boolean isEmpty() {
		return this.entries.isEmpty() && !this.awaitsRelay;
	}

	void awaitRelay() {
		this.awaitsRelay = true;
	}

	void addAll(Aftermath other) {
		other.entries.forEach((mode, added) -> added.forEach((entry) -> add(mode, entry)));
		this.awaitsRelay |= other.awaitsRelay;
	}

	/**
	 * Delivers it.
	 * @param error what the call ended with, as entries show it, or {@code null}
	 * @throws AuditDeliveryException if that fails and the call must fail for it
	 */
	public void settle(@Nullable String error) {
		settle(error, null);
	}

	void settle(@Nullable String error, @Nullable Connection connection) {
		RuntimeException failure = null;
		for (Map.Entry<Delivery, List<Entry>> group : this.entries.entrySet()) {
			try {
				group.getValue().replaceAll((entry) -> explained(entry, error));
				this.delivery.deliver(group.getKey(), group.getValue(), connection);
			}
			catch (AuditDeliveryException ex) {
				failure = ex;
			}
		}
		if (this.awaitsRelay) {
			this.delivery.relayNow(connection);
		}
		if (failure != null) {
			throw failure;
		}
	}

	private Entry explained(Entry entry, @Nullable String error) {
		if (entry.outcome() != Outcome.FAILURE || entry.data().error() != null) {
			return entry;
		}
		return this.factory.ended(entry, Outcome.FAILURE, (error != null) ? error : ROLLED_BACK);
	}

}
