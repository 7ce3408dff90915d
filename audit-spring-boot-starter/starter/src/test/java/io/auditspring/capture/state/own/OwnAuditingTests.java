package io.auditspring.capture.state.own;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.assertj.core.groups.Tuple;
import org.hibernate.annotations.Changelog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Entities that use the audit log that Hibernate brings itself since 7.4, not Envers.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnAuditingTests {

	@Test
	void theCallIsAuditedWithoutStateAndAWarningSaysWhy(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(PlainHost.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run()) {
			context.getBean(Notes.class).write(1);
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			List<Map<String, Object>> entries = log.await(1);
			assertThat(entries.get(0)).containsEntry("outcome", "success").containsEntry("after_state", null);
			assertThat(log.jdbc().queryForList("select id from audited_note_aud", Long.class)).containsExactly(1L);
			assertThat(output).contains("No state is captured of [" + AuditedNote.class.getName() + "]");
		}
	}

	@Test
	void theNumberOfTheChangesetIsTheRevision() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(NumberedHost.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.capture.entities=annotated")
			.run()) {
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			context.getBean(Notes.class).write(1);
			context.getBean(Notes.class).write(2);
			List<Map<String, Object>> entries = log.await(2);
			assertThat(log.jdbc().queryForList("select id from changes order by id", Long.class)).containsExactly(1L,
					2L);
			assertThat(entries).extracting("target_id", "revision")
				.containsExactly(Tuple.tuple("1", 1L), Tuple.tuple("2", 2L));
		}
	}

	@Test
	void anIdentifierThatFailsForUsFailsNobodyElse(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(PlainHost.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
			.run()) {
			context.getBean(Notes.class).writeOdd(1);
			AuditLog log = new AuditLog(context.getBean(DataSource.class));
			assertThat(log.await(1).get(0)).containsEntry("outcome", "success");
			assertThat(log.jdbc().queryForList("select number from odd_note", Long.class)).containsExactly(1L);
			assertThat(output).contains("The state of OddNote cannot be read, its entries lack it: "
					+ "java.lang.UnsupportedOperationException");
		}
	}

	/**
	 * The changesets, which have numbers.
	 */
	@Entity(name = "Changes")
	@Table(name = "changes")
	@Changelog
	static class Changes {

		@Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		@Changelog.ChangesetId
		long id;

		@Changelog.Timestamp
		Instant at;

	}

	/**
	 * An entity whose identifier can be read by Hibernate only.
	 */
	@Entity(name = "OddNote")
	static class OddNote {

		@EmbeddedId
		OddId id;

		OddNote() {
		}

		OddNote(long number) {
			this.id = new OddId();
			this.id.setNumber(number);
		}

	}

	/**
	 * Its identifier.
	 */
	@Embeddable
	@Access(AccessType.PROPERTY)
	static class OddId {

		private long number;

		long getNumber() {
			StackWalker.getInstance().forEach((frame) -> {
				if (frame.getClassName().endsWith(".ChangeReporter")) {
					throw new UnsupportedOperationException();
				}
			});
			return this.number;
		}

		void setNumber(long number) {
			this.number = number;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof OddId id && id.number == this.number;
		}

		@Override
		public int hashCode() {
			return Long.hashCode(this.number);
		}

	}

	/**
	 * An entity with Hibernate's own audit log.
	 */
	@Entity(name = "AuditedNote")
	@org.hibernate.annotations.Audited
	static class AuditedNote {

		@Id
		long id;

		AuditedNote() {
		}

		AuditedNote(long id) {
			this.id = id;
		}

	}

	/**
	 * Writes notes.
	 */
	static class Notes {

		private final EntityManager entityManager;

		Notes(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited("note.write")
		@Transactional
		public void write(long id) {
			this.entityManager.persist(new AuditedNote(id));
		}

		@Audited("note.write")
		@Transactional
		public void writeOdd(long number) {
			this.entityManager.persist(new OddNote(number));
		}

	}

	/**
	 * The application, with numbered changesets.
	 */
	@Configuration(proxyBeanMethods = false)
	static class NumberedHost extends Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> !name.equals(OddNote.class.getName());
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class PlainHost extends Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> !name.equals(Changes.class.getName());
		}

	}

	/**
	 * What both have.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		Notes notes(EntityManager entityManager) {
			return new Notes(entityManager);
		}

	}

}
