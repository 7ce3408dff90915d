package org.example.stock;

import java.math.BigDecimal;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import org.hibernate.envers.Audited;

@Entity
@Audited
public class StockItem {

	@Id
	@GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "items")
	@SequenceGenerator(name = "items", sequenceName = "stock_item_seq", allocationSize = 10)
	private Long id;

	@Column(length = 40)
	private String name;

	@Column(precision = 12, scale = 2)
	private BigDecimal price;

	@Enumerated(EnumType.STRING)
	@Column(length = 20)
	private Shelf shelf;

	protected StockItem() {
	}

	StockItem(String name, BigDecimal price) {
		this.name = name;
		this.price = price;
		this.shelf = Shelf.BACK;
	}

	public Long getId() {
		return this.id;
	}

	void display() {
		this.shelf = Shelf.FRONT;
	}

	enum Shelf {

		FRONT, BACK

	}

}
