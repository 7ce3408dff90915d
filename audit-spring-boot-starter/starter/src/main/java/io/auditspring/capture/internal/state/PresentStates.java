/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import jakarta.persistence.LockModeType;
import org.hibernate.CacheMode;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.generator.internal.TenantIdGeneration;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What entities are like now, page by page.
 */
public final class PresentStates {

	/** Each takes long only for who changes the same few rows all the time. */
	private static final int MOST_READINGS = 20;

	private final Map<SessionFactoryImplementor, Unit> units = new LinkedHashMap<>();

	/**
	 * Adds a persistence unit.
	 * @param unit the persistence unit
	 * @param names what an entity is called, or {@code null} if its state is not captured
	 * @param state reads a state
	 */
	synchronized void add(SessionFactoryImplementor unit, Function<EntityPersister, @Nullable EntityNames> names,
			PresentState state) {
		this.units.put(unit, new Unit(names, state));
	}

	synchronized void remove(SessionFactoryImplementor unit) {
		this.units.remove(unit);
	}

	/**
	 * The kinds of entities whose state is captured, those that extend others with these.
	 * @return them all
	 */
	public synchronized List<Kind> kinds() {
		List<Kind> kinds = new ArrayList<>();
		this.units.forEach((unit, own) -> unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			EntityNames names = own.names().apply(persister);
			boolean within = persister.getSuperMappingType() != null
					&& own.names().apply(persister.getSuperMappingType().getEntityPersister()) != null;
			if (names != null && !within) {
				kinds.add(new Kind(unit, persister, names.shown(), own.state()));
			}
		}));
		kinds.sort(Comparator.comparing(Kind::name));
		return kinds;
	}

	private record Unit(Function<EntityPersister, @Nullable EntityNames> names, PresentState state) {

	}

	/**
	 * One kind of entities.
	 */
	public static final class Kind {

		private final SessionFactoryImplementor unit;

		private final EntityPersister persister;

		private final String name;

		private final PresentState state;

		private final IdentifierOrder order;

		Kind(SessionFactoryImplementor unit, EntityPersister persister, String name, PresentState state) {
			this.unit = unit;
			this.persister = persister;
			this.name = name;
			this.state = state;
			this.order = new IdentifierOrder(persister, unit);
		}

		/**
		 * The name as entries show it.
		 * @return its name
		 */
		public String name() {
			return this.name;
		}

		/**
		 * Its names, short and long.
		 * @return the names
		 */
		public Stream<String> names() {
			return Stream.of(this.name, this.persister.getEntityName());
		}

		public SessionFactory factory() {
			return this.unit;
		}

		/**
		 * Whether its entities can be read page by page.
		 * @return {@code false} if their identifier has a part without an order
		 */
		public boolean isOrdered() {
			return this.order.isComplete();
		}

		/**
		 * Whether a session may see only those of one tenant.
		 * @return {@code true} also where tenants have databases or schemas of their own
		 */
		public boolean isOfTenants() {
			return this.unit.getSessionFactoryOptions().isMultiTenancyEnabled()
					|| Stream.of(this.persister.getGenerators()).anyMatch(TenantIdGeneration.class::isInstance);
		}

		/**
		 * Reads the next entities by their identifiers, and keeps others from changing
		 * their rows until the transaction is over. Rows of collections and joined tables
		 * are not kept, and are read one table after the other. What others change
		 * meanwhile shows when everything is read once more, so it is, until two readings
		 * agree: then it all was so at once, between them.
		 * @param session a session with a transaction
		 * @param after the last identifier of the page before, or {@code null}
		 * @param size how many to read
		 * @return the page
		 */
		public Page read(Session session, @Nullable Object after, int size) {
			session.setSubselectFetchingEnabled(true);
			// What is cached may be older than the rows, and is not ours to fill.
			session.setCacheMode(CacheMode.IGNORE);
			// A value may seem changed that was only read.
			session.setHibernateFlushMode(FlushMode.MANUAL);
			Page earlier = readOnce(session, after, size);
			for (int i = 0; i < MOST_READINGS; i++) {
				session.clear();
				Page page = readOnce(session, after, size);
				if (page.isLike(earlier)) {
					return page;
				}
				earlier = page;
			}
			throw new IllegalStateException("%s changes too fast to be read".formatted(this.name));
		}

		private Page readOnce(Session session, @Nullable Object after, int size) {
			SharedSessionContractImplementor implementor = session.unwrap(SharedSessionContractImplementor.class);
			SelectionQuery<Object> query = session.createSelectionQuery(this.order.query(after == null), Object.class)
				.setMaxResults(size)
				.setLockMode(LockModeType.PESSIMISTIC_READ);
			if (after != null) {
				this.order.begin(query, after, implementor);
			}
			List<EntityChange> states = new ArrayList<>();
			Object last = null;
			for (Object entity : query.getResultList()) {
				states.add(this.state.of(entity, implementor));
				last = session.getIdentifier(entity);
			}
			return new Page(states, last);
		}

	}

	/**
	 * Some entities.
	 *
	 * @param states what they are like, as what they became
	 * @param last the last one's identifier, or {@code null} if there are none
	 */
	public record Page(List<EntityChange> states, @Nullable Object last) {

		private boolean isLike(Page other) {
			return isLike(this.states.stream().map(EntityChange::after).toList(),
					other.states.stream().map(EntityChange::after).toList());
		}

		private static boolean isLike(List<? extends @Nullable JsonNode> some,
				List<? extends @Nullable JsonNode> others) {
			return some.size() == others.size()
					&& IntStream.range(0, some.size()).allMatch((i) -> isLike(some.get(i), others.get(i)));
		}

		// What is encrypted anew each time shows another text for the same value, and a
		// large object is another one for the same text.
		private static boolean isLike(@Nullable JsonNode one, @Nullable JsonNode other) {
			if (one == null || other == null || one.equals(other)) {
				return Objects.equals(one, other);
			}
			if (one.isObject() && other.isObject()) {
				return one.size() == other.size() && one.propertyStream()
					.allMatch((member) -> isLike(member.getValue(), other.get(member.getKey())));
			}
			if (one.isArray() && other.isArray()) {
				return isLike(one.valueStream().toList(), other.valueStream().toList());
			}
			return one.isValueNode() && one.toString().equals(other.toString());
		}

	}

}
