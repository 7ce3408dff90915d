/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.ClassUtils;

/**
 * What JaVers recorded in its tables, of version 5.5 or later. Entities are called by the
 * simple names of their classes, as the trail calls them; a value object is a thing of
 * its own whose id is that of its owner and its path ({@code 7#address}).
 *
 * @since 0.1.0
 */
public final class JaversHistory implements AuditHistory {

	private static final int PAGE = 200;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final JdbcClient database;

	private final String commits;

	private final String snapshots;

	private JaversHistory(DataSource dataSource, String schema) {
		this.database = JdbcClient.create(dataSource);
		this.commits = """
				select commit_pk, author, commit_date_instant from %s.jv_commit
				where commit_pk > :after order by commit_pk fetch first %s rows only
				""".formatted(schema, PAGE);
		this.snapshots = """
				select s.commit_fk, s.type, s.state, old.state as before, s.managed_type,
					g.local_id, g.fragment, g.type_name, owner.local_id as owner_id, owner.type_name as owner_type
				from %1$s.jv_snapshot s
				join %1$s.jv_global_id g on g.global_id_pk = s.global_id_fk
				left join %1$s.jv_global_id owner on owner.global_id_pk = g.owner_id_fk
				left join %1$s.jv_snapshot old on old.global_id_fk = s.global_id_fk and old.version = s.version - 1
				where s.commit_fk between :first and :last order by s.snapshot_pk
				""".formatted(schema);
	}

	/**
	 * Reads JaVers' tables where it makes them by default.
	 * @param dataSource connections to its database
	 * @return its history
	 */
	public static JaversHistory of(DataSource dataSource) {
		return of(dataSource, "public");
	}

	/**
	 * Reads JaVers' tables.
	 * @param dataSource connections to its database
	 * @param schema where they are, as SQL names it
	 * @return its history
	 */
	public static JaversHistory of(DataSource dataSource, String schema) {
		return new JaversHistory(dataSource, schema);
	}

	@Override
	public String name() {
		return "JaVers";
	}

	@Override
	public void read(@Nullable String after, Consumer<HistoricCommit> sink) {
		BigDecimal last = (after != null) ? new BigDecimal(after) : BigDecimal.valueOf(Long.MIN_VALUE);
		while (true) {
			List<Commit> page = this.database.sql(this.commits)
				.param("after", last)
				.query((row, number) -> new Commit(row.getBigDecimal("commit_pk"), row.getString("author"),
						Instant.parse(row.getString("commit_date_instant"))))
				.list();
			if (page.isEmpty()) {
				return;
			}
			last = page.get(page.size() - 1).key();
			Map<BigDecimal, List<HistoricCommit.Change>> changes = changes(page.get(0).key(), last);
			page.forEach((commit) -> sink.accept(new HistoricCommit(commit.key().toPlainString(), commit.author(),
					commit.time(), changes.getOrDefault(commit.key(), List.of()))));
		}
	}

	private Map<BigDecimal, List<HistoricCommit.Change>> changes(BigDecimal first, BigDecimal last) {
		Map<BigDecimal, List<HistoricCommit.Change>> changes = new LinkedHashMap<>();
		this.database.sql(this.snapshots).param("first", first).param("last", last).query((row) -> {
			Thing thing = thing(row.getString("type_name"), row.getString("local_id"), row.getString("owner_type"),
					row.getString("owner_id"), row.getString("fragment"), row.getString("managed_type"));
			boolean deleted = "TERMINAL".equals(row.getString("type"));
			changes.computeIfAbsent(row.getBigDecimal("commit_fk"), (commit) -> new ArrayList<>())
				.add(new HistoricCommit.Change(thing.type(), thing.id(), state(row.getString("before")),
						deleted ? null : state(row.getString("state")), thing.owner()));
		});
		return changes;
	}

	private static Thing thing(@Nullable String type, @Nullable String id, @Nullable String ownerType,
			@Nullable String ownerId, @Nullable String fragment, String managedType) {
		Class<?> owner = known(managedType);
		if (fragment == null) {
			return new Thing(simple(String.valueOf(type)), identifier(String.valueOf(id)), owner);
		}
		return new Thing(simple(managedType),
				(ownerId != null) ? identifier(ownerId) + "#" + fragment : simple(ownerType + "#" + fragment), owner);
	}

	private static @Nullable Class<?> known(String type) {
		ClassLoader loader = ClassUtils.getDefaultClassLoader();
		return ClassUtils.isPresent(type, loader) ? ClassUtils.resolveClassName(type, loader) : null;
	}

	private static String simple(String type) {
		return type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
	}

	private static String identifier(String json) {
		JsonNode id = JSON.readTree(json);
		return id.isValueNode() ? id.asString() : id.toString();
	}

	private static @Nullable Map<String, @Nullable Object> state(@Nullable String json) {
		if (json == null) {
			return null;
		}
		Map<String, @Nullable Object> state = new LinkedHashMap<>();
		((ObjectNode) JSON.readTree(json)).properties().forEach((each) -> state.put(each.getKey(), each.getValue()));
		return state;
	}

	private record Commit(BigDecimal key, @Nullable String author, Instant time) {

	}

	private record Thing(String type, String id, @Nullable Class<?> owner) {

	}

}
