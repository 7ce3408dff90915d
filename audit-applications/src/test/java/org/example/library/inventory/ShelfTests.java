package org.example.library.inventory;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.example.library.lending.Lending;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest
class ShelfTests {

	private final Lending lending;

	private final Books books;

	private final JdbcClient jdbc;

	@Autowired
	ShelfTests(Lending lending, Books books, JdbcClient jdbc) {
		this.lending = lending;
		this.books = books;
		this.jdbc = jdbc;
	}

	@Test
	void whatIsLentIsNotOnTheShelf() {
		this.books.save(new Book("978-1"));
		this.lending.lend("978-1");
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> this.books.findById("978-1").orElseThrow().isLent());
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(this::everythingIsTakenIn);
	}

	private boolean everythingIsTakenIn() {
		return this.jdbc.sql("select count(*) from event_publication where completion_date is null")
			.query(Long.class)
			.single() == 0;
	}

}
