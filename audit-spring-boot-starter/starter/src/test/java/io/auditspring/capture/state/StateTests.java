package io.auditspring.capture.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Lob;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.jdbc.proxy.BlobProxy;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.envers.Audited;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostUpdateEvent;
import org.hibernate.event.spi.PostUpdateEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What state costs, what cannot be known, and what happens where it cannot be read.
 */
@ExtendWith(OutputCaptureExtension.class)
class StateTests {

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication("spring.jpa.properties.hibernate.jdbc.batch_size=50");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static Map<String, Object> only(Consumer<EntityManager> work) {
		List<Map<String, Object>> entries = application.call(work);
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	@Test
	void anAuditedUpdateCostsOneStatementMoreThanEnversAlone() {
		application.prepare((entityManager) -> entityManager.persist(new Columns.Product(101, "S-1")));
		List<String> plain = RecordedDataSource.statementsOf(() -> application
			.prepare((entityManager) -> entityManager.find(Columns.Product.class, 101).active = false));
		List<String> audited = RecordedDataSource.statementsOf(() -> application
			.callOnly((entityManager) -> entityManager.find(Columns.Product.class, 101).active = true));
		assertThat(plain).hasSize(4);
		assertThat(audited).startsWith(plain.toArray(String[]::new)).hasSize(plain.size() + 1);
		assertThat(audited.get(plain.size())).contains("audit_outbox");
	}

	@Test
	void aBatchOfInsertsIsOneEntryEach() {
		List<Map<String, Object>> entries = application.call((entityManager) -> LongStream.rangeClosed(201, 230)
			.forEach((id) -> entityManager.persist(new Columns.Product(id, "B-" + id))));
		assertThat(entries).hasSize(31);
		assertThat(entries).filteredOn((entry) -> entry.get("after_state") != null)
			.extracting("target_id")
			.containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(201, 230).mapToObj(Long::toString).toList());
	}

	@Test
	void aGeneratedIdentifierIsKnown() {
		Map<String, Object> entry = only((entityManager) -> entityManager.persist(new Generated()));
		assertThat((String) entry.get("after_state")).isEqualTo("{\"id\": %s}".formatted(entry.get("target_id")));
	}

	@Test
	void mergingADetachedEntityShowsWhatDiffers() {
		application.prepare((entityManager) -> entityManager.persist(new Columns.Product(103, "S-3")));
		Columns.Product detached = new Columns.Product(103, "S-3");
		detached.status = Columns.Status.SOLD;
		assertThat(only((entityManager) -> entityManager.merge(detached))).containsEntry("changes",
				"{\"status\": {\"to\": \"SOLD\", \"from\": \"NEW\"}}");
	}

	@Test
	void aLargeObjectIsNeverRead() {
		byte[] content = { 1, 2, 3 };
		application
			.prepare((entityManager) -> entityManager.persist(new Recording(1, BlobProxy.generateProxy(content))));
		Map<String, Object> entry = only((entityManager) -> {
			Recording recording = entityManager.find(Recording.class, 1);
			recording.title = "b";
		});
		assertThat(entry).containsEntry("changes", "{\"title\": {\"to\": \"b\", \"from\": \"a\"}}");
		assertThat((String) entry.get("after_state")).contains("\"sound\": \"(large object)\"");
		assertThat(only((entityManager) -> entityManager.find(Recording.class, 1).sound = BlobProxy
			.generateProxy(new byte[] { 4 })))
			.containsEntry("changes", "{\"sound\": {\"to\": \"(large object)\", \"from\": \"(large object)\"}}");
	}

	@Test
	void referencesAreNotInitialized() {
		application.prepare((entityManager) -> {
			References.Team team = new References.Team(901);
			entityManager.persist(team);
			entityManager.persist(new References.Member(901, team));
		});
		only((entityManager) -> {
			References.Member member = entityManager.find(References.Member.class, 901);
			References.Team other = entityManager.getReference(References.Team.class, 901);
			member.country = null;
			entityManager.persist(new References.Member(902, other));
			entityManager.flush();
			assertThat(Hibernate.isInitialized(other)).isFalse();
		});
	}

	@Test
	void aSecondEqualElementOfABagIsShownThoughEnversMissesIt() {
		application.prepare((entityManager) -> {
			Collections.Article article = new Collections.Article(901);
			article.ratings.add(9);
			entityManager.persist(article);
		});
		assertThat(only((entityManager) -> entityManager.find(Collections.Article.class, 901).ratings.add(9)))
			.containsEntry("changes", "{\"ratings\": {\"to\": [9, 9], \"from\": [9]}}");
	}

	@Test
	void aStatelessSessionKnowsWhatItInsertsButNotWhatItDeletes() {
		assertThat(stateless((session) -> session.insert(new Columns.Balance(801, java.math.BigDecimal.ONE))))
			.containsEntry("after_state", "{\"id\": 801, \"amount\": 1}");
		assertThat(stateless((session) -> session.delete(session.get(Columns.Balance.class, 801L))))
			.containsEntry("before_state", "{\"id\": 801}")
			.containsEntry("after_state", null);
	}

	@Test
	void aStatelessSessionDoesNotKnowWhatItUpdates() {
		application
			.prepare((entityManager) -> entityManager.persist(new Columns.Balance(802, java.math.BigDecimal.ONE)));
		assertThat(stateless((session) -> session.update(new Columns.Balance(802, java.math.BigDecimal.TEN))))
			.containsEntry("before_state", "{\"id\": 802}")
			.containsEntry("after_state", "{\"id\": 802, \"amount\": 10}")
			.containsEntry("changes", "{\"amount\": {\"to\": 10}}");
	}

	@Test
	void whatALazyAttributeHoldsIsNotFetchedForTheTrail() {
		application.prepare((entityManager) -> entityManager.persist(new Columns.Derived(901, "a")));
		Map<String, Object> entry = only(
				(entityManager) -> update(entityManager, entityManager.find(Columns.Derived.class, 901)));
		assertThat(entry).containsEntry("before_state", "{\"id\": 901}")
			.containsEntry("after_state", "{\"id\": 901, \"title\": \"b\"}")
			.containsEntry("changes", "{\"title\": {\"to\": \"b\"}}");
	}

	// What the listeners get of an entity whose lazy attribute was written but never
	// read; only enhanced classes have such attributes.
	private static void update(EntityManager entityManager, Columns.Derived derived) {
		SessionImplementor session = entityManager.unwrap(SessionImplementor.class);
		EntityPersister persister = session.getEntityPersister(null, derived);
		Object[] before = persister.getValues(derived);
		Object[] after = before.clone();
		int title = List.of(persister.getPropertyNames()).indexOf("title");
		before[title] = LazyPropertyInitializer.UNFETCHED_PROPERTY;
		after[title] = "b";
		PostUpdateEvent event = new PostUpdateEvent(derived, derived.id, after, before, new int[] { title }, persister,
				session);
		session.getFactory()
			.getEventListenerRegistry()
			.getEventListenerGroup(EventType.POST_UPDATE)
			.fireEventOnEachListener(event, PostUpdateEventListener::onPostUpdate);
	}

	private static Map<String, Object> stateless(Consumer<StatelessSession> work) {
		return only((entityManager) -> {
			Session session = entityManager.unwrap(Session.class);
			StatelessSession stateless = session.statelessWithOptions().connection().open();
			work.accept(stateless);
		});
	}

	@Test
	void whatCannotBeReadBreaksNothingAndIsNamedOnce(CapturedOutput output) {
		List<Map<String, Object>> entries = new ArrayList<>();
		entries.add(only((entityManager) -> entityManager.persist(new Fragile(1))));
		entries.add(only((entityManager) -> entityManager.persist(new Fragile(2))));
		assertThat(entries).extracting("target_type", "target_id", "outcome", "after_state", "metadata")
			.containsExactly(
					tuple("Fragile", "1", "success", null,
							"{\"stateErrors\": {\"Fragile\": \"IllegalStateException\"}}"),
					tuple("Fragile", "2", "success", null,
							"{\"stateErrors\": {\"Fragile\": \"IllegalStateException\"}}"));
		assertThat(output).containsOnlyOnce("The state of Fragile cannot be read").doesNotContain("top secret");
		application.prepare((entityManager) -> assertThat(entityManager.find(Fragile.class, 2)).isNotNull());
	}

	@Entity
	@Audited
	static class Generated {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		Long id;

	}

	@Entity
	@Audited
	static class Recording {

		@Id
		long id;

		String title = "a";

		@Lob
		java.sql.Blob sound;

		Recording() {
		}

		Recording(long id, java.sql.Blob sound) {
			this.id = id;
			this.sound = sound;
		}

	}

	@Entity
	@Audited
	static class Fragile {

		@Id
		long id;

		@Convert(converter = FailsForTheTrail.class)
		String code = "top secret";

		Fragile() {
		}

		Fragile(long id) {
			this.id = id;
		}

	}

	/**
	 * Fails where the trail reads it, but not where Hibernate does.
	 */
	@Converter
	static class FailsForTheTrail implements AttributeConverter<String, String> {

		@Override
		public String convertToDatabaseColumn(String value) {
			boolean forTheTrail = StackWalker.getInstance()
				.walk((frames) -> frames.anyMatch((frame) -> frame.getClassName().endsWith("BasicValues")));
			if (forTheTrail) {
				throw new IllegalStateException(value);
			}
			return value;
		}

		@Override
		public String convertToEntityAttribute(String column) {
			return column;
		}

	}

}
