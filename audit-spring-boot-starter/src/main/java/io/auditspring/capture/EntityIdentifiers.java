package io.auditspring.capture;

import java.util.List;
import java.util.function.Supplier;

import jakarta.persistence.EntityManagerFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;

/**
 * Knows the identifiers of entities, attached to a session or not. It asks the database
 * nothing, and loads nothing.
 */
public final class EntityIdentifiers {

	private final Supplier<List<EntityManagerFactory>> factories;

	private final MappedValues values;

	/**
	 * Creates it.
	 * @param factories what knows which classes are entities; asked for each time
	 * @param masking what is hidden
	 * @param values how identifiers of several parts are written
	 */
	public EntityIdentifiers(Supplier<List<EntityManagerFactory>> factories, Masking masking, JsonValues values) {
		this.factories = factories;
		this.values = new MappedValues(masking, values);
	}

	/**
	 * The identifier of an entity.
	 * @param object anything
	 * @return the identifier in text, or {@code null} where the object is no entity or
	 * has no identifier yet
	 */
	@Nullable String of(Object object) {
		EntityPersister persister = persister(type(object));
		Object id = (persister != null) ? id(object, persister) : null;
		return (persister != null && id != null) ? this.values.text(persister, id) : null;
	}

	/**
	 * Which entity something is.
	 * @param object anything
	 * @return its type and its identifier, or {@code null} where the object is no entity
	 * or has no identifier yet
	 */
	@Nullable String describe(Object object) {
		String id = of(object);
		return (id != null) ? type(object).getSimpleName() + ":" + id : null;
	}

	/**
	 * Whether objects of a type may be entities.
	 * @param type the type
	 * @return whether it is an entity's class, or a superclass of one
	 */
	boolean includes(Class<?> type) {
		return sessionFactories().stream()
			.flatMap((factory) -> factory.getMappingMetamodel().streamEntityDescriptors())
			.anyMatch((persister) -> type.isAssignableFrom(persister.getMappedClass())
					|| persister.getMappedClass().isAssignableFrom(type));
	}

	private @Nullable EntityPersister persister(Class<?> type) {
		for (SessionFactoryImplementor factory : sessionFactories()) {
			EntityPersister persister = factory.getMappingMetamodel().findEntityDescriptor(type);
			if (persister != null) {
				return persister;
			}
		}
		return null;
	}

	private List<SessionFactoryImplementor> sessionFactories() {
		return this.factories.get().stream().map((factory) -> factory.unwrap(SessionFactoryImplementor.class)).toList();
	}

	private static Class<?> type(Object object) {
		LazyInitializer initializer = HibernateProxy.extractLazyInitializer(object);
		return (initializer != null) ? initializer.getPersistentClass() : object.getClass();
	}

	private static @Nullable Object id(Object object, EntityPersister persister) {
		LazyInitializer initializer = HibernateProxy.extractLazyInitializer(object);
		return (initializer != null) ? initializer.getInternalIdentifier()
				: persister.getFactory().getPersistenceUnitUtil().getIdentifier(object);
	}

}
