-- Passwords for trying it out: admin-secret, manager-secret and analyst-secret.
insert into app_user (username, role, password_hash) values
	('admin', 'ADMIN', '{bcrypt}$2a$10$4jG8dqP54tz/g2yD.Rd3qudyzm.MDhSQZ.lPJKLjOAZuSBiP04i.W'),
	('manager', 'MANAGER', '{bcrypt}$2a$10$S5A3zwHxtkRDzbIyqD/W4u8fM9nyZLyfqgUpjFgqlU4nYkfLHK2Ve'),
	('analyst', 'ANALYST', '{bcrypt}$2a$10$lcByadSjvXjuI/nOsyU/8OnJX9xLFSuBQrdKQBP..GDgkdzrpz0Uy');

insert into connector (name) values ('Data centre Oslo'), ('Data centre Bergen');

insert into agent (name, status) values
	('Invoice reader', 'STOPPED'),
	('Payment scout', 'STOPPED'),
	('Ledger closer', 'STOPPED');

insert into bank_transaction (reference, booked_on, amount, currency, status) values
	('NO-2026-0001', date '2026-11-02', 1250.00, 'EUR', 'IMPORTED'),
	('NO-2026-0002', date '2026-11-03', 89.90, 'EUR', 'IMPORTED'),
	('NO-2026-0003', date '2026-11-05', 12000.05, 'NOK', 'IMPORTED');
