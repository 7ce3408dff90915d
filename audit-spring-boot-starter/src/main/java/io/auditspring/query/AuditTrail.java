package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.auditspring.ledger.ChainVerification;
import io.auditspring.ledger.LedgerVerifier;
import io.auditspring.ledger.Verification;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.jpa.repository.support.SimpleJpaRepository;
import org.springframework.data.support.WindowIterator;

/**
 * Reads the audit trail, newest entries first. Needs no transaction, and takes part in
 * one that is there. Entries appear once they are in the ledger, shortly after the commit
 * of what they tell of.
 */
public final class AuditTrail {

	/**
	 * Within a chain the order of the ledger, between chains that of recording. Spring
	 * Data adds the id, which makes it a total one.
	 */
	private static final Sort NEWEST_FIRST = Sort.by(Sort.Direction.DESC, "recordedAt", "seq");

	private final EntityManager entityManager;

	private final LedgerVerifier verifier;

	/**
	 * Creates a trail.
	 * @param entityManager a shared entity manager of a persistence unit that has the
	 * setting {@link AuditEntryMapping#SCHEMA}
	 * @param verifier verifies the ledger
	 */
	public AuditTrail(EntityManager entityManager, LedgerVerifier verifier) {
		this.entityManager = entityManager;
		this.verifier = verifier;
	}

	/**
	 * Reads a page of entries. Costs the same however far from the first page.
	 * @param query which entries
	 * @return the page, and positions to go on from
	 */
	public Window<AuditEntry> find(AuditQuery query) {
		return new SimpleJpaRepository<AuditEntry, UUID>(AuditEntry.class, this.entityManager).findBy(query.filter(),
				(entries) -> entries.sortBy(NEWEST_FIRST).limit(query.limit()).scroll(query.position()));
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
	 * @param targetId which one
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

	/** A persistence context that is there would otherwise keep every entry. */
	private Window<AuditEntry> released(Window<AuditEntry> window) {
		window.forEach(this.entityManager::detach);
		return window;
	}

	/**
	 * What entries can be filtered by with the help of suggestions.
	 */
	public enum Attribute {

		/** The actor's id. */
		ACTOR((entry) -> (entry.getActor() != null) ? entry.getActor().id() : null),

		/** The action. */
		ACTION(AuditEntry::getAction),

		/** The category. */
		CATEGORY(AuditEntry::getCategory),

		/** The type of the target. */
		TARGET_TYPE((entry) -> (entry.getTarget() != null) ? entry.getTarget().type() : null),

		/** The service. */
		SERVICE(AuditEntry::getService),

		/** The tenant. */
		TENANT(AuditEntry::getTenant);

		private final Function<AuditEntry, @Nullable String> value;

		Attribute(Function<AuditEntry, @Nullable String> value) {
			this.value = value;
		}

	}

	/**
	 * Suggests values to filter by: those that the newest entries have.
	 * @param attribute of what
	 * @param prefix how they begin, in upper or lower case; may be empty
	 * @param limit how many at most
	 * @param within the entries that may be told of
	 * @return the values, in their order
	 */
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		return find(within.limit(AuditQuery.MAX_LIMIT)).stream()
			.map(attribute.value)
			.filter(Objects::nonNull)
			.filter((value) -> value.regionMatches(true, 0, prefix, 0, prefix.length()))
			.distinct()
			.sorted()
			.limit(limit)
			.toList();
	}

	/**
	 * Counts what was recorded in a period. Reads every entry of it that the query
	 * matches.
	 * @param query which entries
	 * @param from when the period begins
	 * @param to when it has ended
	 * @param interval how long each bucket is; whole seconds
	 * @return the counts
	 */
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return new ActivityQuery(this.entityManager, query.from(from).to(to)).over(from, to, interval);
	}

	/**
	 * Tells what a thing was like at a time, by the newest entry until then that holds
	 * its state. What changed it past the trail is not known here.
	 * @param targetType the kind of thing
	 * @param targetId which one
	 * @param at the time, compared with when operations began
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	public Optional<Map<String, @Nullable Object>> stateAt(String targetType, Object targetId, Instant at) {
		return stateAt(AuditQuery.all().target(targetType, targetId), at);
	}

	/**
	 * Tells what a thing was like at a time.
	 * @param trail what was done to it, as far as the reader may see it
	 * @param at the time
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	public Optional<Map<String, @Nullable Object>> stateAt(AuditQuery trail, Instant at) {
		return find(trail.stateUntil(at).limit(1)).stream().findFirst().map((entry) -> {
			if (entry.isDataErased()) {
				throw new ErasedStateException("The state at %s was erased from entry %s".formatted(at, entry.getId()));
			}
			return entry.getAfter();
		});
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
