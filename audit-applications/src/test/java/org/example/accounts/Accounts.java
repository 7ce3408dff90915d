package org.example.accounts;

import io.auditspring.Audited;
import io.auditspring.Delivery;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Accounts {

	private final JdbcClient jdbc;

	Accounts(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	@Audited(action = "account.open", targetType = "Account", targetId = "#result", delivery = Delivery.SYNC)
	@Transactional
	public long open(String owner) {
		return this.jdbc.sql("insert into account (owner) values (?) returning id")
			.param(owner)
			.query(Long.class)
			.single();
	}

	@Audited(action = "account.close", targetType = "Account", targetId = "#id")
	@Transactional
	public void close(long id) {
		this.jdbc.sql("delete from account where id = ?").param(id).update();
	}

}
