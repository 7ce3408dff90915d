package io.auditspring.capture.internal.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import jakarta.persistence.LockModeType;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.hibernate.type.BasicType;
import org.jspecify.annotations.Nullable;

/**
 * What entities are like now, page by page.
 */
public final class PresentStates {

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

		Kind(SessionFactoryImplementor unit, EntityPersister persister, String name, PresentState state) {
			this.unit = unit;
			this.persister = persister;
			this.name = name;
			this.state = state;
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
		 * @return {@code false} if their identifier is of several parts
		 */
		public boolean isOrdered() {
			return this.persister.getIdentifierType() instanceof BasicType<?>;
		}

		/**
		 * Reads the next entities by their identifiers, and keeps others from changing
		 * their rows until the transaction is over.
		 * @param session a session with a transaction
		 * @param after the last identifier of the page before, or {@code null}
		 * @param size how many to read
		 * @return the page
		 */
		public Page read(Session session, @Nullable Object after, int size) {
			session.setSubselectFetchingEnabled(true);
			SelectionQuery<Object> query = session
				.createSelectionQuery("select e from %s e%s order by id(e)".formatted(this.persister.getEntityName(),
						(after != null) ? " where id(e) > :after" : ""), Object.class)
				.setMaxResults(size)
				.setLockMode(LockModeType.PESSIMISTIC_READ);
			if (after != null) {
				query.setParameter("after", after);
			}
			SharedSessionContractImplementor implementor = session.unwrap(SharedSessionContractImplementor.class);
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

	}

}
