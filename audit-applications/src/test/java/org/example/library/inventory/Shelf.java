package org.example.library.inventory;

import io.auditspring.Audited;
import org.example.library.lending.BookLent;

import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;

@Component
class Shelf {

	private final Books books;

	Shelf(Books books) {
		this.books = books;
	}

	@Audited
	@ApplicationModuleListener
	void on(BookLent event) {
		this.books.findById(event.isbn()).orElseThrow().lend();
	}

}
