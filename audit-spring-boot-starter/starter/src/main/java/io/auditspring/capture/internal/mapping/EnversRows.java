/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.envers.AuditReaderFactory;
import org.hibernate.envers.RevisionType;
import org.hibernate.envers.boot.internal.EnversService;
import org.hibernate.envers.configuration.Configuration;
import org.hibernate.envers.internal.entities.mapper.id.IdMapper;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.Query;
import org.jspecify.annotations.Nullable;

/**
 * What is in Envers' tables of entities, as it is there. Those of collections are not
 * read.
 */
public final class EnversRows {

	private static final String TYPE = "$type$";

	private final SessionFactoryImplementor unit;

	private final Configuration names;

	private final List<Table> tables = new ArrayList<>();

	/**
	 * Finds the tables.
	 * @param unit the persistence unit
	 */
	public EnversRows(SessionFactoryImplementor unit) {
		this.unit = unit;
		EnversService envers = unit.getServiceRegistry().requireService(EnversService.class);
		this.names = envers.getConfig();
		unit.getMappingMetamodel().forEachEntityDescriptor((persister) -> {
			String entity = persister.getEntityName();
			if (envers.getEntitiesConfigurations().isVersioned(entity)) {
				this.tables.add(new Table(persister, this.names.getAuditEntityName(entity),
						envers.getEntitiesConfigurations().get(entity).getIdMapper()));
			}
		});
		this.tables.sort(Comparator.comparing((table) -> table.name));
	}

	/**
	 * Finds revisions.
	 * @param session reads them
	 * @param after which revision to begin behind
	 * @param most how many at most
	 * @return their numbers, in order
	 */
	public List<Long> revisions(Session session, long after, int most) {
		return session
			.createQuery("select r.id from %s r where r.id > :after order by r.id".formatted(revisionEntity()),
					Number.class)
			.setParameter("after", number(after))
			.setMaxResults(most)
			.getResultList()
			.stream()
			.map(Number::longValue)
			.toList();
	}

	/**
	 * Reads the revision entity.
	 * @param session reads it
	 * @param revision the revision's number
	 * @return the entity
	 */
	public Object revision(Session session, long revision) {
		return Objects
			.requireNonNull(session.find(this.names.getRevisionInfo().getRevisionInfoClass(), number(revision)));
	}

	/**
	 * When a revision was made.
	 * @param session reads it
	 * @param revision the revision's number
	 * @return the time
	 */
	public Instant time(Session session, long revision) {
		return Instant.ofEpochMilli(AuditReaderFactory.get(session).getRevisionDate(number(revision)).getTime());
	}

	/**
	 * Reads what revisions changed.
	 * @param session reads it
	 * @param first the number of the first revision
	 * @param last that of the last one
	 * @return the rows, by revision
	 */
	public Map<Long, List<Row>> rows(Session session, long first, long last) {
		Map<Long, List<Row>> rows = new HashMap<>();
		for (Table table : this.tables) {
			for (Map<String, @Nullable Object> stored : table.rows(session, first, last)) {
				rows.computeIfAbsent(table.revision(stored).longValue(), (revision) -> new ArrayList<>())
					.add(table.row(session, stored));
			}
		}
		return rows;
	}

	private String revisionEntity() {
		return this.names.getRevisionInfo().getRevisionInfoEntityName();
	}

	// Revisions are numbered by int or by long.
	private Number number(long revision) {
		Class<?> type = this.unit.getMappingMetamodel()
			.getEntityDescriptor(revisionEntity())
			.getIdentifierType()
			.getReturnedClass();
		if (type == Long.class) {
			return revision;
		}
		return (int) Math.max(revision, Integer.MIN_VALUE);
	}

	/**
	 * What a revision changed of an entity.
	 *
	 * @param entity the entity's class
	 * @param id its identifier
	 * @param before what it was like, by the names of Envers; {@code null} if it was not
	 * there or the row before is not there any more
	 * @param after what it was like afterwards, or {@code null} if it was deleted
	 */
	public record Row(Class<?> entity, Object id, @Nullable Map<String, @Nullable Object> before,
			@Nullable Map<String, @Nullable Object> after) {

	}

	/**
	 * Where the rows of an entity are.
	 */
	private final class Table {

		private final EntityPersister entity;

		private final String name;

		private final IdMapper ids;

		private final String rows;

		private final String previous;

		Table(EntityPersister entity, String name, IdMapper ids) {
			this.entity = entity;
			this.name = name;
			this.ids = ids;
			String revision = "e." + EnversRows.this.names.getRevisionNumberPath();
			this.rows = "select e from %s e where %s between :first and :last order by %s".formatted(name, revision,
					revision);
			this.previous = "select e from %s e where %s and %s < :revision order by %s desc".formatted(name, "%s",
					revision, revision);
		}

		@SuppressWarnings({ "unchecked", "rawtypes" })
		List<Map<String, @Nullable Object>> rows(Session session, long first, long last) {
			return (List) session.createQuery(this.rows, Object.class)
				.setParameter("first", number(first))
				.setParameter("last", number(last))
				.getResultList()
				.stream()
				.filter((row) -> this.name.equals(((Map) row).get(TYPE)))
				.toList();
		}

		@SuppressWarnings("unchecked")
		private Map<String, @Nullable Object> key(Map<String, @Nullable Object> row) {
			return (Map<String, @Nullable Object>) Objects
				.requireNonNull(row.get(EnversRows.this.names.getOriginalIdPropertyName()));
		}

		Number revision(Map<String, @Nullable Object> row) {
			Object revision = Objects.requireNonNull(key(row).get(EnversRows.this.names.getRevisionFieldName()));
			return (Number) EnversRows.this.unit.getPersistenceUnitUtil().getIdentifier(revision);
		}

		Row row(Session session, Map<String, @Nullable Object> row) {
			Object kind = row.get(EnversRows.this.names.getRevisionTypePropertyName());
			Map<String, @Nullable Object> before = (kind != RevisionType.ADD) ? previous(session, row) : null;
			return new Row(this.entity.getMappedClass(), this.ids.mapToIdFromMap(key(row)),
					(before != null) ? state(before) : null, (kind != RevisionType.DEL) ? state(row) : null);
		}

		@SuppressWarnings("unchecked")
		private @Nullable Map<String, @Nullable Object> previous(Session session, Map<String, @Nullable Object> row) {
			Map<String, @Nullable Object> key = new LinkedHashMap<>(key(row));
			key.remove(EnversRows.this.names.getRevisionFieldName());
			key.remove(TYPE);
			List<String> conditions = new ArrayList<>();
			Map<String, @Nullable Object> values = new HashMap<>();
			key.forEach((name, value) -> {
				String parameter = "id" + values.size();
				conditions
					.add("e.%s.%s = :%s".formatted(EnversRows.this.names.getOriginalIdPropertyName(), name, parameter));
				values.put(parameter, value);
			});
			Query<Object> query = session
				.createQuery(this.previous.formatted(String.join(" and ", conditions)), Object.class)
				.setParameter("revision", revision(row))
				.setMaxResults(1);
			values.forEach(query::setParameter);
			return (Map<String, @Nullable Object>) query.getResultList().stream().findFirst().orElse(null);
		}

		private Map<String, @Nullable Object> state(Map<String, @Nullable Object> row) {
			Map<String, @Nullable Object> state = new TreeMap<>();
			key(row).forEach((name, value) -> {
				if (!name.equals(EnversRows.this.names.getRevisionFieldName())) {
					state.put(name, value);
				}
			});
			row.forEach((name, value) -> {
				if (!isEnvers(row, name)) {
					state.put(name, value);
				}
			});
			state.remove(TYPE);
			return state;
		}

		private boolean isEnvers(Map<String, @Nullable Object> row, String name) {
			Configuration names = EnversRows.this.names;
			String suffix = names.getModifiedFlagsSuffix();
			return name.equals(names.getOriginalIdPropertyName()) || name.equals(names.getRevisionTypePropertyName())
					|| name.equals(names.getRevisionEndFieldName())
					|| name.equals(names.getRevisionEndTimestampFieldName())
					|| (name.endsWith(suffix) && row.containsKey(name.substring(0, name.length() - suffix.length())));
		}

	}

}
