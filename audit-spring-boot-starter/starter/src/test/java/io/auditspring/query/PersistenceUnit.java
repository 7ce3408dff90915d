package io.auditspring.query;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.LedgerDatabase;
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
		this(database.dataSource(), scanned, settings);
	}

	private PersistenceUnit(DataSource dataSource, String scanned, Map<String, String> settings) {
		this.factory.setDataSource(dataSource);
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

	static PersistenceUnit watched(LedgerDatabase database, StatementLog log) {
		return reading(log.watching(database.dataSource()), database.schema());
	}

	static PersistenceUnit reading(DataSource dataSource, Schema schema) {
		return new PersistenceUnit(dataSource, HOST, Map.of(AuditEntryMapping.SCHEMA, schema.name()));
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
