/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import io.auditspring.ledger.Schema;

/**
 * What the migrations put around the tables of the ledger, and what somebody else may
 * have: triggers that are gone, off or another's, policies and rules and views between
 * the rows and those who read them, tables that bring rows of their own. None of it makes
 * an entry false, which its hash would tell, but it may have let something through, or
 * hide something.
 */
public final class SchemaIntegrity {

	private static final String CHECK = """
			with relation as (
				select oid, relname, relkind, relrowsecurity, relpersistence,
					case when relispartition then 'partition' else relname end as role
				from pg_class
				where oid in (to_regclass(?), to_regclass(?), to_regclass(?), to_regclass(?), to_regclass(?), to_regclass(?),
					to_regclass(?), to_regclass(?), to_regclass(?))
				or oid in (select relid from pg_partition_tree(to_regclass(?)))
			), expected (role, name, type, function) as (
				values ('audit_log', 'audit_log_append_only', 42, 'audit_refuse_change'),
					('audit_log', 'audit_log_only_redacted', 19, 'audit_check_redaction'),
					('audit_log', 'audit_log_take_entries', 4, 'audit_take_entries'),
					('audit_log', 'audit_log_refuse_forged_entries', 4, 'audit_refuse_forged_entries'),
					('partition', 'audit_log_append_only', 62, 'audit_refuse_change'),
					('partition', 'audit_log_only_redacted', 19, 'audit_check_redaction'),
					('audit_chain', 'audit_chain_begins_once', 7, 'audit_refuse_second_beginning'),
					('audit_checkpoint', 'audit_checkpoint_append_only', 58, 'audit_refuse_change'),
					('audit_tile', 'audit_tile_append_only', 58, 'audit_refuse_change')
				-- A ledger that was not migrated since then is not accused.
				union all
				select 'audit_chain', 'audit_chain_is_named', 7, 'audit_check_new_chain'
				where to_regprocedure(?) is not null
				union all
				select role, name, type, function
				from (values ('audit_checkpoint', 'audit_checkpoint_is_next', 7, 'audit_check_checkpoint'),
					('audit_tile', 'audit_tile_is_true', 7, 'audit_check_tile'),
					('audit_tree', 'audit_tree_is_true', 23, 'audit_check_tree'),
					('audit_root_head', 'audit_root_head_append_only', 58, 'audit_refuse_change'),
					('audit_cosignature', 'audit_cosignature_append_only', 58, 'audit_refuse_change'),
					('audit_archived', 'audit_archived_append_only', 58, 'audit_refuse_change')
				) as later (role, name, type, function)
				where to_regprocedure(?) is not null
				union all
				select 'audit_fork', 'audit_fork_append_only', 58, 'audit_refuse_change'
				where to_regclass(?) is not null
			), guard as (
				select relation.oid, relation.relname, tgname, exists (
					select
					from expected join pg_proc on proname = function
					where expected.role = relation.role and name = tgname and pg_proc.oid = tgfoid
					and pronamespace = ?::regnamespace and tgtype = type and tgenabled = 'A' and tgqual is null
				) as sound
				from pg_trigger join relation on relation.oid = tgrelid
				where not tgisinternal
			)
			select format('%s is no table of this ledger, but %s', relname, case relkind
				when 'v' then 'a view'
				when 'm' then 'a materialized view'
				when 'f' then 'a table of another server'
				when 'p' then 'divided into further ones'
				else 'something else'
			end)
			from relation
			where relkind <> case role when 'audit_log' then 'p' else 'r' end
			union all
			select format('policies decide who sees which rows of %s', relname) from relation where relrowsecurity
			union all
			select format('%s loses its rows when the server fails', relname) from relation where relpersistence <> 'p'
			union all
			select format('the rule %s stands between %s and those who use it', rulename, relname)
			from pg_rewrite join relation on relation.oid = ev_class
			where relkind <> 'v'
			union all
			select format('%s inherits from %s, and brings its own rows', inhrelid::regclass, relname)
			from pg_inherits join relation on relation.oid = inhparent
			where relkind = 'r'
			union all
			select format('column %s of %s has a value of its own', attname, relname)
			from pg_attribute join relation on relation.oid = attrelid
			where atthasdef and role in ('audit_log', 'partition', 'audit_chain', 'audit_tile', 'audit_tree')
			union all
			select format('column %s of %s compares texts by the collation %s', attname, relname,
				attcollation::regcollation)
			from pg_attribute join relation on relation.oid = attrelid
			where attnum > 0 and attcollation not in (0, '"default"'::regcollation)
			and not (role in ('audit_log', 'partition') and attcollation = '"C"'::regcollation)
			union all
			select format('the trigger %s on %s is missing, off or another one', name, relname)
			from expected join relation on relation.role = expected.role
			where relkind in ('r', 'p')
			and not exists (select from guard where guard.oid = relation.oid and tgname = name and sound)
			union all
			select format('there is a trigger %s on %s that does not belong there', tgname, relname)
			from guard
			where not sound
			and not exists (
				select
				from expected join relation on relation.role = expected.role
				where relation.oid = guard.oid and name = tgname
			)
			order by 1
			""";

	private SchemaIntegrity() {
	}

	/**
	 * Looks what is not as the migrations made it. What functions do is not looked at: a
	 * later version may have replaced them.
	 * @param connection where
	 * @param schema the ledger's schema
	 * @return a sentence for each thing
	 * @throws SQLException if the database fails
	 */
	public static List<String> findings(Connection connection, Schema schema) throws SQLException {
		return Sql.list(connection, CHECK, (row) -> row.getString(1), schema.table("audit_log"),
				schema.table("audit_chain"), schema.table("audit_checkpoint"), schema.table("audit_tile"),
				schema.table("audit_tree"), schema.table("audit_root_head"), schema.table("audit_cosignature"),
				schema.table("audit_archived"), schema.table("audit_fork"), schema.table("audit_log"),
				schema.table("audit_check_new_chain()"), schema.table("audit_check_tree()"), schema.table("audit_fork"),
				'"' + schema.name() + '"');
	}

}
