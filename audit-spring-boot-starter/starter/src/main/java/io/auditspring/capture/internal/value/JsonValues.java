/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.databind.node.TreeBuildingGenerator;

import org.springframework.util.ReflectionUtils;

/**
 * Turns what an application hands over into JSON, with secrets masked. It has a mapper of
 * its own: how the application writes its REST answers must not change what is recorded.
 */
public final class JsonValues {

	static {
		// A class that is first used deep in an endless recursion fails to initialize,
		// and
		// then stays unusable for everybody. This one is used when such a value is
		// refused.
		Objects.requireNonNull(TokenStreamLocation.NA);
	}

	private static final JsonMapper PLAIN = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final TypeReference<Map<String, Object>> MEMBERS = new TypeReference<>() {
	};

	private final JsonMapper mapper;

	private final Masking masking;

	private final Limits limits;

	/**
	 * Creates the writer.
	 * @param masking what is hidden
	 * @param limits how large a value may be
	 */
	public JsonValues(Masking masking, Limits limits) {
		this.masking = masking;
		this.limits = limits;
		MaskingSerializers secrets = new MaskingSerializers(masking, this::secret, this::text);
		this.mapper = JsonMapper.builder()
			.annotationIntrospector(secrets.introspector())
			.addModule(new CautiousModule(secrets))
			.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.build();
	}

	public Limits limits() {
		return this.limits;
	}

	/**
	 * The value as JSON. Texts in it may still be of any length.
	 * @param value anything; whatever it does when it is read, this returns
	 * @return its JSON; where that is impossible a text that says so
	 */
	public JsonNode toJson(@Nullable Object value) {
		return toJson(value, this.limits.maxNodes());
	}

	/**
	 * The value as JSON, where a member of a map that cannot be read, such as one of many
	 * arguments, leaves the others.
	 * @param value anything; whatever it does when it is read, this returns
	 * @return its JSON; where that is impossible a text that says so
	 */
	public JsonNode toJsonByMembers(@Nullable Object value) {
		NodeBudget nodes = new NodeBudget(this.limits.maxNodes());
		JsonNode json = read(value, nodes);
		if (json != null || value == null) {
			return (json != null) ? json : NullNode.getInstance();
		}
		int each = (value instanceof Map<?, ?> map) ? this.limits.maxNodes() / Math.max(map.size(), 1) : 0;
		return (value instanceof Map<?, ?> map && each > 0 && isNamed(map)) ? members(map, each)
				: unreadable(value, nodes);
	}

	private static boolean isNamed(Map<?, ?> map) {
		return map.keySet().stream().allMatch(String.class::isInstance);
	}

	private JsonNode members(Map<?, ?> map, int maxNodes) {
		ObjectNode members = JsonNodeFactory.instance.objectNode();
		map.forEach((name, member) -> members.set(String.valueOf(name), toJson(member, maxNodes)));
		return this.masking.mask(members);
	}

	private JsonNode toJson(@Nullable Object value, int maxNodes) {
		NodeBudget nodes = new NodeBudget(maxNodes);
		JsonNode json = read(value, nodes);
		if (json != null || value == null) {
			return (json != null) ? json : NullNode.getInstance();
		}
		return unreadable(value, nodes);
	}

	private @Nullable JsonNode read(@Nullable Object value, NodeBudget nodes) {
		try {
			return (value != null) ? this.masking.mask(tree(value, nodes)) : null;
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return null;
		}
	}

	private static JsonNode unreadable(Object value, NodeBudget nodes) {
		return nodes.isExceeded() ? Limits.unread(value) : StringNode.valueOf(notRepresentable(value));
	}

	/**
	 * What stands for a value that cannot be read.
	 * @param value the value
	 * @return a text that says so
	 */
	static String notRepresentable(Object value) {
		return "not representable in JSON: " + value.getClass().getName();
	}

	private JsonNode tree(Object value, NodeBudget nodes) {
		TreeBuildingGenerator tree = TreeBuildingGenerator.forSerialization(null, nodes);
		this.mapper.writeValue(tree, value);
		return tree.treeBuilt();
	}

	private PlaceholderNode secret(Object value) {
		try {
			return PlaceholderNode.masked(tree(value, new NodeBudget(this.limits.maxNodes())));
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// Nobody can tell whether it is the same as another.
			return PlaceholderNode.masked(new Object());
		}
	}

	/**
	 * The value as text: its own, unless that may tell a secret, or nothing but where it
	 * is in memory.
	 * @param value anything
	 * @return its own text or its JSON, never with secrets
	 */
	public String text(Object value) {
		if (PlainTypes.include(value.getClass())) {
			return value.toString();
		}
		if (value instanceof Throwable failure) {
			return this.masking.mask(FailureText.of(failure));
		}
		JsonNode json = toJson(value);
		if (hasText(value) && !Masking.isMasked(json)) {
			String text = value.toString();
			// It may say what JSON does not show.
			if (text == null || secretsIn(value).stream().noneMatch((secret) -> tells(text, secret))) {
				return String.valueOf(text);
			}
		}
		return json.isValueNode() ? json.asString() : json.toString();
	}

	/**
	 * What a value holds that may be missing.
	 * @param value anything
	 * @return what is in an {@code Optional}, {@code null} if that is nothing, or the
	 * value itself
	 */
	public static @Nullable Object held(@Nullable Object value) {
		if (value instanceof Optional<?> optional) {
			return held(optional.orElse(null));
		}
		if (value instanceof OptionalLong optional) {
			return optional.isPresent() ? optional.getAsLong() : null;
		}
		if (value instanceof OptionalInt optional) {
			return optional.isPresent() ? optional.getAsInt() : null;
		}
		if (value instanceof OptionalDouble optional) {
			return optional.isPresent() ? optional.getAsDouble() : null;
		}
		return value;
	}

	/**
	 * Whether objects of a type can be read only once, such as streams, or are the
	 * container's.
	 * @param type the type
	 * @return whether nobody may read them to find out what they are
	 */
	public static boolean isReadOnce(Class<?> type) {
		return CautiousSerializers.isReadOnce(type);
	}

	/**
	 * What a value is now, whatever becomes of it.
	 * @param value anything; whatever it does when it is read, this returns
	 * @return what its JSON holds, as texts, numbers, maps and lists, never with secrets
	 */
	public @Nullable Object copy(Object value) {
		return PLAIN.convertValue(toJsonByMembers(value), Object.class);
	}

	private static boolean tells(String text, String secret) {
		return !secret.isEmpty() && text.contains(secret);
	}

	/**
	 * The secrets that a value holds.
	 * @param value anything
	 * @return the texts of its secret members, however deep
	 */
	public Set<String> secretsIn(@Nullable Object value) {
		return SecretValues.of(this.masking, value);
	}

	/**
	 * The secrets that the types of a value tell of.
	 * @param value anything
	 * @return the texts of its secret members, however deep
	 */
	public Set<String> secretsToldIn(@Nullable Object value) {
		return SecretValues.told(this.masking, value);
	}

	/**
	 * What a value holds that is secret as a whole.
	 * @param value anything
	 * @return the texts of all that is in it, however deep
	 */
	public Set<String> allIn(@Nullable Object value) {
		return SecretValues.all(this.masking, value);
	}

	/**
	 * Whether a value may hold secrets, however deep.
	 * @param value anything
	 * @return {@code false} if none of the types of its fields has any
	 */
	public boolean mayHoldSecrets(@Nullable Object value) {
		Object held = SecretValues.behind(held(value));
		return held != null && this.masking.mayHoldSecrets(held.getClass());
	}

	private boolean hasText(@Nullable Object value) {
		if (value == null || PlainTypes.include(value.getClass())) {
			return true;
		}
		if (value instanceof Optional<?> optional) {
			return hasText(optional.orElse(null));
		}
		if (value instanceof Collection<?> collection) {
			return collection.stream().allMatch(this::hasText);
		}
		if (value instanceof Map<?, ?> map) {
			return hasText(map.keySet()) && hasText(map.values());
		}
		Method text = ReflectionUtils.findMethod(value.getClass(), "toString");
		return text != null && text.getDeclaringClass() != Object.class && !this.masking.hidesAnyOf(value.getClass());
	}

	/**
	 * A JSON object as expressions like it.
	 * @param object the object, or {@code null}
	 * @return its members, or {@code null}
	 */
	public static @Nullable Map<String, Object> toMap(@Nullable ObjectNode object) {
		return (object != null) ? PLAIN.convertValue(object, MEMBERS) : null;
	}

	private static final class CautiousModule extends SimpleModule {

		private static final long serialVersionUID = 1L;

		private final transient MaskingSerializers secrets;

		private CautiousModule(MaskingSerializers secrets) {
			this.secrets = secrets;
		}

		@Override
		public void setupModule(SetupContext context) {
			context.addSerializers(new CautiousSerializers());
			context.addSerializerModifier(this.secrets);
		}

	}

}
