/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;

import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Hides the values of members whose names tell that they are secret. A name matches a key
 * when the key's words stand in it one after the other, be they written together, so that
 * {@code newPassword}, {@code password_hash} and {@code passWords} match
 * {@code password}, but {@code shipping} does not match {@code pin}. Long keys are found
 * in words that nobody has parted, too, such as {@code accesstoken}.
 */
public final class Masking {

	/** What stands in an entry where a secret was. */
	public static final String MASK = "***";

	private static final Pattern WORD = Pattern.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+");

	private static final int MAX_REMEMBERED_NAMES = 4096;

	/** From here on hardly any other word ends like a key. */
	private static final int MIN_ENDING = 5;

	/** The same of beginnings, of which {@code secretary} has one. */
	private static final int MIN_BEGINNING = 8;

	/** A type variable may be bounded by itself. */
	private static final int MAX_GENERICS = 4;

	private final Set<String> keys;

	private final Pattern assignment;

	private final Map<String, Boolean> names = new ConcurrentHashMap<>();

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

	public Masking(List<String> keys) {
		List<List<String>> parted = keys.stream().map(Masking::words).filter((words) -> !words.isEmpty()).toList();
		this.keys = parted.stream().map((words) -> singular(String.join("", words))).collect(Collectors.toSet());
		this.assignment = assignment(parted);
	}

	/**
	 * Whether the value of a member with this name is secret.
	 * @param name the member's name
	 * @return whether it is to be masked
	 */
	public boolean hides(String name) {
		Boolean known = this.names.get(name);
		if (known != null) {
			return known;
		}
		boolean hidden = matches(words(name));
		if (this.names.size() < MAX_REMEMBERED_NAMES) {
			this.names.put(name, hidden);
		}
		return hidden;
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
				|| Boolean.TRUE.equals(this.encrypted.getOrDefault(owner, Map.of()).get(name));
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
		return EncryptedMembers.includes(owner, name) || this.encrypted.getOrDefault(owner, Map.of()).containsKey(name);
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
	 * Masks the secret members of a JSON value in place, however deep.
	 * @param node the value
	 * @return the same value, or what stands for it where all of it is secret
	 */
	public JsonNode mask(JsonNode node) {
		if (node instanceof POJONode hidden && hidden.getPojo() instanceof PlaceholderNode standIn) {
			return standIn;
		}
		if (node instanceof ObjectNode object) {
			for (Map.Entry<String, JsonNode> member : object.properties()) {
				JsonNode value = mask(member.getValue());
				boolean secret = !value.isNull() && !(value instanceof PlaceholderNode) && hides(member.getKey());
				member.setValue(secret ? PlaceholderNode.masked(value) : value);
			}
		}
		else if (node instanceof ArrayNode array) {
			for (int i = 0; i < array.size(); i++) {
				array.set(i, mask(array.get(i)));
			}
		}
		return node;
	}

	/**
	 * Whether something in a JSON value is masked, however deep.
	 * @param node the value
	 * @return whether something is
	 */
	static boolean isMasked(JsonNode node) {
		return (node.isString() && node.asString().equals(MASK)) || node.valueStream().anyMatch(Masking::isMasked);
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
	 * such as the message of an exception.
	 * @param text the text
	 * @return the text without the secret values
	 */
	public String mask(String text) {
		// Most texts assign nothing, which is found out much sooner so.
		boolean assigns = text.indexOf('=') >= 0 || text.indexOf(':') >= 0;
		return (this.keys.isEmpty() || !assigns) ? text : this.assignment.matcher(text).replaceAll("$1" + MASK);
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

	private boolean matches(List<String> name) {
		for (int from = 0; from < name.size(); from++) {
			StringBuilder run = new StringBuilder();
			for (String word : name.subList(from, name.size())) {
				if (this.keys.contains(singular(run.append(word).toString()))) {
					return true;
				}
			}
		}
		return name.stream().map(Masking::singular).anyMatch(this::isWrittenTogether);
	}

	private boolean isWrittenTogether(String word) {
		return this.keys.stream()
			.anyMatch((key) -> (key.length() >= MIN_ENDING && word.endsWith(key))
					|| (key.length() >= MIN_BEGINNING && word.startsWith(key)));
	}

	private static String singular(String word) {
		boolean plural = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss");
		return plural ? word.substring(0, word.length() - 1) : word;
	}

	private static List<String> words(String name) {
		List<String> words = new ArrayList<>();
		WORD.matcher(name).results().forEach((word) -> words.add(word.group().toLowerCase(Locale.ROOT)));
		return words;
	}

	private static Pattern assignment(List<List<String>> keys) {
		String names = keys.stream()
			.map((words) -> words.stream().map(Pattern::quote).collect(Collectors.joining("[ _-]?")))
			.collect(Collectors.joining("|"));
		// The colon after the name of an exception assigns nothing. Bounded and without
		// second thoughts, as a stranger may write the text.
		return Pattern.compile("((?:" + names
				+ ")(?![\\w-]{0,64}?(?:Exception|Error)\\b)[\\w-]{0,64}+[\"']?\\s*+[=:]\\s*+)(?:(?:Bearer|Basic|Digest)\\s+)?(?:\"[^\"]*\"|'[^']*'|[^\\s,;}\\])]+)",
				Pattern.CASE_INSENSITIVE);
	}

}
