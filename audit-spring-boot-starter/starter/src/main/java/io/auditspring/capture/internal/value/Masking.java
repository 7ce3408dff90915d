/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
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

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.text.Assignments;
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
	public static final String MASK = "***";

	private static final Pattern WORD = Pattern
		.compile("\\p{Lu}+(?![\\p{L}\\p{M}&&[^\\p{Lu}]])|\\p{Lu}?[\\p{L}\\p{M}&&[^\\p{Lu}]]+|\\p{Nd}+");

	private static final int MAX_REMEMBERED_NAMES = 4096;

	/** From here on hardly any other word ends like a key. */
	private static final int MIN_ENDING = 5;

	/** The same of beginnings, of which {@code secretary} has one. */
	private static final int MIN_BEGINNING = 8;

	/** Larger texts are not read as JSON. */
	private static final int MAX_PARSED = 1_000_000;

	/** A type variable may be bounded by itself. */
	private static final int MAX_GENERICS = 4;

	/** Of a longer name in a text only the end counts. */
	private static final int MAX_NAME = 128;

	private final Set<String> keys;

	private final int longestKey;

	private final int mostWords;

	/** How keys begin, or {@code null} where that says little. */
	private final @Nullable BitSet beginnings;

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

	/**
	 * Creates it.
	 * @param keys words, each of which makes a name secret that has them; what is blank
	 * does not count
	 * @throws AuditSetupException if one of them has neither a letter nor a digit
	 */
	public Masking(List<String> keys) {
		List<List<String>> parted = keys.stream().filter((key) -> !key.isBlank()).map(Masking::wordsOfKey).toList();
		this.keys = parted.stream().map((words) -> singular(String.join("", words))).collect(Collectors.toSet());
		this.longestKey = this.keys.stream().mapToInt(String::length).max().orElse(0);
		this.mostWords = parted.stream().mapToInt(List::size).max().orElse(0);
		this.beginnings = beginnings(this.keys);
	}

	private static List<String> wordsOfKey(String key) {
		List<String> words = words(key);
		if (words.isEmpty()) {
			throw new AuditSetupException("audit.masking.keys has '%s', which no name can match".formatted(key),
					"Write each key as words of letters and digits, such as 'api key', or leave it out.");
		}
		return words;
	}

	// Hardly any name has them, and those that do not need not be parted into words.
	private static @Nullable BitSet beginnings(Set<String> keys) {
		BitSet beginnings = new BitSet();
		for (String key : keys) {
			if (key.length() < 2 || !Character.isLetterOrDigit(key.charAt(0))
					|| !Character.isLetterOrDigit(key.charAt(1))) {
				return null;
			}
			beginnings.set(beginning(key.charAt(0), key.charAt(1)));
		}
		return beginnings;
	}

	private static int beginning(char first, char second) {
		return (first * 31 + second) & 0xFFF;
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
		boolean assigns = !this.keys.isEmpty() && Assignments.mayBeIn(text);
		JsonNode json = (assigns && isPerhapsJson(text)) ? BasicValues.parsed(text) : null;
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
		if (this.keys.isEmpty() || !Assignments.mayBeIn(text)) {
			return text;
		}
		StringBuilder masked = null;
		int told = 0;
		int from = 0;
		for (int sign = Assignments.sign(text, from); sign < text.length(); sign = Assignments.sign(text, from)) {
			String name = secretName(text, from, sign);
			from = sign + 1;
			if (name != null) {
				int start = Assignments.value(text, sign);
				int end = Assignments.end(text, start, name.toLowerCase(Locale.ROOT));
				if (end > start) {
					masked = (masked != null) ? masked : new StringBuilder(text.length());
					masked.append(text, told, start).append(MASK);
					told = end;
					from = end;
				}
			}
		}
		return (masked != null) ? masked.append(text, told, text.length()).toString() : text;
	}

	// Of what stands before a sign that may assign something.
	private @Nullable String secretName(String text, int from, int sign) {
		int end = Assignments.endOfName(text, from, sign);
		int start = Assignments.startOfName(text, Math.max(from, end - MAX_NAME), end);
		int several = start;
		for (int i = 1; i < this.mostWords && several > from && Assignments.isBlank(text.charAt(several - 1)); i++) {
			several = Assignments.startOfName(text, Math.max(from, end - MAX_NAME), several - 1);
		}
		if (start == end || !mayBeSecret(text, several, end)) {
			return null;
		}
		String name = withoutPackage(text.substring(start, end));
		if (isOfFailure(name)) {
			return null;
		}
		Boolean known = this.names.get(name);
		boolean secret = (known != null) ? known : matches(words(name));
		return (secret || (several < start && endsLikeKey(words(text.substring(several, end))))) ? name : null;
	}

	private boolean mayBeSecret(String text, int from, int to) {
		if (this.beginnings == null) {
			return true;
		}
		char last = 0;
		for (int i = from; i < to; i++) {
			char character = Character.toLowerCase(text.charAt(i));
			if (Character.isLetterOrDigit(character)) {
				if (last != 0 && this.beginnings.get(beginning(last, character))) {
					return true;
				}
				last = character;
			}
		}
		return false;
	}

	// Logs name classes like that; what package they are in tells of no secret.
	private static String withoutPackage(String name) {
		int last = name.lastIndexOf('.') + 1;
		return (last < name.length() && Character.isUpperCase(name.charAt(last))) ? name.substring(last) : name;
	}

	// The colon after the name of an exception assigns nothing.
	private static boolean isOfFailure(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return lower.endsWith("exception") || lower.endsWith("error");
	}

	// "The password was wrong: ..." has a key in it, and assigns it nothing.
	private boolean endsLikeKey(List<String> words) {
		StringBuilder run = new StringBuilder();
		for (int from = words.size() - 1; from >= 0 && run.length() <= this.longestKey; from--) {
			if (this.keys.contains(singular(run.insert(0, words.get(from)).toString()))) {
				return true;
			}
		}
		return false;
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
			for (int to = from; to < name.size() && run.length() <= this.longestKey; to++) {
				if (this.keys.contains(singular(run.append(name.get(to)).toString()))) {
					return true;
				}
			}
		}
		return name.stream().map(Masking::singular).anyMatch(this::isWrittenTogether);
	}

	private boolean isWrittenTogether(String word) {
		return this.keys.stream()
			.anyMatch((key) -> (isLong(key) && word.endsWith(key))
					|| (key.length() >= MIN_BEGINNING && word.startsWith(key)));
	}

	// Chinese parts no words, and needs few characters for each.
	private static boolean isLong(String key) {
		return key.length() >= MIN_ENDING || Character.isIdeographic(key.codePointAt(0));
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

}
