package io.auditspring;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What happened, as far as the application says it. What is left open ({@code null}) is
 * filled in when it is recorded.
 *
 * @param action what was done, such as {@code order.pay}
 * @param category the type of event, or {@code null} for the configured default
 * @param severity how much attention it deserves, or {@code null} for what its outcome
 * calls for: {@code INFO} for a success, what the application is set to for a failure
 * ({@code ERROR} by default) and a denial ({@code WARNING})
 * @param failureSeverity how much it deserves if its transaction is rolled back, so that
 * it has failed after all, or {@code null} for that of a failure
 * @param outcome how it ended
 * @param actor who did it, or {@code null} for whoever acts now
 * @param occurredAt when it happened, or {@code null} for now. A time that is more than a
 * second away from now is marked in the entry as stated by the application
 * @param targetType the kind of thing it was done to, or {@code null}
 * @param targetId which one, or {@code null}
 * @param targetName the thing's name for people to read, or {@code null}
 * @param related further things it concerns
 * @param message a sentence for people to read, or {@code null} for that of the catalogue
 * @param justification why it was done, or {@code null}
 * @param error what went wrong, or {@code null}
 * @param metadata details; values are anything Jackson can write
 * @param delivery how the entry is delivered
 * @param request where it was done from, or {@code null} for the request that is running.
 * One that is stated is marked in the entry as stated by the application
 * @param before what the thing was like before, or {@code null} for what Envers sees.
 * Marked likewise, and no part of what {@code AuditTrail.stateAt} tells
 * @param after what it was like after that, likewise
 */
public record AuditRecord(String action, @Nullable String category, @Nullable Severity severity,
		@Nullable Severity failureSeverity, Outcome outcome, @Nullable Actor actor, @Nullable Instant occurredAt,
		@Nullable String targetType, @Nullable String targetId, @Nullable String targetName, List<Resource> related,
		@Nullable String message, @Nullable String justification, @Nullable String error,
		Map<String, @Nullable Object> metadata, Delivery delivery, @Nullable RequestContext request,
		@Nullable Map<String, @Nullable Object> before, @Nullable Map<String, @Nullable Object> after) {

	public AuditRecord {
		if (action.isBlank()) {
			throw new IllegalArgumentException("An audit record needs an action such as 'order.pay'");
		}
		related = List.copyOf(related);
		// Most have none, and there is a record of each call.
		metadata = metadata.isEmpty() ? Collections.emptyMap()
				: Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
		before = (before != null) ? Collections.unmodifiableMap(new LinkedHashMap<>(before)) : null;
		after = (after != null) ? Collections.unmodifiableMap(new LinkedHashMap<>(after)) : null;
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
	 * Builds a record. Not thread-safe.
	 */
	public static final class Builder {

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
			this.action = action;
		}

		public Builder category(@Nullable String category) {
			this.category = category;
			return this;
		}

		/**
		 * Says how much attention it deserves.
		 * @param severity that, or {@code null} for what its outcome calls for
		 * @return this builder
		 */
		public Builder severity(@Nullable Severity severity) {
			this.severity = severity;
			return this;
		}

		/**
		 * Says how much attention it deserves if its transaction is rolled back.
		 * @param failureSeverity that, or {@code null} for that of any failure
		 * @return this builder
		 */
		public Builder failureSeverity(@Nullable Severity failureSeverity) {
			this.failureSeverity = failureSeverity;
			return this;
		}

		public Builder outcome(Outcome outcome) {
			this.outcome = outcome;
			return this;
		}

		public Builder actor(@Nullable Actor actor) {
			this.actor = actor;
			return this;
		}

		/**
		 * States when it happened. Entries mark a time that is more than a second away
		 * from now as stated by the application.
		 * @param occurredAt when, in the years 1 to 9999, or {@code null} for now
		 * @return this builder
		 */
		public Builder occurredAt(@Nullable Instant occurredAt) {
			this.occurredAt = occurredAt;
			return this;
		}

		/**
		 * States where it was done from, for what happened elsewhere. Entries mark that
		 * as stated by the application.
		 * @param request from where, or {@code null} for the request that is running
		 * @return this builder
		 */
		public Builder request(@Nullable RequestContext request) {
			this.request = request;
			return this;
		}

		/**
		 * States what the thing was like before, for what Envers cannot see: what
		 * happened elsewhere, or another kind of store. Entries mark that as stated by
		 * the application; what Envers sees goes before.
		 * @param before its properties, of which the secret ones are masked, or
		 * {@code null}
		 * @return this builder
		 */
		public Builder before(@Nullable Map<String, ? extends @Nullable Object> before) {
			this.before = (before != null) ? new LinkedHashMap<>(before) : null;
			return this;
		}

		/**
		 * States what it was like after that, likewise. With both, the entry shows what
		 * changed.
		 * @param after its properties, or {@code null}
		 * @return this builder
		 */
		public Builder after(@Nullable Map<String, ? extends @Nullable Object> after) {
			this.after = (after != null) ? new LinkedHashMap<>(after) : null;
			return this;
		}

		/**
		 * Says what it was done to.
		 * @param type the kind of thing, or {@code null}
		 * @param id its identifier, of which the text is kept, or {@code null}. Not the
		 * thing itself, whose text may hold anything
		 * @return this builder
		 */
		public Builder target(@Nullable String type, @Nullable Object id) {
			this.targetType = type;
			this.targetId = (id != null) ? id.toString() : null;
			return this;
		}

		public Builder targetId(@Nullable String targetId) {
			this.targetId = targetId;
			return this;
		}

		public Builder targetName(@Nullable String targetName) {
			this.targetName = targetName;
			return this;
		}

		/**
		 * Adds a further thing that it concerns.
		 * @param type the kind of thing
		 * @param id its identifier, of which the text is kept. Not the thing itself,
		 * whose text may hold anything
		 * @return this builder
		 */
		public Builder related(String type, Object id) {
			this.related.add(new Resource(type, id.toString()));
			return this;
		}

		public Builder message(@Nullable String message) {
			this.message = message;
			return this;
		}

		public Builder justification(@Nullable String justification) {
			this.justification = justification;
			return this;
		}

		public Builder error(@Nullable String error) {
			this.error = error;
			return this;
		}

		public Builder metadata(String key, @Nullable Object value) {
			details().put(key, value);
			return this;
		}

		public Builder metadata(Map<String, ? extends @Nullable Object> metadata) {
			if (!metadata.isEmpty()) {
				details().putAll(metadata);
			}
			return this;
		}

		public Builder delivery(Delivery delivery) {
			this.delivery = delivery;
			return this;
		}

		public AuditRecord build() {
			return new AuditRecord(this.action, this.category, this.severity, this.failureSeverity, this.outcome,
					this.actor, this.occurredAt, this.targetType, this.targetId, this.targetName, this.related,
					this.message, this.justification, this.error, this.metadata, this.delivery, this.request,
					this.before, this.after);
		}

		private Map<String, @Nullable Object> details() {
			if (this.metadata.isEmpty()) {
				this.metadata = new LinkedHashMap<>();
			}
			return this.metadata;
		}

	}

}
