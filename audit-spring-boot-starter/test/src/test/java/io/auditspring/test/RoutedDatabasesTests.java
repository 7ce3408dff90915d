package io.auditspring.test;

import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with a database for each tenant, of which the test is one.
 */
@DirtiesContext
@AuditTest
@JdbcTest(properties = "audit.relay.poll-interval=1h")
@AutoConfigureTestDatabase(replace = Replace.NONE)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@ContextConfiguration(classes = RoutedDatabasesTests.Tenants.class)
class RoutedDatabasesTests {

	private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

	@Autowired
	private AuditRecorder recorder;

	@Autowired
	private RecordedEntries trail;

	@Autowired
	private PlatformTransactionManager transactions;

	@BeforeEach
	void asTenant() {
		TENANT.set("acme");
	}

	@AfterEach
	void asNobody() {
		TENANT.remove();
	}

	@Test
	void whatATenantDoesIsSeenByTheTenant() {
		for (int i = 1; i <= 20; i++) {
			new TransactionTemplate(this.transactions)
				.executeWithoutResult((status) -> this.recorder.record(AuditRecord.action("acme.did").build()));
			assertThat(this.trail).hasEntries(i);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Tenants {

		@Bean
		DataSource dataSource() {
			AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return TENANT.get();
				}

			};
			routing.setTargetDataSources(Map.of("acme", ShopConfiguration.pool(TestDatabase.newDatabase())));
			routing.setDefaultTargetDataSource(ShopConfiguration.pool(TestDatabase.newDatabase()));
			return routing;
		}

	}

}
