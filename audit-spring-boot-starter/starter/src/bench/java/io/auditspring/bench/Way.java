package io.auditspring.bench;

import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import jakarta.persistence.EntityManager;
import org.javers.core.Javers;
import org.javers.core.JaversBuilder;
import org.javers.repository.sql.DialectName;
import org.javers.repository.sql.SqlRepositoryBuilder;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A way to keep track of what business transactions change.
 */
enum Way {

	NONE("no audit", false, null, Plain.class),

	ENVERS("Envers alone", true, null, Plain.class),

	JAVERS("JaVers 7.9.0", false, null, WithJavers.class),

	TRANSACTIONAL("ours TRANSACTIONAL, with Envers", true, "transactional", Plain.class),

	TRANSACTIONAL_ALONE("ours TRANSACTIONAL, without Envers", false, "transactional", Plain.class),

	ASYNC("ours ASYNC, with Envers", true, "async", Plain.class),

	ASYNC_ALONE("ours ASYNC, without Envers", false, "async", Plain.class),

	SYNC("ours SYNC, with Envers", true, "sync", Plain.class);

	final String title;

	private final boolean envers;

	private final String delivery;

	private final Class<?> configuration;

	Way(String title, boolean envers, String delivery, Class<?> configuration) {
		this.title = title;
		this.envers = envers;
		this.delivery = delivery;
		this.configuration = configuration;
	}

	boolean isOurs() {
		return this.delivery != null;
	}

	ConfigurableApplicationContext start(DataSource dataSource) {
		return Application.start(dataSource,
				Map.of("spring.jpa.properties.hibernate.integration.envers.enabled", String.valueOf(this.envers),
						"audit.enabled", String.valueOf(isOurs()), "audit.delivery",
						isOurs() ? this.delivery : "transactional"),
				this.configuration);
	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

		@Bean
		Bookkeeping bookkeeping(EntityManager entityManager) {
			return new Bookkeeping(entityManager, (changed) -> {
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithJavers {

		// What its starter does, which is not there for this version of Spring Boot.
		@Bean
		Consumer<Object> commit(DataSource dataSource, PlatformTransactionManager transactions) {
			Javers javers = new TransactionTemplate(transactions).execute((status) -> JaversBuilder.javers()
				.registerEntity(Account.class)
				.registerEntity(Invoice.class)
				.registerEntity(InvoiceLine.class)
				.registerJaversRepository(SqlRepositoryBuilder.sqlRepository()
					.withDialect(DialectName.POSTGRES)
					.withConnectionProvider(() -> DataSourceUtils.getConnection(dataSource))
					.build())
				.build());
			return (changed) -> {
				if (changed instanceof Collection<?> several) {
					several.forEach((one) -> javers.commit("jane", one));
				}
				else {
					javers.commit("jane", changed);
				}
			};
		}

		@Bean
		Bookkeeping bookkeeping(EntityManager entityManager, Consumer<Object> commit) {
			return new Bookkeeping(entityManager, commit);
		}

	}

}
