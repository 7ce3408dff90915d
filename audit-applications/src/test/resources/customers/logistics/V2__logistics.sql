create table logistics_note (id bigint primary key);
