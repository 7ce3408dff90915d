/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.condition;

import java.time.Instant;
import java.util.Collection;
import java.util.List;

import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.query.internal.value.WeekHours;

/**
 * What an entry must be like, as data: the database and the archive say it in languages
 * of their own.
 *
 * @param operator what is true of the attribute
 * @param attribute the attribute of the entry; empty where the values are conditions, or
 * words
 * @param values what it is compared with
 */
public record Condition(Operator operator, String attribute, List<?> values) {

	/**
	 * What can be true of an attribute.
	 */
	public enum Operator {

		/** It is the value. */
		EQUAL,

		/** It is there and is not the value. */
		UNEQUAL,

		/** It is one of the values. */
		IN,

		/** There is none. */
		MISSING,

		/** There is one. */
		PRESENT,

		/** It is a text like the {@link NamePattern}. */
		LIKE,

		/** It is the time, or later. */
		AT_LEAST,

		/** It is the time, or earlier. */
		AT_MOST,

		/** It is earlier than the time. */
		BELOW,

		/** It is JSON that contains the value, which is canonical JSON, too. */
		CONTAINS,

		/** It is missing, or JSON that does not contain the value. */
		LACKS,

		/** It is the IP address, in its normal form. */
		ADDRESS,

		/** It is an IP address from the first value to the second. */
		NETWORK,

		/** It is a time within the {@link WeekHours}. */
		HOURS,

		/**
		 * It is JSON, by property the old and the new value, that has the property, or
		 * whose values differ below the path that its name with dots is.
		 */
		CHANGED,

		/**
		 * The message, the target's name, the actor's id and the actor's name have all
		 * the words among them, the last of which may be the beginning of one unless it
		 * is a phrase, as {@link AuditWords} tells them.
		 */
		WORDS,

		/** All conditions are true. */
		ALL,

		/** One of the conditions is true. */
		ANY,

		/** The one condition is not true, as there is no value either. */
		NOT

	}

	public Condition {
		values = List.copyOf(values);
	}

	public static Condition equal(String attribute, Object value) {
		return new Condition(Operator.EQUAL, attribute, List.of(value));
	}

	public static Condition unequal(String attribute, Object value) {
		return new Condition(Operator.UNEQUAL, attribute, List.of(value));
	}

	/**
	 * One of several values; of one, it is that one.
	 * @param attribute the attribute
	 * @param values the values
	 * @return the condition
	 */
	public static Condition in(String attribute, Collection<?> values) {
		return (values.size() == 1) ? equal(attribute, values.iterator().next())
				: new Condition(Operator.IN, attribute, List.copyOf(values));
	}

	public static Condition missing(String attribute) {
		return new Condition(Operator.MISSING, attribute, List.of());
	}

	public static Condition present(String attribute) {
		return new Condition(Operator.PRESENT, attribute, List.of());
	}

	public static Condition like(String attribute, NamePattern pattern) {
		return new Condition(Operator.LIKE, attribute, List.of(pattern));
	}

	public static Condition atLeast(String attribute, Instant time) {
		return new Condition(Operator.AT_LEAST, attribute, List.of(time));
	}

	public static Condition atMost(String attribute, Instant time) {
		return new Condition(Operator.AT_MOST, attribute, List.of(time));
	}

	public static Condition below(String attribute, Instant time) {
		return new Condition(Operator.BELOW, attribute, List.of(time));
	}

	public static Condition contains(String attribute, String json) {
		return new Condition(Operator.CONTAINS, attribute, List.of(json));
	}

	public static Condition lacks(String attribute, String json) {
		return new Condition(Operator.LACKS, attribute, List.of(json));
	}

	public static Condition address(String normalized) {
		return new Condition(Operator.ADDRESS, "ipAddress", List.of(normalized));
	}

	public static Condition network(String first, String last) {
		return new Condition(Operator.NETWORK, "ipAddress", List.of(first, last));
	}

	public static Condition hours(String attribute, WeekHours hours) {
		return new Condition(Operator.HOURS, attribute, List.of(hours));
	}

	public static Condition changed(String property) {
		return new Condition(Operator.CHANGED, "changes", List.of(property));
	}

	public static Condition not(Condition condition) {
		return new Condition(Operator.NOT, "", List.of(condition));
	}

	public static Condition words(List<String> words) {
		return new Condition(Operator.WORDS, "", words);
	}

	public static Condition all(Condition... conditions) {
		return new Condition(Operator.ALL, "", List.of(conditions));
	}

	public static Condition any(Condition... conditions) {
		return any(List.of(conditions));
	}

	public static Condition any(List<Condition> conditions) {
		return new Condition(Operator.ANY, "", conditions);
	}

	/**
	 * The conditions that it is made of.
	 * @return the conditions; none where it is about an attribute
	 */
	public List<Condition> conditions() {
		return this.values.stream().filter(Condition.class::isInstance).map(Condition.class::cast).toList();
	}

	/**
	 * What the attribute is compared with, where that is one value.
	 * @return the value
	 */
	public Object value() {
		return this.values.get(0);
	}

}
