package io.auditspring.capture.state;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaUpdate;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.envers.Audited;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Statements that change rows past the listeners of entities.
 */
class BulkTests {

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication();
		application.prepare((entityManager) -> {
			for (int id = 1; id <= 5; id++) {
				entityManager.persist(new Ware(id));
				entityManager.persist(new Lion(id));
			}
		});
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static Object metadataOf(Consumer<EntityManager> work) {
		List<Map<String, Object>> entries = application.call(work);
		assertThat(entries).hasSize(1);
		return entries.get(0).get("metadata");
	}

	@Test
	void hqlSaysWhatItRanAndHowManyRowsChanged() {
		assertThat(metadataOf((entityManager) -> entityManager
			.createQuery("update Ware p set p.note = 'top secret', p.active = :active where p.id <= 3")
			.setParameter("active", false)
			.executeUpdate()))
			.isEqualTo("{\"bulk\": [{\"rows\": 3, \"statement\": "
					+ "\"update bulk_ware w1_0 set note=?,active=? where w1_0.id<=?\"}]}".replace("bulk_ware",
							table(Ware.class)));
	}

	@Test
	void hqlOnSeveralTablesCountsTheEntities() {
		assertThat((String) metadataOf((entityManager) -> entityManager
			.createQuery("update Lion c set c.name = 'top secret', c.lives = 7 where c.id in (1, 2)")
			.executeUpdate())).contains("\"rows\": 2").contains("update").doesNotContain("secret");
		assertThat((String) metadataOf(
				(entityManager) -> entityManager.createQuery("delete from Creature a where a.id = 5").executeUpdate()))
			.contains("\"rows\": 1")
			.contains("delete from");
	}

	@Test
	void criteriaAndStatelessSessionsAreSeen() {
		assertThat((String) metadataOf((entityManager) -> {
			CriteriaBuilder builder = entityManager.getCriteriaBuilder();
			CriteriaUpdate<Ware> update = builder.createCriteriaUpdate(Ware.class);
			update.from(Ware.class);
			entityManager.createQuery(update.set("note", "top secret")).executeUpdate();
		})).contains("\"rows\": 5").doesNotContain("secret");
		assertThat((String) metadataOf((entityManager) -> {
			StatelessSession session = entityManager.unwrap(Session.class).statelessWithOptions().connection().open();
			session.createMutationQuery("delete from Ware p where p.id = 99").executeUpdate();
		})).contains("\"rows\": 0");
	}

	@Test
	void nativeStatementsAreSeen() {
		String table = table(Ware.class);
		assertThat(metadataOf((entityManager) -> entityManager
			.createNativeQuery("update %s set note = 'top secret' where id > 3".formatted(table))
			.executeUpdate()))
			.isEqualTo("{\"bulk\": [{\"rows\": 2, \"statement\": \"update %s set note = ? where id > ?\"}]}"
				.formatted(table));
	}

	@Test
	void whatAStatelessSessionWritesWithoutKnowingWhetherItIsNewIsBulk() {
		String table = table(Ware.class);
		assertThat(metadataOf((entityManager) -> {
			StatelessSession session = entityManager.unwrap(Session.class).statelessWithOptions().connection().open();
			session.upsert(new Ware(1));
			session.upsertMultiple(List.of(new Ware(2), new Ware(5)));
		})).isEqualTo("{\"bulk\": [{\"rows\": 3, \"times\": 3, \"statement\": \"upsert into %s\"}]}".formatted(table));
	}

	@Test
	void whatIsInsertedByAStatementIsSeen() {
		String table = table(Ware.class);
		assertThat((String) metadataOf((entityManager) -> entityManager
			.createQuery("insert into Ware (id, active, note) values (91, true, 'top secret'), (92, true, 'b')")
			.executeUpdate())).contains("\"rows\": 2", "insert into " + table).doesNotContain("secret");
		assertThat((String) metadataOf((entityManager) -> entityManager
			.createQuery(
					"insert into Ware (id, active, note) select w.id + 1000, true, w.note from Ware w where w.id = 91")
			.executeUpdate())).contains("\"rows\": 1", "insert into " + table);
		assertThat((String) metadataOf((entityManager) -> entityManager.createQuery(
				"insert into Ware (id, active, note) values (91, true, 'c') on conflict (id) do update set note = 'd'")
			.executeUpdate())).contains("\"rows\": 1", "insert into " + table);
		application
			.prepare((entityManager) -> entityManager.createQuery("delete from Ware w where w.id > 5").executeUpdate());
	}

	@Test
	void howTheRowsOfAChangingStatementAreReadDoesNotMatter() {
		String statement = "update %s set note = 'n' where id = 1 returning id".formatted(table(Ware.class));
		String seen = "update %s set note = ? where id = ? returning id".formatted(table(Ware.class));
		assertThat((String) metadataOf((entityManager) -> entityManager.createNativeQuery(statement, Long.class)
			.getResultStream()
			.forEach((id) -> assertThat(id).isEqualTo(1L)))).contains(seen);
		assertThat((String) metadataOf((entityManager) -> entityManager.unwrap(Session.class)
			.createNativeQuery(statement, Long.class)
			.scroll()
			.close())).contains(seen);
		assertThat((String) metadataOf((entityManager) -> entityManager.unwrap(Session.class)
			.createNativeQuery(statement, Long.class)
			.uniqueResult())).contains(seen);
	}

	@Test
	void ofWhatReturnsRowsTheirNumberIsNotGuessed() {
		String table = table(Ware.class);
		assertThat(
				metadataOf(
						(entityManager) -> entityManager
							.createNativeQuery("with c as (update %s set note = 'x' returning id) select max(id) from c"
								.formatted(table), Long.class)
							.getSingleResult()))
			.isEqualTo("{\"bulk\": [{\"statement\": "
					+ "\"with c as (update %s set note = ? returning id) select max(id) from c\"}]}".formatted(table));
	}

	@Test
	void aStatementInALoopIsOne() {
		assertThat((String) metadataOf((entityManager) -> {
			for (long id = 1; id <= 4; id++) {
				entityManager.createQuery("update Ware p set p.note = 'n' where p.id = :id")
					.setParameter("id", id)
					.executeUpdate();
			}
		})).startsWith("{\"bulk\": [{\"rows\": 4, \"times\": 4, ");
		assertThat(metadataOf((entityManager) -> {
			for (int i = 0; i < 103; i++) {
				entityManager.createNativeQuery("update ware w%d set note = 'n' where id = 1".formatted(i))
					.executeUpdate();
			}
		}).toString()).endsWith("{\"rows\": 3, \"times\": 3, \"statement\": \"…\"}]}");
	}

	@Test
	void howeverManyThereAreTheTransactionKeepsOneThatWaitsForItsEnd() {
		assertThat((String) metadataOf((entityManager) -> {
			int synchronizations = TransactionSynchronizationManager.getSynchronizations().size();
			int observers = observers(entityManager);
			for (int i = 0; i < 20_000; i++) {
				update(entityManager, -i);
			}
			assertThat(TransactionSynchronizationManager.getSynchronizations().size() - synchronizations)
				.isLessThanOrEqualTo(1);
			assertThat(observers(entityManager) - observers).isLessThanOrEqualTo(1);
		})).startsWith("{\"bulk\": [{\"rows\": 0, \"times\": 20000, ");
	}

	private static int observers(EntityManager entityManager) {
		List<?> observers = (List<?>) ReflectionTestUtils.getField(
				entityManager.unwrap(SharedSessionContractImplementor.class).getTransactionCoordinator(), "observers");
		return (observers != null) ? observers.size() : 0;
	}

	private static void update(EntityManager entityManager, long id) {
		entityManager.createQuery("update Ware p set p.note = 'n' where p.id = :id")
			.setParameter("id", id)
			.executeUpdate();
	}

	// As Spring tells of those of a connection.
	private static void savepoint(Object savepoint) {
		TransactionSynchronizationManager.getSynchronizations().forEach((each) -> each.savepoint(savepoint));
	}

	private static void rollBackTo(Object savepoint) {
		TransactionSynchronizationManager.getSynchronizations().forEach((each) -> each.savepointRollback(savepoint));
	}

	@Test
	void whatIsRolledBackToASavepointIsNotTold() {
		assertThat((String) metadataOf((entityManager) -> {
			Object outer = new Object();
			Object inner = new Object();
			update(entityManager, 1);
			savepoint(outer);
			update(entityManager, 2);
			savepoint(inner);
			update(entityManager, 3);
			rollBackTo(inner);
			update(entityManager, 4);
			rollBackTo(inner);
			update(entityManager, 5);
		})).startsWith("{\"bulk\": [{\"rows\": 3, \"times\": 3, ");
		assertThat((String) metadataOf((entityManager) -> {
			Object outer = new Object();
			savepoint(outer);
			Object inner = new Object();
			update(entityManager, 1);
			savepoint(inner);
			update(entityManager, 2);
			rollBackTo(outer);
			update(entityManager, 3);
			rollBackTo(outer);
			update(entityManager, 4);
			update(entityManager, 5);
		})).startsWith("{\"bulk\": [{\"rows\": 2, \"times\": 2, ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.hibernate.envers.strategy.DefaultAuditStrategy",
			"org.hibernate.envers.strategy.ValidityAuditStrategy" })
	void whatAFlushOrEnversWritesIsNotBulk(String strategy) {
		try (StateApplication other = new StateApplication(
				"spring.jpa.properties.org.hibernate.envers.audit_strategy=" + strategy)) {
			other.prepare((entityManager) -> {
				entityManager.persist(new Ware(1));
				Collections.Article article = new Collections.Article(1);
				article.ratings.add(9);
				entityManager.persist(article);
			});
			List<Map<String, Object>> entries = other.call((entityManager) -> {
				entityManager.find(Ware.class, 1).active = false;
				entityManager.flush();
				entityManager.find(Ware.class, 1).active = true;
				entityManager.find(Collections.Article.class, 1).ratings.clear();
				entityManager.persist(new Lion(7));
				entityManager.persist(new StateTests.Generated());
				entityManager.flush();
				entityManager.createQuery("select p from Ware p", Ware.class).getResultList();
				entityManager.createNativeQuery("select 1 from generate_series(1, 3) for update").getResultList();
				entityManager.remove(entityManager.find(Lion.class, 7));
			});
			assertThat(entries).hasSizeGreaterThan(1).extracting("metadata").containsOnlyNulls();
		}
	}

	@Test
	void whatIsRolledBackIsNotTold() {
		int earlier = application.log().entries().size();
		assertThatIllegalStateException().isThrownBy(() -> application.callOnly((entityManager) -> {
			entityManager.createQuery("update Ware p set p.note = 'n'").executeUpdate();
			throw new IllegalStateException("no");
		}));
		assertThat(application.log().await(earlier + 1).get(earlier)).containsEntry("outcome", "failure")
			.containsEntry("metadata", null);
	}

	@Test
	void whatACallThatFailsHasCommittedApartIsTold() {
		int earlier = application.log().settled();
		assertThatIllegalStateException().isThrownBy(() -> application.callOnly((entityManager) -> {
			entityManager.createQuery("update Ware p set p.note = 'n' where p.id = 1").executeUpdate();
			application.apart((inner) -> inner.createQuery("delete from Ware p where p.id = 99").executeUpdate());
			throw new IllegalStateException("no");
		}));
		assertThat(application.log().await(earlier + 1).get(earlier)).containsEntry("outcome", "failure")
			.hasEntrySatisfying("metadata",
					(metadata) -> assertThat((String) metadata).contains("delete", "\"rows\": 0")
						.doesNotContain("update"));
	}

	@Test
	void whatIsRolledBackOnTheWayIsNotToldAndTheRestIs() {
		assertThat((String) metadataOf((entityManager) -> {
			entityManager.createQuery("update Ware p set p.note = 'n' where p.id = 1").executeUpdate();
			assertThatIllegalStateException().isThrownBy(() -> application.apart((inner) -> {
				inner.createQuery("update Ware p set p.note = 'n' where p.id in (2, 3)").executeUpdate();
				throw new IllegalStateException("no");
			}));
			application.apart((inner) -> inner.createQuery("delete from Ware p where p.id = 99").executeUpdate());
		})).contains("delete", "\"rows\": 0", "\"rows\": 1").doesNotContain("\"rows\": 2");
	}

	@Entity(name = "Ware")
	@Audited
	static class Ware {

		@Id
		long id;

		boolean active = true;

		String note;

		Ware() {
		}

		Ware(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Creature")
	@Audited
	@Inheritance(strategy = InheritanceType.JOINED)
	static class Creature {

		@Id
		long id;

		String name = "Leo";

	}

	@Entity(name = "Lion")
	@Audited
	static class Lion extends Creature {

		int lives = 1;

		Lion() {
		}

		Lion(long id) {
			this.id = id;
		}

	}

	private static String table(Class<?> type) {
		return application.factory()
			.unwrap(SessionFactoryImplementor.class)
			.getMappingMetamodel()
			.getEntityDescriptor(type)
			.getMappedTableDetails()
			.getTableName();
	}

}
