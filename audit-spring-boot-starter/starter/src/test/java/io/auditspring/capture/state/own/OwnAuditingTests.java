package io.auditspring.capture.state.own;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
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
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Entities that use the audit log that Hibernate brings itself since 7.4, not Envers.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnAuditingTests {

	@Test
	void theCallIsAuditedWithoutStateAndAWarningSaysWhy(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Host.class)
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

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean
		Notes notes(EntityManager entityManager) {
			return new Notes(entityManager);
		}

	}

}
