package io.auditspring.callbacks;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import org.hibernate.Interceptor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * An audited call within a transaction flushes, to tell its changes from those around it.
 * Not where Hibernate cannot bear that: within its own callbacks, and before what is to
 * be stored can be.
 */
class FlushTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static EntityManager entityManager;

	private static Notifier notifier;

	private static Depot depot;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		entityManager = context.getBean(EntityManager.class);
		notifier = context.getBean(Notifier.class);
		depot = context.getBean(Depot.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = log.settled();
	}

	@AfterEach
	void hearNothing() {
		notifier.hear("");
	}

	private List<Map<String, Object>> entries(int count) {
		return log.await(this.before + count).subList(this.before, this.before + count);
	}

	private static TransactionTemplate transaction() {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	private static Parcel parcel() {
		Parcel parcel = new Parcel();
		transaction().executeWithoutResult((status) -> entityManager.persist(parcel));
		return parcel;
	}

	private static String status(Parcel parcel) {
		return log.jdbc().queryForObject("select status from parcel where id = ?", String.class, parcel.id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PreUpdate", "PostUpdate" })
	void whileTheCommitFlushes(String callback) {
		Parcel parcel = parcel();
		notifier.hear(callback);
		transaction().executeWithoutResult((status) -> entityManager.find(Parcel.class, parcel.id).status = "SENT");
		assertThat(status(parcel)).isEqualTo("SENT");
		assertThatItIsHeard(callback);
	}

	// A flush that tells the call's changes from others is told of, too.
	@ParameterizedTest
	@ValueSource(strings = { "PreFlush", "PostFlush" })
	void whoeverIsToldOfFlushes(String callback) {
		Parcel parcel = parcel();
		notifier.hear(callback);
		transaction().executeWithoutResult((status) -> entityManager.find(Parcel.class, parcel.id).status = "SENT");
		assertThat(status(parcel)).isEqualTo("SENT");
		assertThat(log.entriesAfter(log.settled() - 1)).extracting("action", "outcome", "target_name")
			.containsExactly(tuple("hear", "success", callback));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PrePersist", "PostPersist" })
	void whileAChangeIsCascaded(String callback) {
		Parcel parcel = parcel();
		Parcel within = new Parcel();
		notifier.hear(callback);
		transaction()
			.executeWithoutResult((status) -> entityManager.find(Parcel.class, parcel.id).contents.add(within));
		assertThat(status(within)).isEqualTo("NEW");
		assertThatItIsHeard(callback);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PreRemove", "PostRemove" })
	void whileAnEntityIsRemoved(String callback) {
		Parcel parcel = parcel();
		notifier.hear(callback);
		transaction().executeWithoutResult((status) -> {
			Parcel found = entityManager.find(Parcel.class, parcel.id);
			found.status = "LOST";
			entityManager.remove(found);
		});
		assertThat(log.jdbc().queryForList("select 1 from parcel where id = ?", parcel.id)).isEmpty();
		assertThatItIsHeard(callback);
	}

	@Test
	void whileAnEntityIsLoaded() {
		Parcel parcel = parcel();
		Parcel other = parcel();
		notifier.hear("PostLoad");
		transaction().executeWithoutResult((status) -> {
			entityManager.persist(new Parcel());
			entityManager.find(Parcel.class, parcel.id).status = "SENT";
			entityManager.find(Parcel.class, other.id).status = "SENT";
		});
		assertThat(status(other)).isEqualTo("SENT");
		assertThat(entries(2)).extracting("action", "outcome").containsOnly(tuple("hear", "success"));
	}

	private void assertThatItIsHeard(String callback) {
		assertThat(entries(1)).extracting("action", "outcome", "target_name", "target_type", "changes")
			.containsExactly(tuple("hear", "success", callback, null, null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PreUpdate", "PostUpdate" })
	void theChangeBelongsToTheCallThatMadeIt(String callback) {
		Parcel parcel = parcel();
		notifier.hear(callback);
		depot.send(parcel.id);
		assertThatItIsSent(callback);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PreUpdate", "PostUpdate" })
	void theChangeBelongsToTheJoinedCallThatMadeIt(String callback) {
		Parcel parcel = parcel();
		notifier.hear(callback);
		transaction().executeWithoutResult((status) -> depot.send(parcel.id));
		assertThatItIsSent(callback);
	}

	private void assertThatItIsSent(String callback) {
		assertThat(entries(2)).extracting("action", "outcome", "target_name", "changes")
			.containsExactlyInAnyOrder(tuple("hear", "success", callback, null),
					tuple("send", "success", null, "{\"status\": {\"to\": \"SENT\", \"from\": \"NEW\"}}"));
	}

	@Test
	void aCallThatTheFlushBeforeItKeepsFromItsMethodSaysSo() {
		Parcel parcel = parcel();
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> transaction().executeWithoutResult((status) -> {
				Shipment shipment = new Shipment();
				shipment.parcel = new Parcel();
				entityManager.persist(shipment);
				depot.send(parcel.id);
			}));
		assertThat(entries(1)).extracting("action", "outcome", "metadata")
			.containsExactly(tuple("send", "failure", "{\"reached\": false}"));
	}

	/**
	 * Sends parcels.
	 */
	static class Depot {

		private final EntityManager entityManager;

		Depot(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited("send")
		@Transactional
		public void send(long id) {
			this.entityManager.find(Parcel.class, id).status = "SENT";
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Notifier.Hearing hearing() {
			return new Notifier.Hearing();
		}

		@Bean
		Notifier notifier(Notifier.Hearing hearing) {
			return new Notifier(hearing);
		}

		@Bean
		Depot depot(EntityManager entityManager) {
			return new Depot(entityManager);
		}

		@Bean
		HibernatePropertiesCustomizer observingFlushes(ObjectProvider<Notifier> notifier) {
			return (properties) -> properties.put("hibernate.session_factory.interceptor", new Interceptor() {

				@Override
				public void preFlush(Iterator<Object> entities) {
					notifier.getObject().tell("PreFlush");
				}

				@Override
				public void postFlush(Iterator<Object> entities) {
					notifier.getObject().tell("PostFlush");
				}

			});
		}

	}

}
