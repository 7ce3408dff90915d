/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.hibernate.collection.spi.LazyInitializable;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Collects the secrets that an object holds, to keep them out of texts that may repeat
 * them. It reads fields and calls nothing, so that nothing is loaded.
 */
public final class SecretValues {

	private static final int MAX_OBJECTS = 1_000;

	/** Shorter secrets would tear texts apart, and hide nothing. */
	private static final int MIN_LENGTH = 3;

	private final Masking masking;

	private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Deque<Object> secretOnes = new ArrayDeque<>();

	private final Deque<Object> others = new ArrayDeque<>();

	private final Set<String> secrets = new HashSet<>();

	private SecretValues(Masking masking) {
		this.masking = masking;
	}

	/**
	 * Collects them.
	 * @param masking what is secret
	 * @param object anything
	 * @return their texts
	 */
	public static Set<String> of(Masking masking, @Nullable Object object) {
		SecretValues values = new SecretValues(masking);
		values.add(object, false);
		while (!values.secretOnes.isEmpty() || !values.others.isEmpty()) {
			boolean secret = !values.secretOnes.isEmpty();
			values.attempt(secret ? values.secretOnes.remove() : values.others.remove(), secret);
		}
		return values.secrets;
	}

	/**
	 * Takes secrets out of a text.
	 * @param text the text
	 * @param secrets their texts
	 * @return the text with something else in their places
	 */
	public static String without(String text, Set<String> secrets) {
		String masked = text;
		// The longest first, as one may be the beginning of another.
		for (String secret : secrets.stream().sorted(Comparator.comparing(String::length).reversed()).toList()) {
			masked = (secret.length() >= MIN_LENGTH) ? masked.replace(secret, Masking.MASK) : masked;
		}
		return masked;
	}

	private void add(@Nullable Object value, boolean secret) {
		if (value == null || this.seen.size() == MAX_OBJECTS) {
			return;
		}
		String text = text(value);
		if (text != null && secret) {
			this.secrets.add(text);
		}
		else if (text == null && this.seen.add(value)) {
			(secret ? this.secretOnes : this.others).add(value);
		}
	}

	private static @Nullable String text(Object value) {
		if (value instanceof char[] characters) {
			return String.valueOf(characters);
		}
		return PlainTypes.include(value.getClass()) ? value.toString() : null;
	}

	// One that cannot be read, such as a collection that somebody changes meanwhile,
	// leaves
	// the others.
	private void attempt(Object value, boolean secret) {
		try {
			read(value, secret);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			this.seen.add(value);
		}
	}

	private void read(Object value, boolean secret) {
		if (value instanceof LazyInitializable lazy && !lazy.wasInitialized()) {
			return;
		}
		if (value instanceof Optional<?> optional) {
			add(optional.orElse(null), secret);
		}
		else if (value instanceof Collection<?> collection) {
			collection.forEach((element) -> add(element, secret));
		}
		else if (value instanceof Map<?, ?> map) {
			map.forEach((key, member) -> {
				add(key, secret);
				add(member, secret || (key instanceof String name && this.masking.hides(name)));
			});
		}
		else if (value instanceof Object[] array) {
			for (Object element : array) {
				add(element, secret);
			}
		}
		else {
			readFields(value, secret);
		}
	}

	private void readFields(Object value, boolean secret) {
		for (Class<?> type = value.getClass(); type != null && !isForeign(type); type = type.getSuperclass()) {
			for (Field field : type.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers())) {
					readField(value, field, secret);
				}
			}
		}
	}

	private void readField(Object value, Field field, boolean secret) {
		try {
			ReflectionUtils.makeAccessible(field);
			add(ReflectionUtils.getField(field, value),
					secret || this.masking.hidesRead(value.getClass(), field.getName()));
		}
		catch (InaccessibleObjectException ex) {
			// Of a module that opens nothing, and so of nobody's entities and requests.
			this.seen.add(field);
		}
	}

	// They hold the container's world, and no secret of an application's own.
	private static boolean isForeign(Class<?> type) {
		return type.getName().startsWith("java.") || type.getName().startsWith("jakarta.")
				|| type.getName().startsWith("org.springframework.") || type.getName().startsWith("org.hibernate.")
				|| type.getName().startsWith("org.apache.") || type.isHidden();
	}

}
