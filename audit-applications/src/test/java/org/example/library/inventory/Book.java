package org.example.library.inventory;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;

@Entity
@Audited
class Book {

	@Id
	private String isbn;

	private boolean lent;

	protected Book() {
	}

	Book(String isbn) {
		this.isbn = isbn;
	}

	void lend() {
		this.lent = true;
	}

	boolean isLent() {
		return this.lent;
	}

}
