/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.text.Assignments;
import io.auditspring.capture.internal.text.MaskingKeys;
import io.auditspring.capture.internal.text.TextMasking;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;
import tools.jackson.databind.node.StringNode;

import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Hides the values of members whose names tell that they are secret. A name matches a key
 * when the key's words stand in it one after the other, be they written together, so that
 * {@code newPassword}, {@code password_hash} and {@code passWords} match
 * {@code password}, but {@code shipping} does not match {@code pin}. Long keys are found
 * in words that nobody has parted, too, such as {@code accesstoken}. The names in texts
 * match as those of members do.
 */
public final class Masking {

	/** What stands in an entry where a secret was. */
	public static final String MASK = TextMasking.MASK;

	/** Larger texts are not read as JSON. */
	private static final int MAX_PARSED = 1_000_000;

	/** A type variable may be bounded by itself. */
	private static final int MAX_GENERICS = 4;

	private final MaskingKeys keys;

	private final TextMasking texts;

	private final Map<Class<?>, Map<String, Boolean>> encrypted = new ConcurrentHashMap<>();

	private final ClassValue<Boolean> types = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			boolean[] hidden = { !SensitiveMembers.of(type).isEmpty() };
			ReflectionUtils.doWithFields(type,
					(field) -> hidden[0] |= hides(field.getName()) || encrypts(type, field.getName()),
					Masking::isOfObject);
			return hidden[0];
		}

	};

	private final ClassValue<Boolean> holders = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			try {
				return reachesSecrets(type);
			}
			catch (Throwable ex) {
				FatalErrors.rethrow(ex);
				// A class of a library that is not there. Who looks may find more.
				return true;
			}
		}

	};

	private final ClassValue<List<SecretValues.Member>> members = new ClassValue<>() {

		@Override
		protected List<SecretValues.Member> computeValue(Class<?> type) {
			return SecretValues.members(type, Masking.this);
		}

	};

	/**
	 * Creates it.
	 * @param keys words, each of which makes a name secret that has them; what is blank
	 * does not count
	 * @throws AuditSetupException if one of them has neither a letter nor a digit
	 */
	public Masking(List<String> keys) {
		this.keys = new MaskingKeys(keys);
		this.texts = new TextMasking(this.keys);
	}

	/**
	 * Whether the value of a member with this name is secret.
	 * @param name the member's name
	 * @return whether it is to be masked
	 */
	public boolean hides(String name) {
		return this.keys.hide(name);
	}

	/**
	 * Whether the value of a property is secret, by its name or because it is marked.
	 * @param owner the class that has it
	 * @param name the property's name
	 * @return whether it is to be masked
	 */
	public boolean hides(Class<?> owner, String name) {
		return hides(name) || SensitiveMembers.of(owner).contains(name);
	}

	/**
	 * Whether the value of a property that somebody reads from an object is secret. The
	 * object may be an entity that holds in clear what its table does not.
	 * @param owner the class that has it
	 * @param name the property's name
	 * @return whether it is to be masked
	 */
	public boolean hidesRead(Class<?> owner, String name) {
		return hides(owner, name) || EncryptedMembers.includesPlain(owner, name)
				|| Boolean.TRUE.equals(encryption(owner, name));
	}

	/**
	 * Takes that a table may hold a member of an entity encrypted, which its annotations
	 * do not tell.
	 * @param owner the class that has it
	 * @param name its name
	 * @param plain whether it is a plain value
	 */
	void encrypt(Class<?> owner, String name, boolean plain) {
		this.encrypted.computeIfAbsent(owner, (type) -> new ConcurrentHashMap<>()).put(name, plain);
	}

	/**
	 * Whether a table may hold a member encrypted.
	 * @param owner the class that has it
	 * @param name its name
	 * @return whether it is written by something else than Hibernate
	 */
	boolean encrypts(Class<?> owner, String name) {
		return EncryptedMembers.includes(owner, name) || encryption(owner, name) != null;
	}

	// Of the class itself, or of that for whose objects its own stand in.
	private @Nullable Boolean encryption(Class<?> owner, String name) {
		Boolean plain = null;
		for (Class<?> type = owner; type != null && plain == null; type = type.getSuperclass()) {
			plain = this.encrypted.getOrDefault(type, Map.of()).get(name);
		}
		return plain;
	}

	/**
	 * Whether a method without parameters tells a secret.
	 * @param owner the class that has it
	 * @param method the method's name
	 * @return whether it reads a property that is to be masked
	 */
	public boolean hidesResultOf(Class<?> owner, String method) {
		return SensitiveMembers.properties(method).stream().anyMatch((name) -> hidesRead(owner, name));
	}

	/**
	 * Whether objects of a class hold a secret, as far as the class itself tells.
	 * @param type the class
	 * @return whether one of its properties or fields is secret
	 */
	boolean hidesAnyOf(Class<?> type) {
		return this.types.get(type);
	}

	/**
	 * Whether objects of a class may hold secrets, however deep.
	 * @param type the class
	 * @return {@code false} if neither its own fields nor those of their types tell of
	 * any
	 */
	boolean mayHoldSecrets(Class<?> type) {
		return this.holders.get(type);
	}

	/**
	 * Whether values of a type may hold secrets, however deep.
	 * @param type the type, such as that of a parameter
	 * @return {@code false} if neither its class nor those of its elements tell of any
	 */
	public boolean mayHoldSecrets(ResolvableType type) {
		Class<?> key = type.as(Map.class).getGeneric(0).resolve(Object.class);
		return (Map.class.isAssignableFrom(type.toClass()) && key.isAssignableFrom(String.class))
				|| classes(type, 0).anyMatch(this::mayHoldSecrets);
	}

	/**
	 * The fields of a class that may have to be read for secrets.
	 * @param type the class
	 * @return all fields of its objects, but for those that other libraries declare
	 */
	List<SecretValues.Member> members(Class<?> type) {
		return this.members.get(type);
	}

	private boolean reachesSecrets(Class<?> type) {
		Set<Class<?>> seen = new HashSet<>(Set.of(type));
		Deque<Class<?>> open = new ArrayDeque<>(seen);
		while (!open.isEmpty()) {
			Class<?> next = open.remove();
			if (next.isPrimitive() || SecretValues.isForeign(next)) {
				continue;
			}
			if (hidesAnyOf(next)) {
				return true;
			}
			ReflectionUtils.doWithFields(next,
					(field) -> classes(ResolvableType.forField(field), 0).filter(seen::add).forEach(open::add),
					Masking::isOfObject);
		}
		return false;
	}

	private static boolean isOfObject(Field field) {
		return !Modifier.isStatic(field.getModifiers());
	}

	// Of the type, its elements and its parameters.
	private static Stream<Class<?>> classes(ResolvableType type, int depth) {
		if (type.isArray()) {
			return classes(type.getComponentType(), depth);
		}
		return (depth == MAX_GENERICS) ? Stream.empty() : Stream.concat(Stream.of(type.toClass()),
				Stream.of(type.getGenerics()).flatMap((generic) -> classes(generic, depth + 1)));
	}

	/**
	 * Masks the secret members of a JSON value in place, however deep, and what its texts
	 * assign to secret names.
	 * @param node the value
	 * @return the same value, or what stands for it where all of it is secret
	 */
	public JsonNode mask(JsonNode node) {
		if (node instanceof PlaceholderNode) {
			return node;
		}
		if (node instanceof POJONode hidden && hidden.getPojo() instanceof PlaceholderNode standIn) {
			return standIn;
		}
		if (node instanceof StringNode text) {
			return maskText(text);
		}
		if (node instanceof ObjectNode object) {
			for (Map.Entry<String, JsonNode> member : object.properties()) {
				JsonNode value = member.getValue();
				member.setValue(isOpen(value) && hides(member.getKey()) ? hidden(value) : mask(value));
			}
		}
		else if (node instanceof ArrayNode array) {
			for (int i = 0; i < array.size(); i++) {
				array.set(i, mask(array.get(i)));
			}
		}
		return node;
	}

	// Not one of which nothing is shown anyway.
	private static boolean isOpen(JsonNode value) {
		return !value.isNull() && !(value instanceof PlaceholderNode)
				&& !(value instanceof POJONode hidden && hidden.getPojo() instanceof PlaceholderNode);
	}

	// What is hidden in it is told apart as well.
	private JsonNode hidden(JsonNode value) {
		return PlaceholderNode.masked((value instanceof StringNode) ? value : mask(value));
	}

	// It may be JSON, which says more precisely what is assigned.
	private JsonNode maskText(StringNode node) {
		String text = node.stringValue();
		boolean assigns = !this.keys.isEmpty() && Assignments.mayBeIn(text) && isPerhapsJson(text);
		// A backslash may hide a name.
		boolean secret = assigns && (text.indexOf('\\') >= 0 || this.keys.mayBeIn(text, 0, text.length()));
		JsonNode json = secret ? BasicValues.parsedStrictly(text) : null;
		if (json == null || !json.isContainer()) {
			return maskRunning(node);
		}
		JsonNode masked = mask(json);
		if (!isMasked(masked)) {
			return node;
		}
		return (masked instanceof ObjectNode object) ? PlaceholderObject.part(object, text)
				: new PlaceholderObject.Elements((ArrayNode) masked, text);
	}

	/**
	 * Masks what a text assigns to secret names, be it JSON or not.
	 * @param node the text
	 * @return the same, or what stands for it
	 */
	JsonNode maskRunning(StringNode node) {
		String text = node.stringValue();
		String masked = mask(text);
		// Of a text that has a mask already nothing may be hidden.
		return (masked == text) ? node : PlaceholderNode.text(masked, node);
	}

	private static boolean isPerhapsJson(String text) {
		int first = 0;
		while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
			first++;
		}
		return first < text.length() && text.length() <= MAX_PARSED
				&& (text.charAt(first) == '{' || text.charAt(first) == '[');
	}

	/**
	 * Whether something in a JSON value is masked, however deep.
	 * @param node the value
	 * @return whether something is
	 */
	static boolean isMasked(JsonNode node) {
		return (node.isString() && node.asString().equals(MASK))
				|| (node instanceof PlaceholderNode standIn && standIn.isText())
				|| node.valueStream().anyMatch(Masking::isMasked);
	}

	/**
	 * Whether two values stand for large objects, of which nobody knows what they hold.
	 * @param left a value, or {@code null}
	 * @param right another one, or {@code null}
	 * @return whether both do
	 */
	public static boolean areLargeObjects(@Nullable JsonNode left, @Nullable JsonNode right) {
		return left instanceof PlaceholderNode one && one.isLargeObject() && right instanceof PlaceholderNode other
				&& other.isLargeObject();
	}

	/**
	 * Masks what is written as {@code key=value} or {@code key: value} in running text,
	 * such as the message of an exception. However long the text is, it is read once.
	 * @param text the text
	 * @return the text without the secret values, the same one if it has none
	 */
	public String mask(String text) {
		return this.texts.mask(text);
	}

	/**
	 * Masks what follows a secret name in a path, such as {@code /tokens/4711}. Not for
	 * templates: what follows in them is a name, as in {@code /passwords/reset}.
	 * @param path the path
	 * @return the path without the secret values
	 */
	public String maskPath(String path) {
		String[] segments = path.split("/", -1);
		for (int i = 1; i < segments.length; i++) {
			if (!segments[i].isEmpty() && namesSecrets(segments[i - 1])) {
				segments[i] = MASK;
			}
		}
		return mask(String.join("/", segments));
	}

	private boolean namesSecrets(String segment) {
		return !segment.equals(MASK) && hides(segment);
	}

}
