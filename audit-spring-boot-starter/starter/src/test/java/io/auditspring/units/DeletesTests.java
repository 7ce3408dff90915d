package io.auditspring.units;

import javax.sql.DataSource;

import io.auditspring.AuditIgnore;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.hibernate.SessionFactory;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever listens to deletes makes Hibernate load what is deleted by reference.
 */
class DeletesTests {

	@Test
	void whereNothingIsAuditedWhatIsDeletedByReferenceIsNotLoaded() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Host.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"spring.jpa.hibernate.ddl-auto=create",
					"spring.jpa.properties.hibernate.integration.envers.enabled=false",
					"spring.jpa.properties.jakarta.persistence.validation.mode=none",
					"spring.jpa.properties.hibernate.generate_statistics=true")
			.run()) {
			TransactionTemplate transactions = context.getBean(TransactionTemplate.class);
			EntityManager entities = context.getBean(EntityManager.class);
			transactions.executeWithoutResult((status) -> entities.persist(new Note(1)));
			Statistics statistics = context.getBean(EntityManagerFactory.class)
				.unwrap(SessionFactory.class)
				.getStatistics();
			statistics.clear();
			transactions.executeWithoutResult((status) -> entities.remove(entities.getReference(Note.class, 1L)));
			assertThat(statistics.getPrepareStatementCount()).isEqualTo(1);
			assertThat(statistics.getEntityDeleteCount()).isEqualTo(1);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.") || name.startsWith(DeletesTests.class.getName());
		}

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

	}

	@Entity(name = "Note")
	@AuditIgnore
	static class Note {

		@Id
		private long id;

		Note() {
		}

		Note(long id) {
			this.id = id;
		}

	}

}
