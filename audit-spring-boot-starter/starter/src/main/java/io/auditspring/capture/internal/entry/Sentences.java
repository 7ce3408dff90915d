/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.value.IdentifierText;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.Entry.DataGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.MessageSource;

/**
 * Gives entries a sentence that were left without one. The words come from the
 * application's messages where it has them, else from the catalogue here. What the ledger
 * says it says for ever, so that all entries have one language, whoever's request it was.
 * <p>
 * Sentences repeat what the entry shows elsewhere, masked as it is there. Only those on
 * signing in and out name the actor: whoever erases an actor has their data erased, too.
 */
public final class Sentences {

	private static final Logger logger = LoggerFactory.getLogger(Sentences.class);

	private static final String SENTENCE = "audit.sentence.";

	/** Applications may make up actions as they go. */
	private static final int MAX_KNOWN = 2_000;

	private static final int MAX_NAME = 200;

	/** Actions that say themselves how they ended. */
	private static final Set<String> FAILURES = Set.of("failed", "refused", "denied");

	/** Ids of those of whom nothing is known. */
	private static final Set<String> NOBODY = Set.of("anonymous", "unknown");

	/** Stand for what differs from entry to entry; private to Unicode's users. */
	private static final String[] PLACES = { "\uE0A0", "\uE0A1", "\uE0A2" };

	private final @Nullable MessageSource messages;

	private final ResourceBundle catalogue;

	private final Locale locale;

	private final Map<String, Optional<String>> templates = new ConcurrentHashMap<>();

	private final Map<String, Verb> verbs = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param messages the application's messages, or {@code null}
	 * @param locale the language of the ledger
	 */
	Sentences(@Nullable MessageSource messages, Locale locale) {
		this.messages = messages;
		this.locale = locale;
		this.catalogue = ResourceBundle.getBundle("io.auditspring.capture.sentences", locale,
				Sentences.class.getClassLoader(),
				ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
	}

	/**
	 * Completes an entry. Asks for nothing that takes long, and fails for nothing.
	 * @param entry the entry
	 * @return the same with a message
	 */
	public Entry complete(Entry entry) {
		DataGroup data = entry.data();
		if (data.message() != null && !data.message().isBlank()) {
			return entry;
		}
		return entry.with(data.withMessage(of(entry)));
	}

	private String of(Entry entry) {
		String own = template(SENTENCE + entry.action() + suffix(entry.outcome()));
		String target = target(entry.targetType(), entry.targetId(), entry.data().targetName());
		if (own != null) {
			return fill(own, actor(entry), (target != null) ? target : "?", shown(entry.action()));
		}
		return of(entry.action(), entry.outcome(), target);
	}

	/**
	 * Says that something was done.
	 * @param action the action
	 * @return a sentence that names nothing and nobody
	 */
	public String of(String action) {
		String own = template(SENTENCE + action);
		return (own != null) ? fill(own, "?", "?", shown(action)) : of(action, Outcome.SUCCESS, null);
	}

	/**
	 * Says what became of an entity that was changed besides the target of an action.
	 * @param action what became of it, such as {@code entity.updated}
	 * @param type the entity's type
	 * @param id which one, or {@code null}
	 * @return a sentence
	 */
	String of(String action, String type, @Nullable String id) {
		return of(action, Outcome.SUCCESS, target(type, id, null));
	}

	private String of(String action, Outcome outcome, @Nullable String target) {
		Verb verb = verb(action);
		String subject = (target != null) ? target : verb.method() ? null : verb.subject();
		if (subject == null) {
			return fill(required(SENTENCE + "call" + suffix(outcome)), shown(action), "", "");
		}
		if (outcome == Outcome.SUCCESS || FAILURES.contains(verb.words())) {
			return (verb.done() != null) ? fill(required(SENTENCE + "done"), shown(subject), verb.done(), "")
					: fill(required(SENTENCE + "done.unknown-verb"), shown(subject), verb.words(), "");
		}
		return fill(required(SENTENCE + outcome.name().toLowerCase(Locale.ROOT)), shown(subject), verb.words(), "");
	}

	private static String suffix(Outcome outcome) {
		return (outcome == Outcome.SUCCESS) ? "" : "." + outcome.name().toLowerCase(Locale.ROOT);
	}

	private Verb verb(String action) {
		return known(this.verbs, action, (key) -> Verb.of(key, (verb) -> template("audit.verb." + verb), isEnglish()));
	}

	// The catalogue in English answers for languages that it has not.
	private boolean isEnglish() {
		return this.catalogue.getLocale().getLanguage().isEmpty();
	}

	private String actor(Entry entry) {
		String name = (entry.actor().name() != null) ? entry.actor().name() : entry.actor().id();
		ActorType type = isTried(entry, name) ? ActorType.USER : entry.actorType();
		return fill(required("audit.actor." + type.name().toLowerCase(Locale.ROOT)), shown(name), "", "");
	}

	/** Whether nobody is known, but in whose name they came is. */
	private static boolean isTried(Entry entry, String name) {
		return entry.actorType() == ActorType.ANONYMOUS && !NOBODY.contains(name) && !IdentifierText.isHidden(name);
	}

	private static @Nullable String target(@Nullable String type, @Nullable String id, @Nullable String name) {
		String which = (name != null && !name.isBlank()) ? name : id;
		if (which == null) {
			return type;
		}
		return (type != null) ? type + ' ' + shown(which) : shown(which);
	}

	private static String shown(String name) {
		int length = Math.min(name.length(), MAX_NAME);
		boolean split = length < name.length() && Character.isHighSurrogate(name.charAt(length - 1));
		return (length == name.length()) ? name : name.substring(0, split ? length - 1 : length) + '…';
	}

	private static String fill(String template, String first, String second, String third) {
		return template.replace(PLACES[0], first).replace(PLACES[1], second).replace(PLACES[2], third);
	}

	private String required(String code) {
		String template = template(code);
		return (template != null) ? template : PLACES[0];
	}

	private @Nullable String template(String code) {
		return known(this.templates, code, (key) -> Optional.ofNullable(find(key))).orElse(null);
	}

	private static <T> T known(Map<String, T> known, String key, Function<String, T> finder) {
		T found = known.get(key);
		if (found == null) {
			found = finder.apply(key);
			if (known.size() < MAX_KNOWN) {
				known.put(key, found);
			}
		}
		return found;
	}

	private @Nullable String find(String code) {
		String own = own(code);
		if (own != null) {
			return own;
		}
		return this.catalogue.containsKey(code)
				? new MessageFormat(this.catalogue.getString(code), this.locale).format(PLACES) : null;
	}

	// How the application's messages fail must not fail its calls.
	private @Nullable String own(String code) {
		if (this.messages == null) {
			return null;
		}
		try {
			String own = this.messages.getMessage(code, PLACES.clone(), null, this.locale);
			return (own == null || own.isBlank() || own.equals(code)) ? null : own;
		}
		catch (RuntimeException ex) {
			logger.debug("The application's messages could not be asked for '{}'", code, LoggedFailure.of(ex));
			return null;
		}
	}

}
