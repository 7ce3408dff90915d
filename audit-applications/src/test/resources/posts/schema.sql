create table post (id bigint generated always as identity primary key, title text);
