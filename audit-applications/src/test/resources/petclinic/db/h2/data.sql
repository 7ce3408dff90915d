insert into owners (last_name, telephone) values ('Franklin', '6085551023');
insert into pets (name, birth_date, owner_id) values ('Leo', '2000-09-07', 1);
