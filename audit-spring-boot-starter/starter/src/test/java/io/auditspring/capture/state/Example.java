package io.auditspring.capture.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/**
 * A mapping, something that an audited call does with it, and the states that the call
 * leaves in the trail.
 *
 * @param title what happens, as a heading
 * @param mapping the mapping, as a Java developer would show it
 * @param given what was there before the call
 * @param call what the call does
 * @param states the states that it leaves
 * @param withoutEnvers the states that it leaves where Envers is not there
 */
record Example(String title, String mapping, Consumer<EntityManager> given, Consumer<EntityManager> call,
		List<State> states, List<State> withoutEnvers) {

	static Builder of(String title) {
		return new Builder(title);
	}

	@Override
	public String toString() {
		return this.title;
	}

	/**
	 * The states in one entry.
	 *
	 * @param type the entity's name
	 * @param id its identifier
	 * @param before its state before in JSON, or {@code null}
	 * @param after its state after in JSON, or {@code null}
	 * @param changes what differs in JSON, or {@code null}
	 */
	record State(String type, String id, @Nullable String before, @Nullable String after, @Nullable String changes) {

	}

	/**
	 * Describes an example.
	 */
	static final class Builder {

		private final String title;

		private final List<State> states = new ArrayList<>();

		private @Nullable List<State> withoutEnvers;

		private String mapping = "";

		private Consumer<EntityManager> given = (entityManager) -> {
		};

		private Consumer<EntityManager> call = (entityManager) -> {
		};

		private Builder(String title) {
			this.title = title;
		}

		Builder mapping(String mapping) {
			this.mapping = mapping.strip();
			return this;
		}

		Builder given(Object... entities) {
			return given((entityManager) -> List.of(entities).forEach(entityManager::persist));
		}

		Builder given(Consumer<EntityManager> given) {
			this.given = given;
			return this;
		}

		Builder call(Consumer<EntityManager> call) {
			this.call = call;
			return this;
		}

		Builder inserts(String type, Object id, String after) {
			return state(type, id, null, after, null);
		}

		Builder updates(String type, Object id, String before, String after, String changes) {
			return state(type, id, before, after, changes);
		}

		Builder deletes(String type, Object id, String before) {
			return state(type, id, before, null, null);
		}

		private Builder state(String type, Object id, @Nullable String before, @Nullable String after,
				@Nullable String changes) {
			List<State> states = (this.withoutEnvers != null) ? this.withoutEnvers : this.states;
			states.add(new State(type, String.valueOf(id), before, after, changes));
			return this;
		}

		/**
		 * Says that what follows is left where Envers is not there.
		 * @return this builder
		 */
		Builder withoutEnvers() {
			this.withoutEnvers = new ArrayList<>();
			return this;
		}

		Example build() {
			List<State> states = List.copyOf(this.states);
			return new Example(this.title, this.mapping, this.given, this.call, states,
					(this.withoutEnvers != null) ? List.copyOf(this.withoutEnvers) : states);
		}

	}

}
