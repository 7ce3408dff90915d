package org.example.library.lending;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;

@Entity
@Audited
class Loan {

	@Id
	@GeneratedValue
	private Long id;

	private String isbn;

	protected Loan() {
	}

	Loan(String isbn) {
		this.isbn = isbn;
	}

	String getIsbn() {
		return this.isbn;
	}

}
