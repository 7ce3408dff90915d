package io.auditspring.query;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.auditspring.ledger.LedgerDatabase;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;

import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * The persistence unit of an application that has entities of its own.
 */
final class PersistenceUnit implements AutoCloseable {

	private static final String HOST = "io.auditspring.query.host";

	private final LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();

	private PersistenceUnit(LedgerDatabase database, String scanned, Map<String, String> settings) {
		this.factory.setDataSource(database.dataSource());
		this.factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		this.factory.setPackagesToScan(scanned);
		this.factory.setJpaPropertyMap(settings);
		this.factory.afterPropertiesSet();
	}

	static PersistenceUnit with(LedgerDatabase database, String... settings) {
		Map<String, String> all = new HashMap<>(Map.of(AuditEntryMapping.SCHEMA, database.schema().name()));
		for (int i = 0; i < settings.length; i += 2) {
			all.put(settings[i], settings[i + 1]);
		}
		return new PersistenceUnit(database, HOST, all);
	}

	static PersistenceUnit scanning(String scanned, LedgerDatabase database) {
		return new PersistenceUnit(database, scanned, Map.of(AuditEntryMapping.SCHEMA, database.schema().name()));
	}

	static PersistenceUnit withoutAudit(LedgerDatabase database) {
		return new PersistenceUnit(database, HOST, Map.of());
	}

	EntityManagerFactory entityManagerFactory() {
		return Objects.requireNonNull(this.factory.getObject());
	}

	EntityManager entityManager() {
		return SharedEntityManagerCreator.createSharedEntityManager(entityManagerFactory());
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
