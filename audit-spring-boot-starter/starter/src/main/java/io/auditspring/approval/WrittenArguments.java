/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Pattern;

import io.auditspring.ApprovalException;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.PlainTypes;
import org.hibernate.collection.spi.LazyInitializable;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes all that arguments are into one text, so that those that differ in anything have
 * different texts: classes and the values of all fields, whatever annotations or getters
 * make of them. What cannot be told for sure is refused. People never see the text.
 */
final class WrittenArguments {

	/** In characters. */
	private static final int MOST = 10_000_000;

	private static final int DEEPEST = 200;

	/** What Hibernate puts into classes that it enhances. */
	private static final String ENHANCED = "$$_hibernate_";

	private final StringBuilder text = new StringBuilder();

	private final Set<Object> around = Collections.newSetFromMap(new IdentityHashMap<>());

	private WrittenArguments() {
	}

	/**
	 * Writes arguments.
	 * @param action what is to be done with them
	 * @param tenant for which tenant, where they may mean something else, or {@code null}
	 * @param arguments the arguments by their names
	 * @return the text
	 * @throws ApprovalException if something in them cannot be told for sure
	 */
	static String of(String action, @Nullable String tenant, Map<String, @Nullable Object> arguments) {
		WrittenArguments written = new WrittenArguments();
		written.write(tenant);
		arguments.forEach((name, value) -> {
			written.leaf(String.class, name);
			try {
				written.write(value);
			}
			catch (Throwable ex) {
				FatalErrors.rethrow(ex);
				String reason = (ex instanceof UntoldException) ? String.valueOf(ex.getMessage())
						: "cannot be read (%s)".formatted(ex.getClass().getSimpleName());
				throw new ApprovalException(
						"%s cannot be approved, as its argument '%s' %s".formatted(action, name, reason));
			}
		});
		return written.text.toString();
	}

	private void write(@Nullable Object value) {
		if (this.text.length() > MOST) {
			throw new UntoldException("is too large");
		}
		String plain = (value != null) ? plain(value) : null;
		if (value == null) {
			this.text.append('~');
		}
		else if (plain != null) {
			leaf((value instanceof Enum<?> constant) ? constant.getDeclaringClass() : value.getClass(), plain);
		}
		else if (JsonValues.isReadOnce(value.getClass())) {
			throw new UntoldException("can be read only once (%s)".formatted(value.getClass().getName()));
		}
		else {
			writeMembers(value);
		}
	}

	private void writeMembers(Object value) {
		if (this.around.size() >= DEEPEST || !this.around.add(value)) {
			throw new UntoldException("refers to itself, or has too many levels");
		}
		this.text.append('(');
		if (value instanceof HibernateProxy proxy) {
			reference(proxy.getHibernateLazyInitializer());
		}
		else if (value.getClass().isArray()) {
			array(value);
		}
		else if (value instanceof Collection<?> collection) {
			collection(collection);
		}
		else if (value instanceof Map<?, ?> map) {
			map(map);
		}
		else if (isOfJdk(value.getClass()) && JsonValues.held(value) != value) {
			// One that is missing.
			leaf(String.class, Optional.class.getName());
			write(JsonValues.held(value));
		}
		else if (isOfJdk(value.getClass()) && value instanceof Map.Entry<?, ?> entry) {
			write(entry.getKey());
			write(entry.getValue());
		}
		else {
			fields(value, false);
		}
		this.text.append(')');
		this.around.remove(value);
	}

	// It tells where it ends, so that no two lists of them are the same text.
	private void leaf(Class<?> type, String value) {
		this.text.append(type.getName()).append(':').append(value.length()).append(':').append(value);
	}

	private static @Nullable String plain(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.name();
		}
		if (value instanceof Class<?> type) {
			return type.getName();
		}
		if (value instanceof char[] characters) {
			return String.valueOf(characters);
		}
		return isOfJdk(value.getClass()) ? plainOfJdk(value) : null;
	}

	// Some do not tell all in their text.
	private static @Nullable String plainOfJdk(Object value) {
		if (value instanceof Timestamp timestamp) {
			return timestamp.getTime() + "." + timestamp.getNanos();
		}
		if (value instanceof Date date) {
			return String.valueOf(date.getTime());
		}
		if (value instanceof Calendar calendar) {
			return calendar.getTimeInMillis() + " " + calendar.getTimeZone().getID();
		}
		if (value instanceof TimeZone zone) {
			return zone.getID();
		}
		if (value instanceof Pattern pattern) {
			return pattern.flags() + " " + pattern;
		}
		if (value instanceof InetAddress address) {
			return address.getHostAddress();
		}
		return (PlainTypes.include(value.getClass()) || value.getClass().getPackageName().startsWith("java.time"))
				? value.toString() : null;
	}

	// One that is not loaded stays so: what it refers to decides.
	private void reference(LazyInitializer initializer) {
		leaf(String.class, initializer.getEntityName());
		write(initializer.isUninitialized() ? initializer.getInternalIdentifier() : initializer.getImplementation());
	}

	private void array(Object array) {
		this.text.append(array.getClass().getName());
		for (int i = 0; i < Array.getLength(array); i++) {
			write(Array.get(array, i));
		}
	}

	private void collection(Collection<?> collection) {
		boolean ordered = !(collection instanceof Set);
		this.text.append(ordered ? "list" : "set");
		List<String> elements = new ArrayList<>();
		for (Object element : collection) {
			if (ordered) {
				write(element);
			}
			else {
				elements.add(taken(() -> write(element)));
			}
		}
		sorted(elements);
		ownFields(collection);
	}

	private void map(Map<?, ?> map) {
		this.text.append("map");
		List<String> members = new ArrayList<>();
		map.forEach((key, value) -> members.add(taken(() -> {
			write(key);
			write(value);
		})));
		sorted(members);
		ownFields(map);
	}

	private String taken(Runnable writing) {
		int from = this.text.length();
		writing.run();
		String written = this.text.substring(from);
		this.text.setLength(from);
		return written;
	}

	private void sorted(List<String> written) {
		Collections.sort(written);
		written.forEach((each) -> {
			this.text.append(each);
			if (this.text.length() > MOST) {
				throw new UntoldException("is too large");
			}
		});
	}

	// An application's own collection may hold more than its elements.
	private void ownFields(Object collection) {
		if (!isOfJdk(collection.getClass()) && !(collection instanceof LazyInitializable)) {
			fields(collection, true);
		}
	}

	private void fields(Object value, boolean ofCollection) {
		Class<?> type = value.getClass();
		if (type.isHidden() || Proxy.isProxyClass(type)) {
			throw new UntoldException("is code (%s)".formatted(type.getName()));
		}
		this.text.append(type.getName());
		for (Class<?> each = type; each != null && !(ofCollection && isOfJdk(each)); each = each.getSuperclass()) {
			Arrays.stream(each.getDeclaredFields())
				.filter((field) -> isOfValue(field, ofCollection))
				.sorted(Comparator.comparing(Field::getName))
				.forEach((field) -> field(field, value));
		}
	}

	// What a collection keeps for itself need not last.
	private static boolean isOfValue(Field field, boolean ofCollection) {
		return !Modifier.isStatic(field.getModifiers()) && !field.getName().startsWith(ENHANCED)
				&& !(ofCollection && Modifier.isTransient(field.getModifiers()));
	}

	private void field(Field field, Object value) {
		try {
			if (!field.trySetAccessible()) {
				throw new UntoldException(
						"does not let its fields be read (%s)".formatted(field.getDeclaringClass().getName()));
			}
			leaf(String.class, field.getName());
			write(field.get(value));
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isOfJdk(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		return loader == null || loader == ClassLoader.getPlatformClassLoader();
	}

	/**
	 * What an argument is cannot be told for sure.
	 */
	private static final class UntoldException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		UntoldException(String message) {
			super(message);
		}

	}

}
