/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import jakarta.persistence.Convert;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.JavaType;
import org.hibernate.annotations.JdbcType;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Type;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Knows the members of an entity that its table may hold encrypted, as far as its
 * annotations tell: for where an entity is shown as an object, such as an argument.
 */
final class EncryptedMembers {

	private static final ClassValue<Map<String, Boolean>> NAMES = new ClassValue<>() {

		@Override
		protected Map<String, Boolean> computeValue(Class<?> type) {
			Map<String, Boolean> names = new HashMap<>();
			for (Class<?> each = type; each != null
					&& !each.getName().startsWith("java."); each = each.getSuperclass()) {
				for (Field field : each.getDeclaredFields()) {
					collect(field, field.getType(), names);
				}
				for (Method method : each.getDeclaredMethods()) {
					collect(method, method.getReturnType(), names);
				}
			}
			WrittenMembers.of(type).forEach(names::putIfAbsent);
			collectConverted(type, names);
			return Map.copyOf(names);
		}

	};

	/** What is none of them, the application has registered a type for. */
	private static final Set<Integer> CODES = codes();

	private EncryptedMembers() {
	}

	/**
	 * Whether a member may be encrypted.
	 * @param type the class
	 * @param name the member's name
	 * @return whether it is converted, enumerations and booleans aside
	 */
	static boolean includes(Class<?> type, String name) {
		return NAMES.get(type).containsKey(name);
	}

	/**
	 * Whether a member that is a plain value may be encrypted.
	 * @param type the class
	 * @param name the member's name
	 * @return whether it is converted, though a column could hold it as it is
	 */
	static boolean includesPlain(Class<?> type, String name) {
		return NAMES.get(type).getOrDefault(name, false);
	}

	private static void collect(AnnotatedElement element, Class<?> type, Map<String, Boolean> names) {
		boolean plain = PlainTypes.include(type) || type == byte[].class || type == char[].class;
		if (!type.isEnum() && type != boolean.class && type != Boolean.class && isEncrypted(element, plain)) {
			String name = ((Member) element).getName();
			if (element instanceof Method) {
				SensitiveMembers.properties(name).forEach((property) -> names.put(property, plain));
			}
			else {
				names.put(name, plain);
			}
		}
	}

	private static void collectConverted(Class<?> type, Map<String, Boolean> names) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			for (Convert convert : each.getDeclaredAnnotationsByType(Convert.class)) {
				if (!convert.disableConversion() && isForeign(convert.converter())) {
					String attribute = convert.attributeName();
					names.putIfAbsent(attribute.substring(0,
							(attribute.indexOf('.') < 0) ? attribute.length() : attribute.indexOf('.')), true);
				}
			}
		}
	}

	// A type of one's own is the usual way to map an object, such as JSON.
	private static boolean isEncrypted(AnnotatedElement element, boolean plain) {
		Convert convert = element.getAnnotation(Convert.class);
		ColumnTransformer transformer = element.getAnnotation(ColumnTransformer.class);
		return (convert != null && !convert.disableConversion() && isForeign(convert.converter()))
				|| (transformer != null && !transformer.write().isEmpty()) || (plain && hasType(element));
	}

	private static boolean hasType(AnnotatedElement element) {
		Type type = element.getAnnotation(Type.class);
		JdbcType jdbcType = element.getAnnotation(JdbcType.class);
		JavaType javaType = element.getAnnotation(JavaType.class);
		JdbcTypeCode code = element.getAnnotation(JdbcTypeCode.class);
		return (code != null && !CODES.contains(code.value())) || isForeign((type != null) ? type.value() : null)
				|| isForeign((jdbcType != null) ? jdbcType.value() : null)
				|| isForeign((javaType != null) ? javaType.value() : null);
	}

	private static Set<Integer> codes() {
		Set<Integer> codes = new HashSet<>();
		ReflectionUtils.doWithFields(SqlTypes.class, (field) -> codes.add(field.getInt(null)),
				(field) -> field.getType() == int.class && Modifier.isStatic(field.getModifiers()));
		return Set.copyOf(codes);
	}

	private static boolean isForeign(@Nullable Class<?> type) {
		return type != null && !type.getName().startsWith("org.hibernate.");
	}

}
