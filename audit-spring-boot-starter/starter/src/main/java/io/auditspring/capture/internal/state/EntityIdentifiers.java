/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.auditspring.capture.internal.state.Meanings.Meaning;
import io.auditspring.capture.internal.value.IdentifierText;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.MappedValues;
import io.auditspring.capture.internal.value.Masking;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.NonUniqueObjectException;
import org.hibernate.StaleObjectStateException;
import org.hibernate.UnresolvableObjectException;
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

	private static final int MAX_CAUSES = 50;

	private final Supplier<List<EntityManagerFactory>> factories;

	private final Masking masking;

	private final MappedValues values;

	private final IdentifierText texts;

	private final EntityTypes types = new EntityTypes();

	private volatile List<SessionFactoryImplementor> known = List.of();

	/**
	 * Creates it.
	 * @param factories what knows which classes are entities; asked for each time
	 * @param masking what is hidden
	 * @param values how values are written
	 * @param key gives the secret key of the digests that stand for secret identifiers
	 */
	public EntityIdentifiers(Supplier<List<EntityManagerFactory>> factories, Masking masking, JsonValues values,
			Supplier<byte[]> key) {
		this.factories = factories;
		this.masking = masking;
		this.texts = new IdentifierText(key);
		this.values = new MappedValues(masking, values, this.texts);
	}

	/**
	 * What is shown of a text that may be secret, to tell it from others.
	 * @param secret the text
	 * @return its digest with a secret key
	 */
	public String digest(String secret) {
		return this.texts.hidden(secret).stringValue();
	}

	public Masking masking() {
		return this.masking;
	}

	MappedValues values() {
		return this.values;
	}

	EntityTypes types() {
		return this.types;
	}

	/**
	 * The identifier of an entity.
	 * @param object anything
	 * @return the identifier in text, or {@code null} where the object is no entity or
	 * has no identifier yet
	 */
	public @Nullable String of(Object object) {
		EntityPersister persister = persister(type(object));
		Object id = (persister != null) ? id(object, persister) : null;
		return (persister != null && id != null) ? this.values.text(persister, id) : null;
	}

	/**
	 * The identifier of an entity, of which an application tells type and identifier.
	 * @param type what it calls the type
	 * @param said what it says is the identifier
	 * @return the identifier in text, or {@code null} where what is said is to be shown
	 * as it is
	 */
	public @Nullable String of(String type, Object said) {
		for (EntityPersister persister : called(type).entities()) {
			String text = this.values.textOf(persister, said);
			if (text != null) {
				return text;
			}
		}
		return null;
	}

	/**
	 * What entries show of a kind of thing.
	 * @param type what an application calls it
	 * @return the one name that entries show of an entity, whichever of its names that
	 * is; of anything else what it is called
	 */
	public String kind(String type) {
		return called(type).shown();
	}

	/**
	 * The names that entries may show of one thing.
	 * @param type what an application calls its kind
	 * @return the names of all entities that are in one hierarchy with the one that is
	 * meant, and what it is called
	 */
	public Set<String> kinds(String type) {
		Set<String> kinds = new TreeSet<>(called(type).alike());
		kinds.add(type);
		return kinds;
	}

	/**
	 * What of an identifier entries may show.
	 * @param type what an application calls the thing
	 * @param id a text of its identifier
	 * @return the text, with digests in the place of secrets
	 */
	public String shown(String type, String id) {
		String text = of(type, id);
		return (text != null) ? text : id;
	}

	/**
	 * What entries may show of an identifier whose entity nobody says, or only in part.
	 * @param kind which kinds it may be of, as entries show them
	 * @param id a text of the identifier
	 * @return a digest where identifiers of one of these kinds are secret, else the text
	 */
	public String shownOfAny(Predicate<String> kind, String id) {
		List<EntityPersister> entities = new ArrayList<>();
		sessionFactories().forEach((factory) -> factory.getMappingMetamodel().forEachEntityDescriptor(entities::add));
		return entities.stream()
			.anyMatch((entity) -> this.values.isSecret(entity) && kind.test(this.types.of(entity).shown())) ? digest(id)
					: id;
	}

	/**
	 * Masks what a path tells: what follows a secret name, as in {@code /tokens/4711},
	 * and the secret identifier that follows the name of an entity.
	 * @param path the path; no template
	 * @return the path without the secret values
	 */
	public String maskPath(String path) {
		String[] segments = path.split("/", -1);
		for (int i = segments.length - 1; i > 0; i--) {
			segments[i] = segments[i].isEmpty() ? "" : withoutSecret(segments[i - 1], segments[i]);
		}
		return this.masking.maskPath(String.join("/", segments));
	}

	private String withoutSecret(String type, String id) {
		return called(type).entities().stream().anyMatch(this.values::isSecret) ? shown(type, id) : id;
	}

	private Meaning called(String type) {
		sessionFactories();
		return this.types.called(type);
	}

	/**
	 * Which entity something is.
	 * @param object anything
	 * @return the name of its hierarchy, of which a proxy may not know more, and its
	 * identifier, or {@code null} where the object is no entity or has no identifier yet
	 */
	public @Nullable String describe(Object object) {
		String id = of(object);
		EntityPersister persister = (id != null) ? persister(type(object)) : null;
		return (persister != null) ? kind(persister.getRootEntityName()) + ":" + id : null;
	}

	/**
	 * Whether objects of a type may be entities.
	 * @param type the type
	 * @return whether it is an entity's class, or a superclass of one
	 */
	public boolean includes(Class<?> type) {
		List<Class<?>> entities = new ArrayList<>();
		sessionFactories().forEach((factory) -> factory.getMappingMetamodel()
			.forEachEntityDescriptor((persister) -> entities.add(persister.getMappedClass())));
		return entities.stream().anyMatch((entity) -> type.isAssignableFrom(entity) || entity.isAssignableFrom(type));
	}

	/**
	 * The identifiers that an exception of Hibernate quotes, where they are secret.
	 * @param failure the exception
	 * @return their texts
	 */
	public Set<String> secretsIn(Throwable failure) {
		Set<String> secrets = new HashSet<>();
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
			if (cause instanceof StaleObjectStateException stale) {
				addSecret(stale.getEntityName(), stale.getIdentifier(), secrets);
			}
			else if (cause instanceof UnresolvableObjectException missing) {
				addSecret(missing.getEntityName(), missing.getIdentifier(), secrets);
			}
			else if (cause instanceof NonUniqueObjectException twin) {
				addSecret(twin.getEntityName(), twin.getIdentifier(), secrets);
			}
			cause = cause.getCause();
		}
		return secrets;
	}

	private void addSecret(@Nullable String entityName, @Nullable Object id, Set<String> secrets) {
		for (SessionFactoryImplementor factory : sessionFactories()) {
			EntityPersister persister = (entityName != null)
					? factory.getMappingMetamodel().findEntityDescriptor(entityName) : null;
			if (persister != null && id != null && this.values.isSecret(persister)) {
				secrets.add(id.toString());
			}
		}
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

	// There may be none yet, and others come later.
	private List<SessionFactoryImplementor> sessionFactories() {
		List<EntityManagerFactory> there = this.factories.get();
		if (there.size() != this.known.size()) {
			List<SessionFactoryImplementor> known = there.stream()
				.map((factory) -> factory.unwrap(SessionFactoryImplementor.class))
				.toList();
			known.forEach(this.types::add);
			this.known = known;
		}
		return this.known;
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
