-- What a function means must not depend on the settings of whoever calls it: a backslash in a text, and how much of an
-- index is read.
do $$
declare
	own record;
begin
	for own in
		select p.oid::regprocedure as name
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = '${schema}' and starts_with(p.proname, 'audit_')
	loop
		execute format('alter function %s set standard_conforming_strings = on', own.name);
		execute format('alter function %s set gin_fuzzy_search_limit = 0', own.name);
	end loop;
end
$$;
