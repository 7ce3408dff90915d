/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.Set;

import org.hibernate.LazyInitializationException;
import org.hibernate.bytecode.enhance.spi.interceptor.BytecodeLazyAttributeInterceptor;
import org.hibernate.bytecode.enhance.spi.interceptor.EnhancementAsProxyLazinessInterceptor;
import org.hibernate.engine.spi.PersistentAttributeInterceptable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.BeanPropertyWriter;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows which attributes of an entity are not loaded, where Hibernate has enhanced its
 * class. To read one would load it, or fail where the session is closed.
 */
final class UnloadedAttributes {

	/** What is shown of them. */
	static final String NOT_LOADED = "(not loaded)";

	private UnloadedAttributes() {
	}

	static boolean mayBeIn(Class<?> type) {
		return PersistentAttributeInterceptable.class.isAssignableFrom(type);
	}

	/**
	 * Reads a member.
	 * @param member the member
	 * @param bean whose
	 * @return its value, or {@link #NOT_LOADED}
	 * @throws Exception if it cannot be read
	 */
	static @Nullable Object get(BeanPropertyWriter member, Object bean) throws Exception {
		BytecodeLazyAttributeInterceptor lazy = interceptor(bean);
		if (lazy == null) {
			return member.get(bean);
		}
		Set<String> names = SensitiveMembers.properties(member.getMember().getMember());
		if (!isLoaded(lazy, names) || isDerived(bean, names)) {
			return NOT_LOADED;
		}
		try {
			return member.get(bean);
		}
		catch (Exception ex) {
			if (NestedExceptionUtils.getRootCause(ex) instanceof LazyInitializationException
					|| ex instanceof LazyInitializationException) {
				return NOT_LOADED;
			}
			throw ex;
		}
	}

	// What a method makes of others may need one that is not loaded.
	private static boolean isDerived(Object bean, Set<String> names) {
		return names.stream().allMatch((name) -> ReflectionUtils.findField(bean.getClass(), name) == null);
	}

	private static @Nullable BytecodeLazyAttributeInterceptor interceptor(Object bean) {
		return (bean instanceof PersistentAttributeInterceptable enhanced
				&& enhanced.$$_hibernate_getInterceptor() instanceof BytecodeLazyAttributeInterceptor lazy
				&& lazy.hasAnyUninitializedAttributes()) ? lazy : null;
	}

	// What stands for an entity has its identifier only.
	private static boolean isLoaded(BytecodeLazyAttributeInterceptor lazy, Set<String> names) {
		return (lazy instanceof EnhancementAsProxyLazinessInterceptor)
				? names.stream().anyMatch(lazy::isAttributeLoaded) : names.stream().allMatch(lazy::isAttributeLoaded);
	}

	/**
	 * Writes a member of such an entity.
	 */
	static final class Writer extends BeanPropertyWriter {

		private static final long serialVersionUID = 1L;

		Writer(BeanPropertyWriter writer) {
			super(writer);
		}

		private Writer(BeanPropertyWriter writer, PropertyName name) {
			super(writer, name);
		}

		// Within another object members may have other names.
		@Override
		protected BeanPropertyWriter _new(PropertyName name) {
			return new Writer(this, name);
		}

		@Override
		public void serializeAsProperty(Object bean, JsonGenerator generator, SerializationContext context)
				throws Exception {
			if (interceptor(bean) == null || UnloadedAttributes.get(this, bean) != NOT_LOADED) {
				super.serializeAsProperty(bean, generator, context);
			}
			else {
				generator.writeName(getName());
				generator.writeString(NOT_LOADED);
			}
		}

		@Override
		public void serializeAsElement(Object bean, JsonGenerator generator, SerializationContext context)
				throws Exception {
			if (interceptor(bean) == null || UnloadedAttributes.get(this, bean) != NOT_LOADED) {
				super.serializeAsElement(bean, generator, context);
			}
			else {
				generator.writeString(NOT_LOADED);
			}
		}

	}

}
