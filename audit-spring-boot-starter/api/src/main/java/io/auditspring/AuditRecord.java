/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What happened, as far as the application says it; made by a {@link Builder}. What is
 * left open ({@code null}) is filled in when it is recorded.
 *
 * @since 0.1.0
 */
public final class AuditRecord {

	private final String action;

	private final @Nullable String category;

	private final @Nullable Severity severity;

	private final @Nullable Severity failureSeverity;

	private final Outcome outcome;

	private final @Nullable Actor actor;

	private final @Nullable Instant occurredAt;

	private final @Nullable String targetType;

	private final @Nullable String targetId;

	private final @Nullable String targetName;

	private final List<Resource> related;

	private final @Nullable String message;

	private final @Nullable String justification;

	private final @Nullable String error;

	private final Map<String, @Nullable Object> metadata;

	private final Delivery delivery;

	private final @Nullable RequestContext request;

	private final @Nullable Map<String, @Nullable Object> before;

	private final @Nullable Map<String, @Nullable Object> after;

	private AuditRecord(Builder builder) {
		this.action = builder.action;
		this.category = builder.category;
		this.severity = builder.severity;
		this.failureSeverity = builder.failureSeverity;
		this.outcome = builder.outcome;
		this.actor = builder.actor;
		this.occurredAt = builder.occurredAt;
		this.targetType = builder.targetType;
		this.targetId = builder.targetId;
		this.targetName = builder.targetName;
		this.related = List.copyOf(builder.related);
		this.message = builder.message;
		this.justification = builder.justification;
		this.error = builder.error;
		// Most have none, and there is a record of each call.
		this.metadata = builder.metadata.isEmpty() ? Collections.emptyMap()
				: Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
		this.delivery = builder.delivery;
		this.request = builder.request;
		this.before = copy(builder.before);
		this.after = copy(builder.after);
	}

	private static @Nullable Map<String, @Nullable Object> copy(@Nullable Map<String, @Nullable Object> state) {
		return (state != null) ? Collections.unmodifiableMap(new LinkedHashMap<>(state)) : null;
	}

	/**
	 * Starts a record.
	 * @param action what was done, such as {@code order.pay}
	 * @return a builder
	 */
	public static Builder action(String action) {
		return new Builder(action);
	}

	/**
	 * Starts a record of an action that the application has a constant for.
	 * @param action the constant, which {@link Vocabulary#action} gives its name
	 * @return a builder
	 */
	public static Builder action(Enum<?> action) {
		return new Builder(Vocabulary.action(action));
	}

	/**
	 * Starts a record with all that this one says.
	 * @return a builder
	 */
	public Builder toBuilder() {
		Builder builder = new Builder(this.action).category(this.category)
			.severity(this.severity)
			.failureSeverity(this.failureSeverity)
			.outcome(this.outcome)
			.actor(this.actor)
			.occurredAt(this.occurredAt)
			.target(this.targetType, this.targetId)
			.targetName(this.targetName)
			.message(this.message)
			.justification(this.justification)
			.error(this.error)
			.metadata(this.metadata)
			.delivery(this.delivery)
			.request(this.request)
			.before(this.before)
			.after(this.after);
		builder.related.addAll(this.related);
		return builder;
	}

	/**
	 * What was done.
	 * @return what was done, such as {@code order.pay}
	 */
	public String action() {
		return this.action;
	}

	/**
	 * The type of event.
	 * @return the type of event, or {@code null} for the configured default
	 */
	public @Nullable String category() {
		return this.category;
	}

	/**
	 * How much attention it deserves.
	 * @return how much attention it deserves, or {@code null} for what its outcome calls
	 * for: {@code INFO} for a success, what the application is set to for a failure
	 * ({@code ERROR} by default) and a denial ({@code WARNING})
	 */
	public @Nullable Severity severity() {
		return this.severity;
	}

	/**
	 * How much attention it deserves if its transaction is rolled back.
	 * @return how much it deserves if its transaction is rolled back, so that it has
	 * failed after all, or {@code null} for that of a failure
	 */
	public @Nullable Severity failureSeverity() {
		return this.failureSeverity;
	}

	/**
	 * How it ended.
	 * @return how it ended
	 */
	public Outcome outcome() {
		return this.outcome;
	}

	/**
	 * Who did it.
	 * @return who did it, or {@code null} for whoever acts now
	 */
	public @Nullable Actor actor() {
		return this.actor;
	}

	/**
	 * When it happened.
	 * @return when it happened, or {@code null} for now. A time that is more than a
	 * second away from now is marked in the entry as stated by the application
	 */
	public @Nullable Instant occurredAt() {
		return this.occurredAt;
	}

	/**
	 * The kind of thing it was done to.
	 * @return the kind of thing it was done to, or {@code null}
	 */
	public @Nullable String targetType() {
		return this.targetType;
	}

	/**
	 * Which one.
	 * @return which one, or {@code null}
	 */
	public @Nullable String targetId() {
		return this.targetId;
	}

	/**
	 * The thing's name for people to read.
	 * @return the thing's name for people to read, or {@code null}
	 */
	public @Nullable String targetName() {
		return this.targetName;
	}

	/**
	 * Further things it concerns.
	 * @return further things it concerns
	 */
	public List<Resource> related() {
		return this.related;
	}

	/**
	 * A sentence for people to read.
	 * @return a sentence for people to read, or {@code null} for that of the catalogue
	 */
	public @Nullable String message() {
		return this.message;
	}

	/**
	 * Why it was done.
	 * @return why it was done, or {@code null}
	 */
	public @Nullable String justification() {
		return this.justification;
	}

	/**
	 * What went wrong.
	 * @return what went wrong, or {@code null}
	 */
	public @Nullable String error() {
		return this.error;
	}

	/**
	 * Details.
	 * @return details; values are anything Jackson can write
	 */
	public Map<String, @Nullable Object> metadata() {
		return this.metadata;
	}

	/**
	 * How the entry is delivered.
	 * @return how the entry is delivered
	 */
	public Delivery delivery() {
		return this.delivery;
	}

	/**
	 * Where it was done from.
	 * @return where it was done from, or {@code null} for the request that is running.
	 * One that is stated is marked in the entry as stated by the application
	 */
	public @Nullable RequestContext request() {
		return this.request;
	}

	/**
	 * What the thing was like before.
	 * @return what the thing was like before, or {@code null} for what Hibernate tells.
	 * Marked likewise, and no part of what {@code AuditTrail.stateAt} tells
	 */
	public @Nullable Map<String, @Nullable Object> before() {
		return this.before;
	}

	/**
	 * What the thing was like after that.
	 * @return what it was like after that, likewise
	 */
	public @Nullable Map<String, @Nullable Object> after() {
		return this.after;
	}

	/**
	 * Names the action only: the rest may be secret.
	 * @return the record's class and action
	 */
	@Override
	public String toString() {
		return "AuditRecord[" + this.action + "]";
	}

	/**
	 * What can be added to a record that is being made.
	 */
	public sealed interface Additions permits Builder {

		/**
		 * Says the type of event.
		 * @param category that, or {@code null} for the configured default
		 * @return these additions
		 */
		Additions category(@Nullable String category);

		/**
		 * Says how much attention it deserves.
		 * @param severity that, or {@code null} for what its outcome calls for
		 * @return these additions
		 */
		Additions severity(@Nullable Severity severity);

		/**
		 * Says how much attention it deserves if its transaction is rolled back.
		 * @param failureSeverity that, or {@code null} for that of any failure
		 * @return these additions
		 */
		Additions failureSeverity(@Nullable Severity failureSeverity);

		/**
		 * Says who did it.
		 * @param actor that, or {@code null} for whoever acts now
		 * @return these additions
		 */
		Additions actor(@Nullable Actor actor);

		/**
		 * States when it happened. Entries mark a time that is more than a second away
		 * from now as stated by the application.
		 * @param occurredAt when, in the years 1 to 9999, or {@code null} for now
		 * @return these additions
		 */
		Additions occurredAt(@Nullable Instant occurredAt);

		/**
		 * States where it was done from, for what happened elsewhere. Entries mark that
		 * as stated by the application.
		 * @param request from where, or {@code null} for the request that is running
		 * @return these additions
		 */
		Additions request(@Nullable RequestContext request);

		/**
		 * States what the thing was like before, for what Hibernate does not tell: what
		 * happened elsewhere, or another kind of store. Entries mark that as stated by
		 * the application; what Hibernate tells takes precedence.
		 * @param before its properties, of which the secret ones are masked, or
		 * {@code null}
		 * @return these additions
		 */
		Additions before(@Nullable Map<String, ? extends @Nullable Object> before);

		/**
		 * States what it was like after that, likewise. With both, the entry shows what
		 * changed.
		 * @param after its properties, or {@code null}
		 * @return these additions
		 */
		Additions after(@Nullable Map<String, ? extends @Nullable Object> after);

		/**
		 * Says what it was done to.
		 * @param type the kind of thing, or {@code null}
		 * @param id its identifier, of which the text is kept, or {@code null}. Not the
		 * thing itself, whose text may hold anything
		 * @return these additions
		 */
		Additions target(@Nullable String type, @Nullable Object id);

		/**
		 * Says which thing it was done to.
		 * @param targetId its identifier, or {@code null}
		 * @return these additions
		 */
		Additions targetId(@Nullable String targetId);

		/**
		 * Says the name of that thing for people to read.
		 * @param targetName that, or {@code null}
		 * @return these additions
		 */
		Additions targetName(@Nullable String targetName);

		/**
		 * Adds a further thing that it concerns.
		 * @param type the kind of thing
		 * @param id its identifier, of which the text is kept. Not the thing itself,
		 * whose text may hold anything
		 * @return these additions
		 */
		Additions related(String type, Object id);

		/**
		 * Says what happened in a sentence for people to read.
		 * @param message that, or {@code null} for the sentence of the catalogue
		 * @return these additions
		 */
		Additions message(@Nullable String message);

		/**
		 * Says why it was done.
		 * @param justification that, or {@code null}
		 * @return these additions
		 */
		Additions justification(@Nullable String justification);

		/**
		 * Says what went wrong.
		 * @param error that, or {@code null}
		 * @return these additions
		 */
		Additions error(@Nullable String error);

		/**
		 * Adds a detail.
		 * @param key its name
		 * @param value anything Jackson can write, or {@code null}
		 * @return these additions
		 */
		Additions metadata(String key, @Nullable Object value);

		/**
		 * Adds details.
		 * @param metadata their names and values
		 * @return these additions
		 */
		Additions metadata(Map<String, ? extends @Nullable Object> metadata);

	}

	/**
	 * Builds a record. Not thread-safe.
	 */
	public static final class Builder implements Additions {

		private final String action;

		private @Nullable String category;

		private @Nullable Severity severity;

		private @Nullable Severity failureSeverity;

		private Outcome outcome = Outcome.SUCCESS;

		private @Nullable Actor actor;

		private @Nullable Instant occurredAt;

		private @Nullable String targetType;

		private @Nullable String targetId;

		private @Nullable String targetName;

		private final List<Resource> related = new ArrayList<>();

		private @Nullable String message;

		private @Nullable String justification;

		private @Nullable String error;

		private Map<String, @Nullable Object> metadata = Collections.emptyMap();

		private Delivery delivery = Delivery.DEFAULT;

		private @Nullable RequestContext request;

		private @Nullable Map<String, @Nullable Object> before;

		private @Nullable Map<String, @Nullable Object> after;

		private Builder(String action) {
			if (action.isBlank()) {
				throw new IllegalArgumentException("An audit record needs an action such as 'order.pay'");
			}
			this.action = action;
		}

		@Override
		public Builder category(@Nullable String category) {
			this.category = category;
			return this;
		}

		@Override
		public Builder severity(@Nullable Severity severity) {
			this.severity = severity;
			return this;
		}

		@Override
		public Builder failureSeverity(@Nullable Severity failureSeverity) {
			this.failureSeverity = failureSeverity;
			return this;
		}

		/**
		 * Says how it ended.
		 * @param outcome that; a success where nothing is said
		 * @return this builder
		 */
		public Builder outcome(Outcome outcome) {
			this.outcome = outcome;
			return this;
		}

		@Override
		public Builder actor(@Nullable Actor actor) {
			this.actor = actor;
			return this;
		}

		@Override
		public Builder occurredAt(@Nullable Instant occurredAt) {
			this.occurredAt = occurredAt;
			return this;
		}

		@Override
		public Builder request(@Nullable RequestContext request) {
			this.request = request;
			return this;
		}

		@Override
		public Builder before(@Nullable Map<String, ? extends @Nullable Object> before) {
			this.before = (before != null) ? new LinkedHashMap<>(before) : null;
			return this;
		}

		@Override
		public Builder after(@Nullable Map<String, ? extends @Nullable Object> after) {
			this.after = (after != null) ? new LinkedHashMap<>(after) : null;
			return this;
		}

		@Override
		public Builder target(@Nullable String type, @Nullable Object id) {
			this.targetType = type;
			this.targetId = (id != null) ? id.toString() : null;
			return this;
		}

		@Override
		public Builder targetId(@Nullable String targetId) {
			this.targetId = targetId;
			return this;
		}

		@Override
		public Builder targetName(@Nullable String targetName) {
			this.targetName = targetName;
			return this;
		}

		@Override
		public Builder related(String type, Object id) {
			this.related.add(new Resource(type, id.toString()));
			return this;
		}

		@Override
		public Builder message(@Nullable String message) {
			this.message = message;
			return this;
		}

		@Override
		public Builder justification(@Nullable String justification) {
			this.justification = justification;
			return this;
		}

		@Override
		public Builder error(@Nullable String error) {
			this.error = error;
			return this;
		}

		@Override
		public Builder metadata(String key, @Nullable Object value) {
			details().put(key, value);
			return this;
		}

		@Override
		public Builder metadata(Map<String, ? extends @Nullable Object> metadata) {
			if (!metadata.isEmpty()) {
				details().putAll(metadata);
			}
			return this;
		}

		/**
		 * Says how the entry is delivered.
		 * @param delivery that
		 * @return this builder
		 */
		public Builder delivery(Delivery delivery) {
			this.delivery = delivery;
			return this;
		}

		/**
		 * Builds the record.
		 * @return the record
		 */
		public AuditRecord build() {
			return new AuditRecord(this);
		}

		private Map<String, @Nullable Object> details() {
			if (this.metadata.isEmpty()) {
				this.metadata = new LinkedHashMap<>();
			}
			return this.metadata;
		}

	}

}
