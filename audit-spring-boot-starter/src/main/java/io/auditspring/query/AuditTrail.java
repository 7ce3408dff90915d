package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.auditspring.ledger.ChainVerification;
import io.auditspring.ledger.LedgerVerifier;
import io.auditspring.ledger.Verification;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Root;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.Window;
import org.springframework.data.support.WindowIterator;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Reads the audit trail, newest entries first. Needs no transaction, and takes part in
 * one that is there. Entries appear once they are in the ledger, shortly after the commit
 * of what they tell of.
 */
public class AuditTrail {

	private final EntityManager entityManager;

	private final LedgerVerifier verifier;

	private final TargetNames names;

	/**
	 * Creates a trail.
	 * @param entityManager a shared entity manager of a persistence unit that has the
	 * setting {@link AuditEntryMapping#SCHEMA}
	 * @param verifier verifies the ledger
	 */
	public AuditTrail(EntityManager entityManager, LedgerVerifier verifier) {
		this(entityManager, verifier, TargetNames.AS_SAID);
	}

	/**
	 * Creates a trail that knows what entries show of targets.
	 * @param entityManager a shared entity manager of a persistence unit that has the
	 * setting {@link AuditEntryMapping#SCHEMA}
	 * @param verifier verifies the ledger
	 * @param names knows what entries show of a target
	 */
	public AuditTrail(EntityManager entityManager, LedgerVerifier verifier, TargetNames names) {
		this.entityManager = entityManager;
		this.verifier = verifier;
		this.names = names;
	}

	/**
	 * A trail without entries, where nothing is recorded.
	 * @param verifier verifies nothing
	 * @return a trail that answers as one does in which nothing was found
	 */
	public static AuditTrail empty(LedgerVerifier verifier) {
		return new EmptyTrail(verifier);
	}

	/**
	 * Reads a page of entries. Costs the same however far from the first page.
	 * @param query which entries
	 * @return the page, and positions to go on from
	 */
	public Window<AuditEntry> find(AuditQuery query) {
		return new EntryPages(this.entityManager).page(query.named(this.names));
	}

	/**
	 * Reads one entry.
	 * @param id its id
	 * @return the entry, or empty if there is none
	 */
	public Optional<AuditEntry> entry(UUID id) {
		return Optional.ofNullable(this.entityManager.find(AuditEntry.class, id));
	}

	/**
	 * Reads what was done to a thing last.
	 * @param targetType the kind of thing
	 * @param targetId which one: the text that entries show, an identifier, or an entity
	 * @return the first page of its trail
	 */
	public Window<AuditEntry> trail(String targetType, Object targetId) {
		return find(AuditQuery.all().target(targetType, targetId));
	}

	/**
	 * Reads all entries of a query, whatever its limit, page by page as the stream is
	 * consumed. Memory does not grow with their number. The stream holds no connection
	 * between pages and need not be closed; entries that the ledger takes meanwhile do
	 * not disturb it.
	 * @param query which entries
	 * @return the entries
	 */
	public Stream<AuditEntry> stream(AuditQuery query) {
		AuditQuery pages = query.limit(AuditQuery.MAX_LIMIT);
		WindowIterator<AuditEntry> entries = WindowIterator.of((position) -> released(find(pages.after(position))))
			.startingAt(query.position());
		return StreamSupport
			.stream(Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED | Spliterator.NONNULL), false);
	}

	/**
	 * A persistence context that is there would otherwise keep every entry, and, with
	 * open-in-view, a connection for as long as a slow client takes to read the answer.
	 */
	private Window<AuditEntry> released(Window<AuditEntry> window) {
		window.forEach(this.entityManager::detach);
		Object bound = TransactionSynchronizationManager.getResource(this.entityManager.getEntityManagerFactory());
		if (bound instanceof EntityManagerHolder holder) {
			releaseConnection(holder.getEntityManager().unwrap(SessionImplementor.class));
		}
		return window;
	}

	/**
	 * Unless somebody else still reads from it; the session takes another when needed.
	 */
	private static void releaseConnection(SessionImplementor session) {
		LogicalConnectionImplementor connection = session.getJdbcCoordinator().getLogicalConnection();
		if (!session.isTransactionInProgress() && !connection.getResourceRegistry().hasRegisteredResources()) {
			connection.manualDisconnect();
		}
	}

	/**
	 * Counts the entries of a query, whatever its limit and position: exactly, and at the
	 * cost of reading them all from an index.
	 * @param query which entries
	 * @return how many there are
	 */
	public long count(AuditQuery query) {
		CriteriaBuilder builder = this.entityManager.getCriteriaBuilder();
		CriteriaQuery<Long> count = builder.createQuery(Long.class);
		Root<AuditEntry> entry = count.from(AuditEntry.class);
		count.select(builder.count(entry)).where(query.named(this.names).filter().toPredicate(entry, count, builder));
		return this.entityManager.createQuery(count).getSingleResult();
	}

	/**
	 * Reads a page of operations: each with all entries of it that the query matches, at
	 * the place of its newest one.
	 * @param query which entries
	 * @return the page, its limit being that of operations
	 */
	public Window<AuditOperation> operations(AuditQuery query) {
		return new OperationPages(this.entityManager).page(query.named(this.names));
	}

	/**
	 * What entries can be filtered by with the help of suggestions.
	 */
	public enum Attribute {

		/** The actor's id. */
		ACTOR("actorId", "actor_id"),

		/** The action. */
		ACTION("action", "action"),

		/** The category. */
		CATEGORY("category", "category"),

		/** The type of the target. */
		TARGET_TYPE("targetType", "target_type"),

		/** The service. */
		SERVICE("service", "service"),

		/** The tenant. */
		TENANT("tenant", "tenant");

		private final String attribute;

		private final String column;

		Attribute(String attribute, String column) {
			this.attribute = attribute;
			this.column = column;
		}

		String attribute() {
			return this.attribute;
		}

		String column() {
			return this.column;
		}

	}

	/**
	 * Suggests values to filter by, in the order of their letters.
	 * @param attribute of what
	 * @param prefix how they begin, the first letter in upper or lower case; may be empty
	 * @param limit how many at most
	 * @param within the entries that may be told of: without filters all are asked, with
	 * filters the newest {@value Suggestions#NEWEST} that match
	 * @return the values, without repetition
	 */
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		return new Suggestions(this.entityManager, attribute).find(within.named(this.names), prefix, limit);
	}

	/**
	 * Counts what was recorded in a period. What is asked of the whole ledger, or of one
	 * tenant, action, category, severity or service, is answered by sums of hours, days
	 * and months that are kept beside the ledger, exactly, and as fast for ten million
	 * entries as for ten thousand: they are completed by what is not summed up yet.
	 * Everything else is counted one by one; where that would be more than
	 * {@value ActivityQuery#MOST} entries, the answer is only about the newest of them,
	 * and its {@link Activity#from() beginning} says since when.
	 * @param query which entries
	 * @param from when the period begins
	 * @param to when it has ended
	 * @param interval how long each bucket is; whole seconds
	 * @return the counts
	 */
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return new ActivityQuery(this.entityManager, query.named(this.names)).over(from, to, interval);
	}

	/**
	 * Tells what a thing was like at a time, by the newest entry until then that holds
	 * its state. What that one lacks, as it was not loaded then, comes from the
	 * {@value StateHistory#MOST} entries before; what nobody knows is left out. What
	 * changed it past the trail is not known here.
	 * @param targetType the kind of thing
	 * @param targetId which one: the text that entries show, an identifier, or an entity
	 * @param at the time, compared with when operations began
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	public Optional<Map<String, @Nullable Object>> stateAt(String targetType, Object targetId, Instant at) {
		return stateAt(AuditQuery.all().target(targetType, targetId), at);
	}

	/**
	 * Tells what a thing was like at a time. Where only a part of what was done to it may
	 * be seen, what the newest entry lacks is left out.
	 * @param trail what was done to it, as far as the reader may see it
	 * @param at the time
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	public Optional<Map<String, @Nullable Object>> stateAt(AuditQuery trail, Instant at) {
		return new StateHistory(this, trail, at).read();
	}

	/**
	 * Verifies the whole ledger. Reads all of it.
	 * @return what was found
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verify() {
		return this.verifier.verify();
	}

	/**
	 * Verifies one chain. Reads all of it.
	 * @param chain the chain's name
	 * @return what was found
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public ChainVerification verify(String chain) {
		return this.verifier.verify(chain);
	}

}
