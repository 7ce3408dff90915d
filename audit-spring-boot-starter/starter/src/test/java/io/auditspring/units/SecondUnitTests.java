package io.auditspring.units;

import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jpa.EntityManagerFactoryBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with a second persistence unit beside that of Spring Boot, which is
 * injected by its qualifier only.
 */
class SecondUnitTests {

	@Test
	void entitiesOfEachUnitAreKnown() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Stock.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.flyway.enabled=false",
					"spring.jpa.hibernate.ddl-auto=create")
			.run()) {
			Clerk clerk = context.getBean(Clerk.class);
			clerk.open(new Crate(7, "jane@example.org"));
			clerk.open(new Crate(8, "jane@example.org"));
			assertThat(new AuditLog(context.getBean(DataSource.class)).await(2))
				.extracting((entry) -> entry.get("target_type") + " " + entry.get("target_id"))
				.containsExactly("Crate 7", "Crate 8");
			assertThat(context.getBean(EntityManagerFactory.class).getMetamodel().getEntities())
				.extracting((entity) -> (Object) entity.getJavaType())
				.contains(PurchaseOrder.class)
				.doesNotContain(Crate.class);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Stock {

		@Bean(defaultCandidate = false)
		@Qualifier("stock")
		DataSource stockDatabase() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean(defaultCandidate = false)
		@Qualifier("stock")
		LocalContainerEntityManagerFactoryBean stockUnit(EntityManagerFactoryBuilder builder,
				@Qualifier("stock") DataSource database) {
			return builder.dataSource(database)
				.managedTypes(PersistenceManagedTypes.of(Crate.class.getName()))
				.persistenceUnit("stock")
				.properties(Map.of("hibernate.hbm2ddl.auto", "create"))
				.build();
		}

		@Bean
		Clerk clerk() {
			return new Clerk();
		}

	}

	static class Clerk {

		@Audited(action = "crate.open", targetType = "Crate", targetId = "#crate")
		public void open(Crate crate) {
		}

	}

	@Entity(name = "Crate")
	static class Crate {

		@Id
		private Integer number;

		private String owner;

		Crate() {
		}

		Crate(int number, String owner) {
			this.number = number;
			this.owner = owner;
		}

		public String getOwner() {
			return this.owner;
		}

	}

}
