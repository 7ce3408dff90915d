package io.auditspring.query;

import io.auditspring.ledger.internal.table.LedgerDatabase;

/**
 * Entries of a year, as many as it takes: their columns are like those of real ones, but
 * they are no ledger that verifies. Many did little, and a robot a twelfth of all, to one
 * batch, from one address, in one session. They end amid the last month: a month that has
 * just begun holds so little that PostgreSQL rightly reads all of it.
 */
final class ManyEntries {

	/** Indexes are made when the entries are there, which is faster. */
	private static final String BEFORE = """
			do $$
			declare
				found record;
			begin
				create table public.definition (text text);
				for found in
					select indexrelid::regclass as name, replace(pg_get_indexdef(indexrelid), ' ONLY ', ' ') as text
					from pg_index
					where indrelid = 'audit.audit_log'::regclass and not indisprimary
				loop
					insert into public.definition values (found.text);
					execute 'drop index ' || found.name;
				end loop;
				for i in -3 .. 13 loop
					perform audit.audit_make_partition((now() - make_interval(months => i))::date);
				end loop;
				perform setseed(0.5);
			end
			$$
			""";

	private static final String ENTRIES = """
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, service, tenant, operation_id, actor_type, actor_id, actor_name,
			 action, category, severity, outcome, target_type, target_id, target_name, related, message, before_state, after_state, changes, metadata, ip_address, user_agent, session_id, trace_id, revision, duration_micros, hash_version, salt, prev_hash, hash)
			select 'main', g,
			  encode(substring(int8send(floor(extract(epoch from t)*1000)::bigint) from 3) || '\\x7000' || '\\x80' || substring(sha256(int8send(g)) for 7), 'hex')::uuid, t, t,
			  'service-' || (h %% 5), case when g %% 4 < 3 then 'tenant-' || (floor(20 * power(random(), 2)))::int end,
			  encode(substring(int8send(floor(extract(epoch from t)*1000)::bigint) from 3) || '\\x7000' || '\\x80' || substring(sha256(int8send(g/2)) for 7), 'hex')::uuid,
			  'user', case when robot then 'robot' else 'user-' || a end, 'Name' || (a %% 997) || ' Surname' || (a %% 1009),
			  ty || '.' || verb, 'category-' || (h %% 6), case when h %% 1000 < 3 then 'critical' when h %% 100 < 3 then 'error' when h %% 100 < 10 then 'warning' else 'info' end,
			  case when h2 %% 1000 < 5 then 'denied' when h2 %% 100 < 5 then 'failure' else 'success' end,
			  case when robot then 'Batch' else ty end, case when robot then '1' else tid::text end, ty || ' no. ' || tid, case when h %% 10 = 0 then jsonb_build_array(jsonb_build_object('type','Connector','id',(h2 %% 5000)::text)) end,
			  ty || ' ' || tid || ' ' || verb || ' by user-' || a || case when h2 %% 100000 = 0 then ' zebra' when h2 %% 1000 = 1 then ' walrus' else '' end,
			  jsonb_build_object('status','NEW','total',h %% 1000), jsonb_build_object('status','PAID','total',h %% 1000),'{"status":{"from":"NEW","to":"PAID"}}', jsonb_build_object('amount', h %% 100),
			  case when robot then '10.9.9.9' else '10.' || a %% 3 || '.' || a %% 250 || '.' || h %% 200 end::inet, 'Mozilla/5.0 (X11; Linux x86_64)', substring(md5(case when robot then 'robot' else a::text end) for 16), md5((g/2)::text), g, h %% 100000, 1,
			  sha256(int8send(g)), sha256(int8send(g)), sha256(int8send(g+1))
			from (
			 select g, abs(hashint8(g+9)::bigint) %% 12 = 0 as robot, date_trunc('month', now()) - interval '17 days' - make_interval(secs => (%1$d - g/20*20) * 2592000.0 * (12 - 0.3) / %1$d) as t,
			   abs(hashint8(g)::bigint) as h, abs(hashint8(g+77777777)::bigint) as h2,
			   (floor(50000 * power(random(), 3)))::int as a, (array['Order','Invoice','Customer','Product','Connector','Device','Backup','User','Role','Report','Session','Contract'])[1 + (abs(hashint8(g+5)::bigint) %% 12)] as ty,
			   (array['create','update','delete','approve'])[1 + (abs(hashint8(g+6)::bigint) %% 4)] as verb, (floor(200000*power(random(),2)))::int as tid
			 from generate_series(0, %1$d - 1) g) x
			""";

	private static final String AFTER = """
			do $$
			declare
				definition text;
			begin
				for definition in select text from public.definition loop
					execute definition;
				end loop;
				perform audit.audit_index_words();
				-- As who often looks into the metadata makes it.
				create index on audit.audit_log using gin (metadata jsonb_path_ops);
			end
			$$;
			insert into audit.audit_chain (name, ledger_id, size, head, recorded_at)
			select 'main', gen_random_uuid(), %d, sha256('4'), max(recorded_at)
			from audit.audit_log
			""";

	private ManyEntries() {
	}

	static void fill(LedgerDatabase database, int count) {
		database.execute(BEFORE);
		database.tamper(ENTRIES.formatted(count));
		database.execute(AFTER.formatted(count));
		database.execute("vacuum analyze audit.audit_log");
	}

}
