package io.auditspring.capture;

import java.beans.PropertyDescriptor;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.auditspring.Sensitive;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.envers.internal.entities.EntityConfiguration;
import org.hibernate.envers.internal.entities.PropertyData;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.beans.BeanUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Reports the state before and after of what Envers audits, taken from what Hibernate
 * holds when Envers' own listeners fire: it costs no statement and no flush.
 */
public final class EnversStateListener
		implements SessionFactoryExtension, PostInsertEventListener, PostUpdateEventListener, PostDeleteEventListener {

	private final ChangeSink sink;

	private final EntityStates states;

	private final Masking masking;

	/** Per entity the properties that Envers audits, and whether to mask them. */
	private final Map<EntityPersister, Map<String, Boolean>> shapes = new ConcurrentHashMap<>();

	public EnversStateListener(ChangeSink sink, Masking masking, JsonValues values) {
		this.sink = sink;
		this.masking = masking;
		this.states = new EntityStates(masking, values);
	}

	@Override
	public void extend(SessionFactoryImplementor sessionFactory) {
		EnversService envers = sessionFactory.getServiceRegistry().getService(EnversService.class);
		if (envers == null || !envers.isEnabled() || !envers.getEntitiesConfigurations().hasAuditedEntities()) {
			return;
		}
		sessionFactory.getEventListenerRegistry().appendListeners(EventType.POST_INSERT, this);
		sessionFactory.getEventListenerRegistry().appendListeners(EventType.POST_UPDATE, this);
		sessionFactory.getEventListenerRegistry().appendListeners(EventType.POST_DELETE, this);
	}

	@Override
	public void onPostInsert(PostInsertEvent event) {
		changed(event.getPersister(), event.getId(), null, event.getState(), event.getSession());
	}

	@Override
	public void onPostUpdate(PostUpdateEvent event) {
		changed(event.getPersister(), event.getId(), event.getOldState(), event.getState(), event.getSession());
	}

	@Override
	public void onPostDelete(PostDeleteEvent event) {
		changed(event.getPersister(), event.getId(), event.getDeletedState(), null, event.getSession());
	}

	private void changed(EntityPersister persister, Object id, @Nullable Object @Nullable [] before,
			@Nullable Object @Nullable [] after, SharedSessionContractImplementor session) {
		EnversService envers = session.getFactory().getServiceRegistry().requireService(EnversService.class);
		if (!this.sink.isOpen() || !envers.getEntitiesConfigurations().isVersioned(persister.getEntityName())) {
			return;
		}
		EntityChange change = new EntityChange(name(persister),
				this.states.id(persister.getIdentifierType(), id, session), state(persister, id, before, session, true),
				state(persister, id, after, session, false));
		this.sink.changed(change, session, () -> revision(envers, session));
	}

	private @Nullable ObjectNode state(EntityPersister persister, Object id, @Nullable Object @Nullable [] state,
			SharedSessionContractImplementor session, boolean stored) {
		return (state != null) ? this.states.state(persister, id, state, shape(persister), session, stored) : null;
	}

	private static String name(EntityPersister persister) {
		String name = persister.getImportedName();
		return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
	}

	private Map<String, Boolean> shape(EntityPersister persister) {
		return this.shapes.computeIfAbsent(persister, (key) -> {
			EnversService envers = key.getFactory().getServiceRegistry().requireService(EnversService.class);
			EntityConfiguration configuration = envers.getEntitiesConfigurations().get(key.getEntityName());
			return configuration.getPropertyMapper()
				.getProperties()
				.keySet()
				.stream()
				.map(PropertyData::getBeanName)
				.distinct()
				.collect(Collectors.toUnmodifiableMap(Function.identity(),
						(name) -> this.masking.hides(name) || isSensitive(key.getMappedClass(), name)));
		});
	}

	private static boolean isSensitive(Class<?> entity, String property) {
		Field field = ReflectionUtils.findField(entity, property);
		if (field != null && field.isAnnotationPresent(Sensitive.class)) {
			return true;
		}
		PropertyDescriptor descriptor = BeanUtils.getPropertyDescriptor(entity, property);
		return descriptor != null && descriptor.getReadMethod() != null
				&& descriptor.getReadMethod().isAnnotationPresent(Sensitive.class);
	}

	// Only the revision's own accessor knows a custom revision entity's number.
	private static @Nullable Long revision(EnversService envers, SharedSessionContractImplementor session) {
		Object revision = envers.getAuditProcessManager().get(session).getCurrentRevisionData(session, false);
		Number number = envers.getRevisionInfoNumberReader().getRevisionNumber(revision);
		return (number != null && number.longValue() > 0) ? number.longValue() : null;
	}

}
