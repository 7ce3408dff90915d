package io.auditspring.capture.state;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.auditspring.AuditContext;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import org.hibernate.envers.Audited;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Targets whose type is more general than that of the entity that changed.
 */
class TargetTypeTests {

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static List<Map<String, Object>> targeting(String type, Long id, Consumer<EntityManager> work) {
		return application.call((entityManager) -> {
			AuditContext.current().target(type, id);
			work.accept(entityManager);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "Invoice", "Document", "Stamped", "Filed", "Storable", "Comparable" })
	void theStateOfASubtypeFillsTheEntryWhichIsOfThatOne(String type) {
		long id = type.hashCode();
		List<Map<String, Object>> entries = targeting(type, id,
				(entityManager) -> entityManager.persist(new Invoice(id)));
		assertThat(entries).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Invoice", Long.toString(id), "{\"id\": %d}".formatted(id)));
	}

	@Test
	void theEntityItselfGoesBeforeItsSubtypes() {
		assertThat(targeting("Invoice", null, (entityManager) -> {
			entityManager.persist(new Reminder(1));
			entityManager.persist(new Invoice(2));
		})).extracting("target_type", "target_id").containsExactly(tuple("Invoice", "2"), tuple("Reminder", "1"));
	}

	@Test
	void severalThatFitAreEntriesOfTheirOwn() {
		assertThat(targeting("Storable", null, (entityManager) -> {
			entityManager.persist(new Reminder(3));
			entityManager.persist(new Invoice(4));
		})).extracting("target_type", "target_id")
			.containsExactlyInAnyOrder(tuple("Invoice", null), tuple("Reminder", "3"), tuple("Invoice", "4"));
	}

	@Test
	void anotherTypeDoesNotFit() {
		assertThat(targeting("Object", null, (entityManager) -> entityManager.persist(new Invoice(5))))
			.extracting("target_type", "after_state")
			.containsExactly(tuple("Object", null), tuple("Invoice", "{\"id\": 5}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "InvoiceEntity", "An invoice", "voice" })
	void aNameOfTheApplicationsOwnThatIsLikeItMeansTheEntity(String type) {
		long id = type.hashCode();
		assertThat(targeting(type, id, (entityManager) -> entityManager.persist(new Invoice(id))))
			.extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple(type, Long.toString(id), "{\"id\": %d}".formatted(id)));
	}

	@Test
	void somethingElseWithTheSameIdentifierIsNotTheEntity() {
		assertThat(targeting("Shipment", 6L, (entityManager) -> entityManager.persist(new Invoice(6))))
			.extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Shipment", "6", null), tuple("Invoice", "6", "{\"id\": 6}"));
	}

	/** What is shown of it would be taken for the state of the target. */
	@Test
	void anotherKindThatIsOnlyLessLikeTheNameIsNotTheEntity() {
		application.prepare((entityManager) -> {
			entityManager.persist(new PatronEntity(7));
			entityManager.persist(new PatronSettings(7));
		});
		assertThat(
				targeting("Patron", 7L, (entityManager) -> entityManager.find(PatronSettings.class, 7L).locale = "fr"))
			.extracting("target_type", "target_id", "changes")
			.containsExactly(tuple("Patron", "7", null),
					tuple("PatronSettings", "7", "{\"locale\": {\"to\": \"fr\", \"from\": \"en\"}}"));
		assertThat(targeting("Patron", 7L, (entityManager) -> entityManager.find(PatronEntity.class, 7L).name = "Bo"))
			.extracting("target_type", "target_id", "changes")
			.containsExactly(tuple("Patron", "7", "{\"name\": {\"to\": \"Bo\", \"from\": \"Al\"}}"));
	}

	@Test
	void severalThatAreEquallyLikeItAreEntriesOfTheirOwn() {
		assertThat(targeting("Garment", 8L, (entityManager) -> entityManager.persist(new WinterGarment(8))))
			.extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Garment", "8", null), tuple("WinterGarment", "8", "{\"id\": 8}"));
	}

	interface Storable {

	}

	interface Filed extends Storable {

	}

	@MappedSuperclass
	abstract static class Stamped implements Comparable<Stamped> {

		@Override
		public int compareTo(Stamped other) {
			return 0;
		}

	}

	@MappedSuperclass
	abstract static class Document extends Stamped implements Filed {

	}

	@Entity
	@Audited
	static class Invoice extends Document {

		@Id
		long id;

		Invoice() {
		}

		Invoice(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Reminder extends Invoice {

		Reminder() {
		}

		Reminder(long id) {
			super(id);
		}

	}

	@Entity
	@Audited
	static class PatronEntity {

		@Id
		long id;

		String name = "Al";

		PatronEntity() {
		}

		PatronEntity(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class PatronSettings {

		@Id
		long id;

		String locale = "en";

		PatronSettings() {
		}

		PatronSettings(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class WinterGarment {

		@Id
		long id;

		WinterGarment() {
		}

		WinterGarment(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class SummerGarment {

		@Id
		long id;

	}

}
