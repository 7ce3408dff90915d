/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.table.Sql;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.AuxiliaryDatabaseObject;
import org.hibernate.boot.model.relational.Namespace;
import org.hibernate.boot.model.relational.QualifiedName;
import org.hibernate.boot.model.relational.QualifiedSequenceName;
import org.hibernate.boot.model.relational.Sequence;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.dialect.Dialect;
import org.hibernate.engine.jdbc.internal.FormatStyle;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.generator.Generator;
import org.hibernate.id.enhanced.DatabaseStructure;
import org.hibernate.id.enhanced.SequenceStyleGenerator;
import org.hibernate.mapping.Join;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Table;
import org.jspecify.annotations.Nullable;

/**
 * The tables and sequences that Envers writes to: those of the history of entities and
 * collections, and those of the revision entity. Without one of them every change of an
 * audited entity fails.
 */
public final class HistoryTables {

	/** What Envers calls itself where it adds tables to the mapping. */
	private static final String ENVERS = "envers";

	private static final String MISSING = """
			select name from unnest(?::text[]) with ordinality as wanted (name, place)
			where to_regclass(name) is null order by place
			""";

	private final Metadata metadata;

	private final Dialect dialect;

	private final SqlStringGenerationContext context;

	private final boolean ofTenants;

	/** By their names in SQL. */
	private final Map<String, Table> tables = new LinkedHashMap<>();

	/** Those of the audited entities that name no schema, by their names in SQL. */
	private final Set<String> unqualified = new LinkedHashSet<>();

	/** The sequences, with what creates each, by their names in SQL. */
	private final Map<String, List<String>> sequences = new LinkedHashMap<>();

	/**
	 * Finds out what Envers writes to.
	 * @param metadata the mapping
	 * @param sessionFactory what was made of it
	 * @param envers knows which entities are audited
	 */
	private HistoryTables(Metadata metadata, SessionFactoryImplementor sessionFactory, EnversService envers) {
		this.metadata = metadata;
		this.dialect = sessionFactory.getJdbcServices().getDialect();
		this.context = sessionFactory.getSqlStringGenerationContext();
		this.ofTenants = sessionFactory.getSessionFactoryOptions().isMultiTenancyEnabled();
		String revisionEntity = envers.getConfig().getRevisionInfo().getRevisionInfoEntityName();
		addSequence(sessionFactory.getMappingMetamodel().getEntityDescriptor(revisionEntity).getGenerator());
		Set<Table> found = new LinkedHashSet<>(tablesOf(metadata.getEntityBinding(revisionEntity)));
		metadata.collectTableMappings()
			.stream()
			.filter((one) -> one.getContributor().equals(ENVERS))
			.forEach(found::add);
		found.stream().filter(Table::isPhysicalTable).forEach((table) -> this.tables.put(sqlName(table), table));
		metadata.getEntityBindings()
			.stream()
			.filter((entity) -> envers.getEntitiesConfigurations().isVersioned(entity.getEntityName()))
			.flatMap((entity) -> entity.getTableClosure().stream())
			.filter((table) -> table.isPhysicalTable() && table.getSchema() == null
					&& this.context.getDefaultSchema() == null)
			.forEach((table) -> this.unqualified.add(sqlName(table)));
	}

	static HistoryTables of(Metadata metadata, SessionFactoryImplementor sessionFactory, EnversService envers) {
		return new HistoryTables(metadata, sessionFactory, envers);
	}

	// The application's own revision entity may be a subclass, have secondary tables and
	// collections.
	private List<Table> tablesOf(@Nullable PersistentClass entity) {
		if (entity == null) {
			return List.of();
		}
		return Stream
			.of(entity.getTableClosure().stream(), entity.getJoinClosure().stream().map(Join::getTable),
					this.metadata.getCollectionBindings()
						.stream()
						.filter((collection) -> isOwner(entity, collection.getOwner()))
						.map(org.hibernate.mapping.Collection::getCollectionTable)
						.filter(Objects::nonNull))
			.flatMap((tables) -> tables)
			.toList();
	}

	private static boolean isOwner(@Nullable PersistentClass entity, PersistentClass owner) {
		return entity != null && (entity == owner || isOwner(entity.getSuperclass(), owner));
	}

	private void addSequence(@Nullable Generator generator) {
		if (generator instanceof SequenceStyleGenerator sequenceStyle) {
			DatabaseStructure structure = sequenceStyle.getDatabaseStructure();
			if (structure.isPhysicalSequence()) {
				QualifiedName name = structure.getPhysicalName();
				this.sequences.put(sqlName(name), creation(name));
			}
		}
	}

	private String sqlName(Table table) {
		return this.context.format(table.getQualifiedTableName());
	}

	private String sqlName(QualifiedName name) {
		return this.context
			.format(new QualifiedSequenceName(name.getCatalogName(), name.getSchemaName(), name.getObjectName()));
	}

	private List<String> creation(QualifiedName name) {
		for (Namespace namespace : this.metadata.getDatabase().getNamespaces()) {
			for (Sequence sequence : namespace.getSequences()) {
				if (this.context.format(sequence.getName()).equals(sqlName(name))) {
					return List.of(this.dialect.getSequenceExporter()
						.getSqlCreateStrings(sequence, this.metadata, this.context));
				}
			}
		}
		// That of Envers' own generator is none of the sequences.
		for (AuxiliaryDatabaseObject object : this.metadata.getDatabase().getAuxiliaryDatabaseObjects()) {
			if (object.getExportIdentifier().equals(name.render())) {
				return List.of(object.sqlCreateStrings(this.context));
			}
		}
		return List.of();
	}

	/**
	 * The names of what Envers writes to, as SQL names it.
	 * @return tables and sequences
	 */
	public List<String> names() {
		return Stream.concat(this.sequences.keySet().stream(), this.tables.keySet().stream()).toList();
	}

	/**
	 * Whether a name is that of a sequence.
	 * @param name the name
	 * @return {@code false} for that of a table
	 */
	public boolean isSequence(String name) {
		return this.sequences.containsKey(name);
	}

	/**
	 * Whether each tenant has a database or a schema of its own.
	 * @return whether no single connection tells whether all is there
	 */
	public boolean areOfTenants() {
		return this.ofTenants;
	}

	/**
	 * Looks what is not there, in one query against PostgreSQL's catalogue.
	 * @param connection sees what the application's sessions see
	 * @return names out of {@link #names()}
	 * @throws SQLException if the catalogue cannot be asked
	 */
	public List<String> missing(Connection connection) throws SQLException {
		return missing(connection, names());
	}

	/**
	 * Whether a connection sees none of the tables that audited entities have without a
	 * schema, as where each tenant has a search path of its own. It does not tell what
	 * Envers finds then.
	 * @param connection a connection that the application's sessions may have, too
	 * @return {@code false} also where all those tables name their schema
	 * @throws SQLException if the catalogue cannot be asked
	 */
	boolean areOutOfSight(Connection connection) throws SQLException {
		return !this.unqualified.isEmpty() && missing(connection, this.unqualified).size() == this.unqualified.size();
	}

	private static List<String> missing(Connection connection, Collection<String> names) throws SQLException {
		return Sql.list(connection, MISSING, (row) -> row.getString(1), Sql.array("text", names));
	}

	/**
	 * What creates tables and sequences, in the dialect of the application.
	 * @param names names out of {@link #names()}
	 * @return SQL statements in their order, without a semicolon
	 */
	public List<String> ddl(Collection<String> names) {
		List<String> ddl = new ArrayList<>();
		this.sequences.forEach((name, creation) -> {
			if (names.contains(name)) {
				ddl.addAll(creation);
			}
		});
		List<Table> wanted = this.tables.entrySet()
			.stream()
			.filter((table) -> names.contains(table.getKey()))
			.map(Map.Entry::getValue)
			.toList();
		for (Table table : wanted) {
			add(ddl, this.dialect.getTableExporter().getSqlCreateStrings(table, this.metadata, this.context));
			table.getIndexes()
				.values()
				.forEach((index) -> add(ddl,
						this.dialect.getIndexExporter().getSqlCreateStrings(index, this.metadata, this.context)));
			table.getUniqueKeys()
				.values()
				.forEach((key) -> add(ddl,
						this.dialect.getUniqueKeyExporter().getSqlCreateStrings(key, this.metadata, this.context)));
		}
		for (Table table : wanted) {
			table.getForeignKeyCollection()
				.forEach((key) -> add(ddl,
						this.dialect.getForeignKeyExporter().getSqlCreateStrings(key, this.metadata, this.context)));
		}
		return ddl;
	}

	private static void add(List<String> ddl, String[] statements) {
		for (String statement : statements) {
			// A constraint may be part of its table already.
			if (!statement.isBlank()) {
				ddl.add(FormatStyle.DDL.getFormatter().format(statement).strip());
			}
		}
	}

}
