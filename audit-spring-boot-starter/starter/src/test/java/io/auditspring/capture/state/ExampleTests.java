package io.auditspring.capture.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.capture.state.Example.State;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Every example holds, however Envers and Hibernate are configured; and an entity has an
 * entry exactly where Envers has a row.
 */
class ExampleTests {

	/**
	 * The examples with one configuration.
	 */
	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	abstract static class Configured {

		private final String[] properties;

		private StateApplication application;

		Configured(String... properties) {
			this.properties = properties;
		}

		static Stream<Example> examples() {
			return Examples.all();
		}

		@BeforeAll
		void start() {
			this.application = new StateApplication(this.properties);
		}

		@AfterAll
		void stop() {
			this.application.close();
		}

		@ParameterizedTest(name = "{0}")
		@MethodSource("examples")
		void leavesTheStates(Example example) {
			this.application.prepare(example.given());
			if (!isByEnvers()) {
				check(example, states(this.application.call(example.call())));
				return;
			}
			long revision = latestRevision();
			List<State> states = states(this.application.call(example.call()));
			assertThat(entities(states)).isEqualTo(enversEntitiesSince(revision));
			check(example, states);
		}

		void check(Example example, List<State> states) {
			assertThat(states).containsExactlyInAnyOrderElementsOf(canonical(example.states()));
		}

		boolean isByEnvers() {
			return true;
		}

		private long latestRevision() {
			long[] revision = new long[1];
			this.application.prepare((entityManager) -> revision[0] = EnversTables.latestRevision(entityManager));
			return revision[0];
		}

		private Set<String> enversEntitiesSince(long revision) {
			Set<String> entities = new TreeSet<>();
			this.application.prepare((EntityManager entityManager) -> entities
				.addAll(EnversTables.entitiesSince(entityManager, revision)));
			return entities;
		}

	}

	static List<State> states(List<Map<String, Object>> entries) {
		List<State> states = new ArrayList<>();
		for (Map<String, Object> entry : entries) {
			assertThat(entry.get("metadata")).isNull();
			if (entry.get("before_state") != null || entry.get("after_state") != null) {
				states.add(new State((String) entry.get("target_type"), (String) entry.get("target_id"),
						canonical((String) entry.get("before_state")), canonical((String) entry.get("after_state")),
						canonical((String) entry.get("changes"))));
			}
		}
		return states;
	}

	private static Set<String> entities(List<State> states) {
		return states.stream()
			.map((state) -> state.type() + " " + state.id())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	static List<State> canonical(List<State> states) {
		return states.stream()
			.map((state) -> new State(state.type(), state.id(), canonical(state.before()), canonical(state.after()),
					canonical(state.changes())))
			.toList();
	}

	private static String canonical(String json) {
		return (json != null)
				? CanonicalJson.parse(json.replace('\'', '"').replaceAll("cipher:[^\"]*", "(cipher)")).toString()
				: null;
	}

	@Nested
	class ByDefault extends Configured {

	}

	@Nested
	@Tag("thorough")
	class WithValidityStrategy extends Configured {

		WithValidityStrategy() {
			super("spring.jpa.properties.org.hibernate.envers.audit_strategy="
					+ "org.hibernate.envers.strategy.ValidityAuditStrategy");
		}

	}

	@Nested
	@Tag("thorough")
	class WithModifiedFlags extends Configured {

		WithModifiedFlags() {
			super("spring.jpa.properties.org.hibernate.envers.global_with_modified_flag=true");
		}

		// Envers loads collections itself then, to compare them.
		@Override
		void check(Example example, List<State> states) {
			assertThat(states).extracting(State::type, State::id, State::changes)
				.containsExactlyInAnyOrderElementsOf(canonical(example.states()).stream()
					.map((state) -> tuple(state.type(), state.id(), state.changes()))
					.toList());
		}

	}

	@Nested
	@Tag("thorough")
	class WithBatches extends Configured {

		WithBatches() {
			super("spring.jpa.properties.hibernate.jdbc.batch_size=20",
					"spring.jpa.properties.hibernate.order_inserts=true",
					"spring.jpa.properties.hibernate.order_updates=true",
					"spring.jpa.properties.org.hibernate.envers.store_data_at_delete=true");
		}

	}

	@Nested
	@Tag("thorough")
	class WithoutRevisionsForCollections extends Configured {

		WithoutRevisionsForCollections() {
			super("spring.jpa.properties.org.hibernate.envers.revision_on_collection_change=false");
		}

		@Override
		void check(Example example, List<State> states) {
			Map<String, State> expected = new HashMap<>();
			canonical(example.states()).forEach((state) -> expected.put(state.type() + state.id(), state));
			assertThat(states).allMatch((state) -> expected.containsKey(state.type() + state.id()));
		}

	}

	@Nested
	class ByTheMapping extends Configured {

		ByTheMapping() {
			super("audit.capture.entities=all");
		}

		// Envers loads some of what it did not find loaded.
		@Override
		void check(Example example, List<State> states) {
			assertThat(Set.copyOf(states)).isIn(Set.copyOf(canonical(example.states())),
					Set.copyOf(canonical(example.withoutEnvers())));
		}

		@Override
		boolean isByEnvers() {
			return false;
		}

	}

	@Nested
	class ByTheMappingWithoutEnvers extends Configured {

		ByTheMappingWithoutEnvers() {
			super("spring.jpa.properties.hibernate.integration.envers.enabled=false");
		}

		@Override
		void check(Example example, List<State> states) {
			assertThat(states).containsExactlyInAnyOrderElementsOf(canonical(example.withoutEnvers()));
		}

		@Override
		boolean isByEnvers() {
			return false;
		}

	}

}
