/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.hibernate.collection.spi.LazyInitializable;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.core.ResolvableType;
import org.springframework.util.ObjectUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Collects the secrets that an object holds, to keep them out of texts that may repeat
 * them. It reads fields and calls nothing, so that nothing is loaded.
 */
public final class SecretValues {

	private static final int MAX_OBJECTS = 1_000;

	/** Shorter secrets would tear texts apart, and hide nothing. */
	private static final int MIN_LENGTH = 3;

	/** Longer arrays of numbers are contents, which nobody puts into a message. */
	private static final int MAX_ELEMENTS = 4_096;

	private static final List<String> FOREIGN = List.of("java.", "jakarta.", "org.springframework.", "org.hibernate.",
			"org.apache.catalina.", "org.apache.coyote.", "org.apache.tomcat.", "org.apache.jasper.", "org.apache.el.",
			"org.apache.naming.", "org.apache.juli.", "org.apache.kafka.", "org.apache.activemq.", "org.apache.pulsar.",
			"org.apache.camel.", "org.apache.cxf.", "org.apache.commons.", "org.apache.logging.", "org.apache.http.",
			"org.apache.hc.", "org.apache.lucene.", "org.apache.poi.", "org.apache.pdfbox.", "org.apache.ibatis.");

	/** What brings values of an application's own, and applications of Spring's own. */
	private static final List<String> CARRIERS = List.of("org.springframework.samples.",
			"org.springframework.http.HttpEntity", "org.springframework.http.RequestEntity",
			"org.springframework.http.ResponseEntity", "org.springframework.http.HttpHeaders",
			"org.springframework.http.ReadOnlyHttpHeaders", "org.springframework.messaging.support.GenericMessage",
			"org.springframework.messaging.support.ErrorMessage", "org.springframework.amqp.core.Message",
			"org.springframework.context.PayloadApplicationEvent", "org.springframework.data.domain.",
			"org.springframework.security.authentication.UsernamePasswordAuthenticationToken",
			"org.springframework.security.core.userdetails.User", "org.apache.kafka.clients.consumer.ConsumerRecord",
			"org.apache.kafka.clients.producer.ProducerRecord");

	/** Whose collections iterate over what is in them, and compute nothing. */
	private static final List<String> ITERATED = List.of("java.util.", "kotlin.collections.", "org.hibernate.",
			"org.springframework.", "org.apache.catalina.", "org.apache.tomcat.", "org.apache.kafka.");

	private static final Set<String> ITERATING = Set.of("iterator", "forEach", "entrySet");

	private static final ClassValue<Boolean> STORED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			Class<?> known = type;
			while (known != null && !startsWithAny(known.getName(), ITERATED)) {
				if (Arrays.stream(known.getDeclaredMethods()).map(Method::getName).anyMatch(ITERATING::contains)) {
					return false;
				}
				known = known.getSuperclass();
			}
			return known != null && (known == type || !Modifier.isAbstract(known.getModifiers()));
		}

	};

	private final Masking masking;

	/** Whether those are enough that the types tell of. */
	private final boolean told;

	private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Deque<Object> secretOnes = new ArrayDeque<>();

	private final Deque<Object> others = new ArrayDeque<>();

	private final Set<String> secrets = new HashSet<>();

	private SecretValues(Masking masking, boolean told) {
		this.masking = masking;
		this.told = told;
	}

	/**
	 * Collects them.
	 * @param masking what is secret
	 * @param object anything
	 * @return their texts
	 */
	public static Set<String> of(Masking masking, @Nullable Object object) {
		return of(masking, object, false, false);
	}

	/**
	 * Collects those that the types of an object tell of, without looking where there is
	 * none.
	 * @param masking what is secret
	 * @param object anything
	 * @return their texts
	 */
	static Set<String> told(Masking masking, @Nullable Object object) {
		return of(masking, object, false, true);
	}

	/**
	 * Collects what an object holds that is secret as a whole.
	 * @param masking what is secret
	 * @param object anything
	 * @return the texts of all that is in it
	 */
	static Set<String> all(Masking masking, @Nullable Object object) {
		return of(masking, object, true, false);
	}

	private static Set<String> of(Masking masking, @Nullable Object object, boolean whole, boolean told) {
		SecretValues values = new SecretValues(masking, told);
		values.attempt(new Object[] { object }, whole);
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

	private void add(@Nullable Object given, boolean secret) {
		Object value = behind(JsonValues.held(given));
		if (value == null || this.seen.size() == MAX_OBJECTS) {
			return;
		}
		if (isPlain(value)) {
			if (secret && !(value instanceof Boolean)) {
				addTexts(value);
			}
		}
		else if ((secret || !this.told || isTold(value)) && this.seen.add(value)) {
			(secret ? this.secretOnes : this.others).add(value);
		}
	}

	/**
	 * What an object stands for. A proxy has fields, too, but nothing in them.
	 * @param object anything
	 * @return what is behind it, {@code null} if that is not loaded, or the object itself
	 */
	static @Nullable Object behind(@Nullable Object object) {
		LazyInitializer reference = HibernateProxy.extractLazyInitializer(object);
		if (reference != null) {
			return reference.isUninitialized() ? null : reference.getImplementation();
		}
		Object target = (object instanceof Advised) ? AopProxyUtils.getSingletonTarget(object) : null;
		return (target != null) ? behind(target) : object;
	}

	private static boolean isPlain(Object value) {
		Class<?> component = value.getClass().getComponentType();
		return (component != null) ? component.isPrimitive() : PlainTypes.include(value.getClass());
	}

	// As code writes it into a message.
	private void addTexts(Object value) {
		if (!value.getClass().isArray()) {
			this.secrets.add(value.toString());
			return;
		}
		if (value instanceof char[] characters) {
			this.secrets.add(String.valueOf(characters));
		}
		if (Array.getLength(value) > MAX_ELEMENTS) {
			return;
		}
		if (value instanceof byte[] bytes) {
			this.secrets.add(new String(bytes, StandardCharsets.UTF_8));
			this.secrets.add(Base64.getEncoder().encodeToString(bytes));
			this.secrets.add(HexFormat.of().formatHex(bytes));
		}
		Object[] elements = ObjectUtils.toObjectArray(value);
		this.secrets.add(Arrays.toString(elements));
		this.secrets.add(StringUtils.arrayToDelimitedString(elements, ""));
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
		if (value instanceof Collection<?> collection && STORED.get(value.getClass())) {
			collection.forEach((element) -> add(element, secret));
		}
		else if (value instanceof Map<?, ?> map && STORED.get(value.getClass())) {
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

	// Also of a collection that may compute its elements: whatever it makes them of.
	private void readFields(Object value, boolean secret) {
		for (Member member : this.masking.members(value.getClass())) {
			Object content = ReflectionUtils.getField(member.field(), value);
			boolean hidden = secret || this.masking.hidesRead(value.getClass(), member.field().getName());
			if (hidden || !this.told || !isContainer(content) || member.told()) {
				add(content, hidden);
			}
		}
	}

	/**
	 * The fields that are read of objects of a class.
	 * @param type the class
	 * @param masking what is secret
	 * @return its own and those of its superclasses
	 */
	static List<Member> members(Class<?> type, Masking masking) {
		List<Member> members = new ArrayList<>();
		for (Class<?> each = type; each != null && !isForeign(each); each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				// A module that opens nothing is of nobody's entities and requests.
				if (!Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
					members.add(new Member(field, masking.mayHoldSecrets(ResolvableType.forField(field))));
				}
			}
		}
		return List.copyOf(members);
	}

	private static boolean isContainer(@Nullable Object value) {
		return value instanceof Collection || value instanceof Map || value instanceof Object[];
	}

	// Of a container somebody has asked before.
	private boolean isTold(Object value) {
		return isContainer(value) || this.masking.mayHoldSecrets(value.getClass())
				|| startsWithAny(value.getClass().getName(), CARRIERS);
	}

	// They hold the container's world, and no secret of an application's own.
	static boolean isForeign(Class<?> type) {
		String name = type.getName();
		return type.isHidden() || (startsWithAny(name, FOREIGN) && !startsWithAny(name, CARRIERS));
	}

	private static boolean startsWithAny(String name, List<String> beginnings) {
		for (String beginning : beginnings) {
			if (name.startsWith(beginning)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A field.
	 *
	 * @param field the field, open to be read
	 * @param told whether its type tells that secrets may be in it
	 */
	record Member(Field field, boolean told) {

	}

}
