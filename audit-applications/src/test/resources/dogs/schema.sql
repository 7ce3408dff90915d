create table dog (id bigint generated always as identity primary key, name text);
