package org.example.matrix;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;

@Entity
@Audited
public class PlacedOrder {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	private String article;

	private int pieces;

	protected PlacedOrder() {
	}

	PlacedOrder(String article, int pieces) {
		this.article = article;
		this.pieces = pieces;
	}

	public Long getId() {
		return this.id;
	}

	public String getArticle() {
		return this.article;
	}

	public int getPieces() {
		return this.pieces;
	}

}
