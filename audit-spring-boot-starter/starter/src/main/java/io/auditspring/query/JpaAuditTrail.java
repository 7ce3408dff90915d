/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.query.internal.past.Past;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Root;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.resource.jdbc.spi.LogicalConnectionImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.domain.Window;
import org.springframework.data.support.WindowIterator;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Reads the trail by means of JPA.
 */
final class JpaAuditTrail implements AuditTrail {

	private static final int MOST_NAMES = 1_000;

	private final Supplier<EntityManager> entityManager;

	private final LedgerVerifier verifier;

	private final TargetNames names;

	private final Function<Attribute, Collection<String>> words;

	/**
	 * Creates a trail.
	 * @param entityManager a shared entity manager of a persistence unit that has the
	 * setting {@link AuditEntryMapping#SCHEMA}
	 * @param verifier verifies the ledger
	 */
	JpaAuditTrail(EntityManager entityManager, LedgerVerifier verifier) {
		this(() -> entityManager, verifier, TargetNames.AS_SAID, (attribute) -> List.of());
	}

	/**
	 * Creates a trail that knows what entries show of targets.
	 * @param entityManager gives a shared entity manager of a persistence unit that has
	 * the setting {@link AuditEntryMapping#SCHEMA}
	 * @param verifier verifies the ledger
	 * @param names knows what entries show of a target
	 * @param words the values that entries may have, whether or not any has
	 */
	JpaAuditTrail(Supplier<EntityManager> entityManager, LedgerVerifier verifier, TargetNames names,
			Function<Attribute, Collection<String>> words) {
		this.entityManager = entityManager;
		this.verifier = verifier;
		this.names = names;
		this.words = words;
	}

	@Override
	public Window<AuditEntry> find(AuditQuery query) {
		return new EntryPages(entityManager()).page(known(query));
	}

	@Override
	public Look look(AuditQuery query) {
		return new EntryPages(entityManager()).look(known(query));
	}

	@Override
	public Optional<AuditEntry> entry(UUID id) {
		return Optional.ofNullable(entityManager().find(AuditEntry.class, id));
	}

	@Override
	public Stream<AuditEntry> stream(AuditQuery query) {
		AuditQuery pages = known(query).limit(AuditQuery.MAX_LIMIT);
		WindowIterator<AuditEntry> entries = WindowIterator
			.of((position) -> released(new EntryPages(entityManager()).portion(pages.after(position))))
			.startingAt(query.position());
		return StreamSupport
			.stream(Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED | Spliterator.NONNULL), false);
	}

	/** The next entries, as many as there is room for. */
	Window<AuditEntry> portion(AuditQuery query) {
		return new EntryPages(entityManager()).portion(known(query));
	}

	/**
	 * A persistence context that is there would otherwise keep, with open-in-view, a
	 * connection for as long as a slow client takes to read the answer.
	 */
	Window<AuditEntry> released(Window<AuditEntry> window) {
		Object bound = TransactionSynchronizationManager.getResource(entityManager().getEntityManagerFactory());
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

	@Override
	public long count(AuditQuery query) {
		CriteriaBuilder builder = entityManager().getCriteriaBuilder();
		CriteriaQuery<Long> count = builder.createQuery(Long.class);
		Root<AuditEntry> entry = count.from(AuditEntry.class);
		count.select(builder.count(entry)).where(known(query).filter().toPredicate(entry, count, builder));
		return entityManager().createQuery(count).getSingleResult();
	}

	@Override
	public Count count(AuditQuery query, int most) {
		return new FacetQuery(entityManager(), known(query)).count(most);
	}

	@Override
	public Facets facets(AuditQuery query, Set<Facets.Field> fields) {
		return new FacetQuery(entityManager(), known(query)).facets(fields);
	}

	@Override
	public Window<AuditOperation> operations(AuditQuery query) {
		return new OperationPages(entityManager()).page(known(query));
	}

	@Override
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		List<String> found = new Suggestions(entityManager(), attribute).find(known(within), prefix, limit);
		if (!within.filters().isEmpty()) {
			// Whoever does not see everything is not told of what there is besides.
			return found;
		}
		return Stream
			.concat(found.stream(),
					this.words.apply(attribute)
						.stream()
						.filter((word) -> word.regionMatches(true, 0, prefix, 0, prefix.length())))
			.distinct()
			.sorted()
			.limit(limit)
			.toList();
	}

	@Override
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return activity(query, from, to, interval, null);
	}

	Activity activity(AuditQuery query, Instant from, Instant to, Duration interval, @Nullable Past past) {
		return new ActivityQuery(entityManager(), known(query), past, query.named(this.names)).over(from, to, interval);
	}

	/**
	 * What is in the archive only, looked up on the connection that reads the database.
	 * @param archive the archive
	 * @return these entries, or {@code null} if there are none
	 */
	@Nullable Past past(EntryArchive archive) {
		return entityManager().<Connection, @Nullable Past>callWithConnection((connection) -> {
			try {
				return archive.past(connection).orElse(null);
			}
			catch (SQLException ex) {
				throw new DataAccessResourceFailureException("What is archived cannot be looked up", ex);
			}
		});
	}

	/** The condition for whoever does not ask the database. */
	Condition condition(AuditQuery query) {
		return query.named(this.names).condition();
	}

	@Override
	public Verification verify() {
		return this.verifier.verify();
	}

	@Override
	public ChainVerification verify(String chain) {
		return this.verifier.verify(chain);
	}

	/**
	 * Finds out which names a pattern means: few, however many entries have them. Where
	 * an application makes up names as it goes, entries are compared one by one, and so
	 * they are for who must not learn how many names others use.
	 */
	private AuditQuery known(AuditQuery query) {
		// Which names others use, and how many, is nothing to go by.
		if (query.isOwn() || query.filters().stream().anyMatch(Filter::isOfTenant)) {
			return query.named(this.names);
		}
		return query.replacing((filter) -> {
			if (!(filter.value() instanceof Filter.Names names)) {
				return filter;
			}
			List<String> matching = Stream.of(Attribute.values())
				.filter((attribute) -> attribute.attribute().equals(names.attribute()))
				.findFirst()
				.map((attribute) -> new Suggestions(entityManager(), attribute).matching(names.patterns(), MOST_NAMES))
				.orElse(null);
			return (matching != null) ? Filter.anyOf(names.attribute(), matching) : filter;
		}).named(this.names);
	}

	private EntityManager entityManager() {
		return this.entityManager.get();
	}

}
