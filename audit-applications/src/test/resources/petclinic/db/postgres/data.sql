insert into owners (last_name, telephone) select 'Franklin', '6085551023' where not exists (select * from owners where id = 1);
insert into pets (name, birth_date, owner_id) select 'Leo', '2000-09-07', 1 where not exists (select * from pets where id = 1);
