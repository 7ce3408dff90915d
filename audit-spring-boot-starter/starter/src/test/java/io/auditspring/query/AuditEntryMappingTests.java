package io.auditspring.query;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManager;
import jakarta.persistence.metamodel.EntityType;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AuditEntryMappingTests {

	@Test
	void aUnitWithTheSettingKnowsEntries() {
		try (PersistenceUnit unit = PersistenceUnit.with(LedgerDatabase.create())) {
			assertThat(unit.entityManagerFactory().getMetamodel().getEntities()).extracting(EntityType::getName)
				.containsExactlyInAnyOrder("AuditSpringEntry", "Product");
		}
	}

	@Test
	void anApplicationsOwnAuditEntryKeepsItsName() {
		try (PersistenceUnit unit = PersistenceUnit.scanning("io.auditspring.query.rival", LedgerDatabase.create())) {
			assertThat(unit.entityManager().createQuery("from AuditSpringEntry", AuditEntry.class).getResultList())
				.isEmpty();
			assertThat(unit.entityManagerFactory().getMetamodel().entity("AuditEntry").getJavaType())
				.isEqualTo(io.auditspring.query.rival.AuditEntry.class);
		}
	}

	@Test
	void aUnitWithoutTheSettingIsLeftAlone() {
		try (PersistenceUnit unit = PersistenceUnit.withoutAudit(LedgerDatabase.create())) {
			assertThat(unit.entityManagerFactory().getMetamodel().getEntities()).extracting(EntityType::getName)
				.containsExactly("Product");
		}
	}

	@Test
	void entriesAreReadFromTheConfiguredSchema() {
		LedgerDatabase database = LedgerDatabase.create("select");
		database.append("main", Entries.entries(3));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			assertThat(trail.find(AuditQuery.all())).hasSize(3);
			assertThat(trail.verify().valid()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "create", "create-drop", "update", "drop" })
	void schemaGenerationNeverTouchesTheLedger(String mode) {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", Entries.entries(3));
		String before = tables(database);
		try (PersistenceUnit unit = PersistenceUnit.with(database, "hibernate.hbm2ddl.auto", mode,
				"hibernate.hbm2ddl.create_namespaces", "true")) {
			assertThat(unit.entityManagerFactory().isOpen()).isTrue();
		}
		assertThat(tables(database)).isEqualTo(before);
		assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify("main").entries()).isEqualTo(3);
	}

	@Test
	void schemaValidationDoesNotMindTheLedger() {
		LedgerDatabase database = LedgerDatabase.create();
		database.execute("create table product (id bigint primary key)");
		try (PersistenceUnit unit = PersistenceUnit.with(database, "hibernate.hbm2ddl.auto", "validate")) {
			assertThat(unit.entityManagerFactory().isOpen()).isTrue();
		}
	}

	@Test
	void entriesAreNotWrittenThroughJpa() {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", Entries.entries(1));
		try (PersistenceUnit unit = PersistenceUnit.with(database);
				EntityManager entityManager = unit.entityManagerFactory().createEntityManager()) {
			entityManager.getTransaction().begin();
			List<AuditEntry> entries = entityManager.createQuery("from AuditSpringEntry", AuditEntry.class)
				.getResultList();
			Objects.requireNonNull(entries.get(0).getMetadata()).put("amount", 0);
			entityManager.getTransaction().commit();
			assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify().valid()).isTrue();
		}
	}

	private static String tables(LedgerDatabase database) {
		return Objects.requireNonNull(database.query("""
				select string_agg(format('%s.%s', table_schema, table_name), ' ' order by table_schema, table_name)
				from information_schema.tables
				where table_schema like 'audit%' or table_name ilike '%audit%'
				"""));
	}

	@Test
	void aNamingStrategyOfTheApplicationDoesNotRenameTheLedger() {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", Entries.entries(3));
		try (PersistenceUnit unit = PersistenceUnit.with(database, "hibernate.physical_naming_strategy",
				HouseNames.class.getName())) {
			EntityManager entityManager = unit.entityManager();
			AuditTrail trail = new JpaAuditTrail(entityManager,
					new LedgerVerifier(database.dataSource(), database.schema()));
			assertThat(trail.find(AuditQuery.all())).hasSize(3);
			assertThat(
					entityManager.createQuery("select e.actorType from AuditEntry e where e.seq < 3").getResultList())
				.hasSize(3);
		}
	}

	/**
	 * As a house demands them: with a prefix, in capital letters, quoted.
	 */
	public static class HouseNames extends PhysicalNamingStrategyStandardImpl {

		private static final long serialVersionUID = 1L;

		@Override
		public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
			return Identifier.toIdentifier("T_" + name.getText().toUpperCase(Locale.ROOT), true);
		}

		@Override
		public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
			return Identifier.toIdentifier("C_" + name.getText().toUpperCase(Locale.ROOT), true);
		}

	}

}
